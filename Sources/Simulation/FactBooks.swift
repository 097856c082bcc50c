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
    /// The last word on the mark of each day.
    private var marksByDay: [InstrumentID: [BusinessDate: Price]] = [:]
    private var ratesByDay: [Currency: [BusinessDate: Price]] = [:]
    private(set) var changes: [InstrumentTermsChanged] = []
    private var interest: [InterestRatesSet] = []
    private(set) var instruments: [InstrumentRegistered] = []
    /// What a dollar costs in other currencies.
    private(set) var rates: [Currency: (date: BusinessDate, price: Price)] = [:]
    private(set) var days: [BusinessDate] = []
    private(set) var actions: [CorporateActionAnnounced] = []
    /// The open day of a trading shard: what is said later about actions of up to then changes nothing.
    var openDay: BusinessDate?
    /// What such a word must be followed by.
    private var missed: CorporateActionRevisionMissed?
    private var copiedUpTo: Int64 = 0

    mutating func take(_ event: ReferenceEvent) throws(Violation) {
        if let missed {
            self.missed = nil
            let isTold = event == .corporateActionRevisionMissed(missed)
            return try expect(isTold, "I9", "nothing says that \(missed.action.text) was revised too late")
        }
        switch event {
        case .instrumentRegistered(let fact): instruments.append(fact)
        case .marksRecorded(let fact):
            for mark in fact.marks where marks[mark.instrument].map({ $0.date <= fact.date }) ?? true {
                marks[mark.instrument] = (fact.date, mark.price)
            }
            for mark in fact.marks { marksByDay[mark.instrument, default: [:]][fact.date] = mark.price }
        case .restrictionChanged(let fact):
            if fact.restricted {
                restricted.insert(fact.instrument)
            } else {
                restricted.remove(fact.instrument)
            }
            listVersion = fact.listVersion
        case .feesSet(let fact): fees.append(fact)
        case .tradingDaysDeclared(let fact): days += fact.days
        case .corporateActionAnnounced(let fact):
            guard fact.replaced == .none || end(fact.replaced, by: fact.action) else { return }
            actions.append(fact)
        case .corporateActionWithdrawn(let fact): _ = end(fact.action, by: .none)
        case .corporateActionRevisionMissed(let fact):
            throw Violation("I9", "\(fact.action.text) was revised in time")
        case .termsChanged(let fact):
            end(fact.replacedVersion, of: fact.instrument)
            changes.append(fact)
        case .changeWithdrawn(let fact): end(fact.version, of: fact.instrument)
        case .interestSet(let fact): interest.append(fact)
        case .ratesRecorded(let fact):
            for rate in fact.rates where rates[rate.quote].map({ $0.date <= fact.date }) ?? true {
                rates[rate.quote] = (fact.date, rate.rate)
            }
            for rate in fact.rates { ratesByDay[rate.quote, default: [:]][fact.date] = rate.rate }
        case .statusChanged(let fact): statuses[fact.instrument] = fact.status
        case .copied(let copy, let fact):
            try expect(copy.sourcePosition > copiedUpTo, "I2", "fact \(copy.sourcePosition) is copied twice")
            copiedUpTo = copy.sourcePosition
            try take(fact)
        }
    }

    /// Ends an announcement where its ex-date has not begun.
    private mutating func end(_ action: Identifier, by replacement: Identifier) -> Bool {
        guard let index = actions.firstIndex(where: { $0.action == action }) else { return false }
        let before = actions[index]
        guard let openDay, before.exDate <= openDay else {
            actions.remove(at: index)
            return true
        }
        var fact = CorporateActionRevisionMissed()
        fact.action = action
        fact.instrument = before.instrument
        fact.exDate = before.exDate
        fact.replacement = replacement
        missed = fact
        return false
    }

    /// A change of an instrument's terms holds no more.
    private mutating func end(_ version: UInt32, of instrument: InstrumentID) {
        changes.removeAll { $0.instrument == instrument && $0.version == version }
    }

    /// The instrument that has the symbol on a day, by the terms of that day.
    func instrument(_ symbol: Symbol, on day: BusinessDate) -> InstrumentID? {
        instruments.first { terms($0.instrument, on: day)?.symbol == symbol }?.instrument
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
        return split(mark.price, of: instrument, after: mark.date, through: day)
    }

    private func split(
        _ old: Price,
        of instrument: InstrumentID,
        after date: BusinessDate,
        through day: BusinessDate
    ) -> Price? {
        var price = Int128(old.nanos)
        for split in actions where split.kind == .split && split.instrument == instrument {
            guard split.exDate > date, split.exDate <= day else { continue }
            price = Holding.split(price, split.denominator, split.numerator)
        }
        return Price(exactly: Int64(clamping: price))
    }

    /// The official price of a close: the day's own, else the last before it, else any; in units of `day`.
    func closingMark(_ instrument: InstrumentID, on day: BusinessDate) -> Price? {
        let known = marksByDay[instrument] ?? [:]
        guard let date = known.keys.filter({ $0 <= day }).max() ?? marks[instrument]?.date,
            let price = known[date]
        else { return nil }
        return split(price, of: instrument, after: date, through: day)
    }

    /// What a dollar costs at the close of `day`.
    func closingRate(_ currency: Currency, on day: BusinessDate) -> Price? {
        let known = ratesByDay[currency] ?? [:]
        let before = known.keys.filter { $0 <= day }.max()
        return before.flatMap { known[$0] } ?? rates[currency]?.price
    }

    /// The terms of an instrument that hold on `day`.
    func terms(_ instrument: InstrumentID, on day: BusinessDate) -> InstrumentRegistered? {
        changes.last { $0.instrument == instrument && $0.effectiveFrom <= day }?.terms
            ?? instruments.first { $0.instrument == instrument }
    }

    /// The interest on a currency that holds on `day`.
    func interest(_ currency: Currency, on day: BusinessDate) -> InterestRatesSet? {
        interest.last { $0.currency == currency && $0.validFrom <= day }
    }

    /// Whether compliance lets nobody have such an order.
    func mustGo(_ placed: OrderPlaced, reduces: Bool) -> Bool {
        if restricted.contains(placed.instrument) { return true }
        return switch statuses[placed.instrument] ?? .active {
        case .active, .halted: false
        case .closingOnly: !reduces
        case .delisted: true
        }
    }
}
