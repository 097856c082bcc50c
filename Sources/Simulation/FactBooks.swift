internal import BifrostKernel
internal import Orders
internal import References

/// The global facts that verdicts see.
struct FactBooks {
    private(set) var restricted: Set<InstrumentID> = []
    private(set) var listVersion: UInt32 = 0
    private(set) var statuses: [InstrumentID: InstrumentStatus] = [:]
    private(set) var fees: [FeeScheduleSet] = []
    private(set) var marks: [InstrumentID: (date: BusinessDate, price: Price)] = [:]
    private(set) var instruments: [InstrumentRegistered] = []
    /// What a dollar costs in other currencies.
    private(set) var rates: [Currency: (date: BusinessDate, price: Price)] = [:]
    private(set) var days: [BusinessDate] = []
    private(set) var actions: [CorporateActionAnnounced] = []
    private var copiedUpTo: Int64 = 0

    mutating func take(_ event: ReferenceEvent) throws(Violation) {
        switch event {
        case .instrumentRegistered(let fact): instruments.append(fact)
        case .marksRecorded(let fact):
            for mark in fact.marks where marks[mark.instrument].map({ $0.date <= fact.date }) ?? true {
                marks[mark.instrument] = (fact.date, mark.price)
            }
        case .restrictionChanged(let fact):
            if fact.restricted {
                restricted.insert(fact.instrument)
            } else {
                restricted.remove(fact.instrument)
            }
            listVersion = fact.listVersion
        case .feesSet(let fact): fees.append(fact)
        case .tradingDaysDeclared(let fact): days += fact.days
        case .corporateActionAnnounced(let fact): actions.append(fact)
        case .termsChanged, .interestSet: break
        case .ratesRecorded(let fact):
            for rate in fact.rates where rates[rate.quote].map({ $0.date <= fact.date }) ?? true {
                rates[rate.quote] = (fact.date, rate.rate)
            }
        case .statusChanged(let fact): statuses[fact.instrument] = fact.status
        case .copied(let copy, let fact):
            try expect(copy.sourcePosition > copiedUpTo, "I2", "fact \(copy.sourcePosition) is copied twice")
            copiedUpTo = copy.sourcePosition
            try take(fact)
        }
    }

    /// The n-th day of the calendar after the trade.
    func settlement(of instrument: InstrumentID, tradedOn date: BusinessDate) -> BusinessDate {
        let count = instruments.first { $0.instrument == instrument }?.settlementDays ?? 0
        let after = days.filter { $0 > date }
        return count == 0 || after.count < count ? date : after[Int(count) - 1]
    }

    func fees(of venue: String, on day: BusinessDate) -> FeeScheduleSet? {
        fees.last { $0.venue == venue && $0.validFrom <= day }
    }

    /// The latest official price in the units of `day`, after the splits since its own day.
    func mark(_ instrument: InstrumentID, on day: BusinessDate?) -> Price? {
        guard let mark = marks[instrument], let day else { return marks[instrument]?.price }
        var price = Int128(mark.price.nanos)
        for split in actions where split.kind == .split && split.instrument == instrument {
            guard split.exDate > mark.date, split.exDate <= day else { continue }
            price = Holding.split(price, split.denominator, split.numerator)
        }
        return Price(exactly: Int64(clamping: price))
    }

    /// Whether compliance lets nobody have such an order.
    func mustGo(_ placed: OrderPlaced) -> Bool {
        if restricted.contains(placed.instrument) { return true }
        return switch statuses[placed.instrument] ?? .active {
        case .active, .halted: false
        // A sale only reduces: nobody has less than nothing.
        case .closingOnly: placed.side == .buy
        case .delisted: true
        }
    }
}
