internal import BifrostKernel
internal import EventStore
internal import Orders
internal import References
internal import Sagas
internal import SeededChoices
internal import Venues

/// What operators state for all accounts.
extension World {
    /// Other steps of price and quantity from a day on, under the same symbol.
    private func change(_ symbol: Symbol, from day: Int32, _ choices: inout Generator) -> ChangeInstrument {
        var wanted = ChangeInstrument()
        wanted.symbol = symbol
        wanted.effectiveFrom = BusinessDate(days: day)
        wanted.terms = Self.instrument("-", .usd).terms
        wanted.terms.symbol = symbol
        wanted.terms.settlementDays = Self.settlementDays(symbol.text)
        wanted.terms.tickSize = Price(nanos: choices.one(of: [10_000_000, 10_000_000, 50_000_000, 1]))
        wanted.terms.lotSize = Quantity(nanos: choices.one(of: [1, 1, 1, 5, 10]) * 1_000_000_000)
        wanted.terms.sector = "simulated"
        wanted.terms.marginable = choices.chance(80)
        wanted.terms.shortable = choices.chance(85)
        return wanted
    }

    /// Other steps, in one of three together with another symbol where the instrument is none of the first;
    /// or another word on what was announced of them.
    private func change(_ symbol: Symbol, _ today: Int32, _ choices: inout Generator) -> Command {
        let facts = factWatch.books.facts
        if choices.chance(40), let last = facts.changes.last {
            let before = BusinessDate(days: last.effectiveFrom.days - 1)
            let name = facts.terms(last.instrument, on: before)?.symbol ?? symbol
            if choices.chance(40) {
                var wanted = WithdrawInstrumentChange()
                (wanted.symbol, wanted.announcedFrom) = (name, last.effectiveFrom)
                return .withdrawInstrumentChange(wanted)
            }
            var wanted = CorrectInstrument()
            (wanted.symbol, wanted.announcedFrom) = (name, last.effectiveFrom)
            if choices.chance(70) {
                wanted.effectiveFrom = BusinessDate(days: today + Int32(choices.int(-2...4)))
            }
            let isRenamed = last.terms.symbol != name
            if isRenamed, choices.chance(50) { wanted.name = Symbol("R\(choices.int(1...9))") }
            return .correctInstrument(wanted)
        }
        var wanted = change(symbol, from: today + Int32(choices.int(-2...4)), &choices)
        let isKept = facts.instruments.prefix(3).contains { $0.symbol == symbol }
        if !isKept, choices.chance(33) { wanted.terms.symbol = Symbol("R\(choices.int(1...9))") ?? symbol }
        return .changeInstrument(wanted)
    }

    /// A symbol names on each day the instrument whose terms of that day have it.
    func checkNames() throws(Violation) {
        let (facts, book) = (watch.books.facts, watch.state.reference)
        let today = watch.books.openDay?.days ?? 100
        var symbols = Set(facts.instruments.map(\.symbol))
        symbols.formUnion((1...9).compactMap { Symbol("R\($0)") })
        for day in (today - 3)...(today + 5) {
            let date = BusinessDate(days: day)
            // ORDER: all are looked at, and the first that is wrong ends the run.
            for symbol in symbols where book.id(of: symbol, on: date) != facts.instrument(symbol, on: date) {
                throw Violation(
                    "I8",
                    "\(symbol.text) names another instrument on \(date.text) than its terms"
                )
            }
        }
    }

    /// A new global fact, or one that the reference shard has to turn down.
    mutating func state(_ choices: inout Generator) {
        let day = BusinessDate(days: watch.books.openDay?.days ?? 100)
        let facts = factWatch.books.facts
        let symbols = facts.instruments.map { facts.terms($0.instrument, on: day)?.symbol ?? $0.symbol }
        guard !symbols.isEmpty else { return }
        let symbol = choices.one(of: choices.chance(70) ? Array(symbols.prefix(3)) : symbols)
        let command: Command
        let today = watch.books.openDay?.days ?? 100
        switch choices.int(0...13) {
        case 0, 1: command = .restrict(symbol, choices.chance(30))
        case 2:
            let odd = choices.one(of: InstrumentStatus.allCases)
            command = .setInstrumentStatus(symbol, choices.chance(65) ? .active : odd)
        case 3:
            command = change(symbol, today, &choices)
        case 12,
            13 where choices.chance(70):
            command = revision(symbol, today, &choices)
        case 10..<13: command = .announceCorporateAction(action(symbol, today, &choices))
        case 4..<7:
            command = .recordMarks(marks(symbol, today, &choices))
        case 7 where choices.chance(30):
            let day = today + Int32(choices.int(-2...1))
            command = .recordRates(Self.exchange(choices.int64(100...200), on: day))
        case 7:
            command = .setFees(Self.fees(choices.int64(0...1_001), from: today + Int32(choices.int(-2...4))))
        case 8: command = .registerInstrument(Self.instrument("N\(namesGiven)", .usd))
        default: command = .registerInstrument(Self.instrument("X", .usd))
        }
        submit(newName(), command, on: .reference)
    }

    /// A price that may be far from the market's, or what the market has now: a position that was good for a
    /// loan is not by the one, and is again by the other.
    private func marks(_ symbol: Symbol, _ today: Int32, _ choices: inout Generator) -> RecordMarks {
        var marks = RecordMarks()
        marks.date = BusinessDate(days: today + Int32(choices.int(-2...1)))
        marks.source = "simulated"
        var price = Price(nanos: choices.int64(0...20_000) * 10_000_000)
        let traded = watch.books.facts.instruments.first { $0.symbol == symbol }?.instrument
        if hasMargin, choices.chance(60), let market = traded.flatMap({ venue.price(of: $0)?.last }) {
            price = Price(nanos: market.nanos / 100 * choices.int64(60...140))
        }
        marks.marks = [SymbolPrice(symbol, price)]
        return marks
    }

    /// A dividend or a split, mostly of one of the next days.
    private func action(
        _ symbol: Symbol,
        _ today: Int32,
        _ choices: inout Generator
    ) -> AnnounceCorporateAction {
        var wanted = AnnounceCorporateAction()
        wanted.symbol = symbol
        wanted.terms.source = "simulated"
        // Most begin soon, and some are known for long enough to be corrected.
        let next = watch.books.facts.days.filter { $0.days > today }.prefix(choices.chance(40) ? 6 : 2)
        wanted.terms.exDate =
            choices.chance(90) && !next.isEmpty
            ? choices.one(of: Array(next)) : BusinessDate(days: today + Int32(choices.int(-1...0)))
        let wait = Int32(choices.int(choices.chance(95) ? 0...3 : -1...0))
        wanted.terms.payDate = BusinessDate(days: wanted.terms.exDate.days + wait)
        if choices.chance(55) {
            wanted.terms.amountPerUnit = Price(nanos: choices.int64(0...40) * 37_500_000)
            return wanted
        }
        wanted.terms.kind = .split
        let ratios: [(UInt32, UInt32)] = [(2, 1), (3, 2), (7, 1), (1, 2), (1, 10), (1, 1), (21, 20)]
        (wanted.terms.numerator, wanted.terms.denominator) = choices.one(of: ratios)
        if choices.chance(40) {
            wanted.terms.cashInLieuPrice = Price(nanos: choices.int64(1...9_000) * 10_000_000)
        }
        return wanted
    }

    /// A correction or a withdrawal of an action, mostly of one that is still to come; where none is, a new
    /// one.
    private func revision(_ symbol: Symbol, _ today: Int32, _ choices: inout Generator) -> Command {
        let known = factWatch.books.facts.actions
        let coming = known.filter { $0.exDate.days > today }.max { $0.exDate < $1.exDate }
        guard let action = (choices.chance(85) ? coming : known.last)?.action else {
            return .announceCorporateAction(self.action(symbol, today, &choices))
        }
        if choices.chance(50) {
            var wanted = WithdrawCorporateAction()
            wanted.action = action
            return .withdrawCorporateAction(wanted)
        }
        var wanted = CorrectCorporateAction()
        wanted.action = action
        if choices.chance(70) { wanted.amountPerUnit = Price(nanos: choices.int64(0...40) * 37_500_000) }
        if choices.chance(30) { wanted.numerator = choices.one(of: [2, 3, 5]) }
        if choices.chance(20) { wanted.exDate = BusinessDate(days: today + Int32(choices.int(0...3))) }
        if choices.chance(30) { wanted.payDate = BusinessDate(days: today + Int32(choices.int(1...5))) }
        return .correctCorporateAction(wanted)
    }

    /// Some settle at once, some a day later, some two.
    private static func settlementDays(_ symbol: String) -> UInt32 {
        switch symbol {
        case "Y": 2
        case "J": 1
        default: 0
        }
    }

    static func instrument(_ symbol: String, _ currency: Currency) -> RegisterInstrument {
        var wanted = RegisterInstrument()
        wanted.terms.symbol = Symbol(symbol) ?? .none
        wanted.terms.currency = currency
        wanted.terms.tickSize = Price(nanos: 10_000_000)
        wanted.terms.lotSize = Quantity(units: 1)
        wanted.terms.tradingCalendar = calendar
        wanted.terms.settlementDays = settlementDays(symbol)
        wanted.terms.marginable = ["X", "Y"].contains(symbol)
        wanted.terms.shortable = ["X", "Y"].contains(symbol)
        return wanted
    }

    static let yen = Currency("JPY") ?? .usd

    static func exchange(_ rate: Int64, on day: Int32) -> OfficialRatesRecorded {
        var rates = OfficialRatesRecorded()
        rates.date = BusinessDate(days: day)
        rates.source = "simulated"
        rates.rates = [OfficialRate(.usd, yen, Price(nanos: rate * 1_000_000_000))]
        return rates
    }

    static func interest(_ currency: Currency, _ basisPoints: Int64, from day: Int32) -> InterestRatesSet {
        var rates = InterestRatesSet()
        rates.currency = currency
        rates.credit = InterestRate(micros: basisPoints * 1_000_000) ?? .zero
        rates.debit = InterestRate(micros: 900_000_000) ?? .zero
        rates.validFrom = BusinessDate(days: day)
        rates.source = "simulated"
        return rates
    }

    static func fees(_ rate: Int64, from day: Int32) -> FeeScheduleSet {
        var fees = FeeScheduleSet()
        fees.venue = PaperProfile.venue
        fees.commission = BasisPoints(rate)
        fees.validFrom = BusinessDate(days: day)
        return fees
    }
}
