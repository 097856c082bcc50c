import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

/// FB is announced as META from day 5 on, with a tick of 5 cents; the announcement is corrected or withdrawn.
@Suite("Corrections and withdrawals of a symbol change")
struct SymbolRevisionTests {
    private static let old = Symbol.known("FB")
    private static let new = Symbol.known("META")

    private var market = ActionMarket()
    private let holder: AccountID
    private let instrument: InstrumentID

    init() throws {
        try market.begin((0..<14).map { World.day($0) }, ["FB"])
        holder = try market.trading.open("holder", cash: 1_000_000)
        instrument = try #require(market.trading.state.reference.id(of: Self.old, on: World.day(0)))
    }

    private mutating func change(to name: Symbol = new, from day: Int32 = 5, tick: Int64 = 5) throws {
        var wanted = ChangeInstrument()
        wanted.symbol = Self.old
        wanted.effectiveFrom = World.day(day)
        wanted.terms = World.instrument(name, .none)
        wanted.terms.tickSize = Price(cents: tick)
        #expect(try market.declare(.changeInstrument(wanted)).refusal == nil)
    }

    private static func correction(
        of day: Int32 = 5,
        from: Int32? = nil,
        name: String? = nil,
        _ symbol: Symbol = old
    ) -> Command {
        var wanted = CorrectInstrument()
        wanted.symbol = symbol
        wanted.announcedFrom = World.day(day)
        wanted.effectiveFrom = from.map { World.day($0) }
        wanted.name = name.map { Symbol.known($0) }
        return .correctInstrument(wanted)
    }

    private static func withdrawal(of day: Int32 = 5, _ symbol: Symbol = old) -> Command {
        var wanted = WithdrawInstrumentChange()
        wanted.symbol = symbol
        wanted.announcedFrom = World.day(day)
        return .withdrawInstrumentChange(wanted)
    }

    private mutating func roll(_ days: ClosedRange<Int32>) throws {
        for day in days {
            try market.roll(World.day(day))
            try market.beginOrders()
        }
        market.trading.effectiveAt = World.day(days.upperBound + 1).at(seconds: 36_000)
    }

    /// An order that lives on, off a tick of 5 cents.
    private mutating func order() throws -> OrderID {
        var wanted = World.limit(.buy, 1, at: 18_001, symbol: Self.old)
        wanted.timeInForce = .goodTillCancelled
        return try market.trading.place(holder, wanted)
    }

    private func names(_ day: Int32) -> [Symbol?] {
        let book = market.trading.state.reference
        return [Self.old, Self.new].map { symbol in
            book.id(of: symbol, on: World.day(day)).flatMap { book.terms(of: $0, on: World.day(day))?.symbol }
        }
    }

    /// Sweeps to their end, and how open orders were judged again.
    private mutating func outcomes() throws -> [String] {
        let before = market.trading.log.count
        while let sweep = market.trading.state.sweeps.first {
            try market.trading.pose(.continueSweep(sweep.position, done: UInt64(sweep.done)))
        }
        return market.trading.log[before...].compactMap { fact in
            if case .risk(.reassessed(let judged)) = fact.event { "\(judged.outcome)" } else { nil }
        }
    }

    private func agrees() {
        let folded = Invariants.fold(market.trading.log)
        #expect(Invariants.summary(folded) == Invariants.summary(market.trading.state))
        #expect(folded.reference.periodsBySymbol == market.reference.state.reference.periodsBySymbol)
        #expect(folded.reference.termsVersionByID == market.reference.state.reference.termsVersionByID)
    }

    @Test("a withdrawn change leaves name, terms and open orders as they are; the name is free again")
    mutating func withdraws() throws {
        try change()
        let order = try order()
        #expect(try market.declare(Self.withdrawal()).refusal == nil)
        try roll(0...5)
        #expect(names(6) == [Self.old, nil])
        #expect(market.trading.state.sweeps.isEmpty)
        #expect(try market.trading.order(order).isOpen)
        #expect(market.trading.state.reference.changesByID.isEmpty)
        var other = RegisterInstrument()
        other.terms = World.instrument(Self.new, .none)
        #expect(try market.declare(.registerInstrument(other)).refusal == nil)
        try change(to: .known("FBK"), from: 8)
        let versions = market.trading.state.reference.changesByID[instrument]?.map(\.version)
        #expect(versions == [3], "a version is given once")
        agrees()
    }

    @Test("a corrected day moves name and terms; the one of before means nothing", arguments: [3, 7])
    mutating func moves(day: Int32) throws {
        try change()
        let order = try order()
        #expect(try market.declare(Self.correction(from: day)).refusal == nil)
        try roll(0...(day - 2))
        #expect(names(day - 1) == [Self.old, nil])
        #expect(names(day) == [nil, Self.new])
        try market.roll(World.day(day - 1))
        #expect(market.trading.state.sweeps.map(\.orders) == [[order]], "its terms begin with that day")
        #expect(try outcomes() == ["flagged"])
        #expect(market.trading.state.reference.changesByID[instrument]?.map(\.version) == [3])
        agrees()
    }

    @Test("a corrected name is that of the same day, and the wrong one is free", arguments: [false, true])
    mutating func renames(isInForce: Bool) throws {
        try change(to: .known("MEAT"), tick: 1)
        let order = try order()
        if isInForce { try roll(0...5) }
        #expect(try market.declare(Self.correction(name: "META")).refusal == nil)
        #expect(market.trading.state.sweeps.isEmpty, "a name alone judges nothing again")
        #expect(names(5) == [nil, Self.new])
        #expect(market.trading.state.reference.id(of: .known("MEAT"), on: World.day(6)) == nil)
        #expect(try market.trading.order(order).isOpen)
        if isInForce {
            let wrong = World.limit(.buy, 1, at: 18_000, symbol: .known("MEAT"))
            #expect(try market.trading.pose(.placeOrder(holder, wrong)).refusal == Rejection(.unknownSymbol))
            let right = World.limit(.buy, 1, at: 18_000, symbol: Self.new)
            #expect(try market.trading.pose(.placeOrder(holder, right)).refusal == nil)
        }
        agrees()
    }

    @Test(
        "after its day a change is withdrawn or put off as well: open orders are judged by the terms of today"
    )
    mutating func revisesLate() throws {
        try change()
        let order = try order()
        try roll(0...3)
        try market.roll(World.day(4))
        #expect(try outcomes() == ["flagged"])
        #expect(try market.declare(Self.correction(from: 8)).refusal == nil)
        #expect(try outcomes() == ["kept"], "the old tick holds again")
        #expect(names(6) == [Self.old, nil])
        #expect(try market.declare(Self.correction(of: 8, from: 5)).refusal == nil)
        #expect(try outcomes() == ["flagged"])
        #expect(try market.declare(Self.withdrawal()).refusal == nil)
        #expect(try outcomes() == ["kept"])
        #expect(names(6) == [Self.old, nil])
        #expect(try market.trading.order(order).isOpen)
        agrees()
    }

    @Test("what says the same has no effect")
    mutating func repeats() throws {
        try change()
        #expect(try market.declare(Self.correction()) == .noEffect)
        #expect(try market.declare(Self.correction(from: 5, name: "META")) == .noEffect)
    }

    @Test("what cannot be corrected or withdrawn is refused with its code")
    mutating func refuses() throws {
        let unit: Int128 = 1_000_000_000
        func days(_ day: Int32) -> Int128 { Int128(World.day(day).days) * unit }
        #expect(try market.declare(Self.withdrawal()).refusal == Rejection(.unknownInstrumentChange))
        #expect(
            try market.declare(Self.withdrawal(of: 5, .known("NONE"))).refusal == Rejection(.unknownSymbol)
        )
        try change()
        #expect(try market.declare(Self.withdrawal(of: 6)).refusal?.code == .symbolGivenUp)
        #expect(try market.declare(Self.withdrawal(of: 4)).refusal == Rejection(.unknownInstrumentChange))
        // FB is another company from day 7 on.
        var other = RegisterInstrument()
        other.terms = World.instrument(Self.old, .none)
        other.terms.validFrom = World.day(7)
        try market.declare(.registerInstrument(other))
        #expect(try market.declare(Self.withdrawal()).refusal == Rejection(.symbolTaken))
        #expect(try market.declare(Self.correction(from: 8)).refusal == Rejection(.symbolTaken))
        #expect(try market.declare(Self.correction(name: "FB")).refusal == Rejection(.symbolTaken))
        #expect(try market.declare(Self.correction(from: 7)).refusal == nil)
        #expect(market.trading.state.reference.id(of: Self.old, on: World.day(6)) == instrument)
        let second = market.trading.state.reference.id(of: Self.old, on: World.day(7))
        #expect(second != nil && second != instrument)
        other.terms.symbol = .known("GONE")
        try market.declare(.registerInstrument(other))
        #expect(try market.declare(Self.correction(of: 7, name: "GONE")).refusal == Rejection(.symbolTaken))
        // A change behind it stands on it.
        var later = ChangeInstrument()
        later.symbol = Self.new
        later.effectiveFrom = World.day(9)
        later.terms = World.instrument(Self.new, .none)
        try market.declare(.changeInstrument(later))
        let over = Rejection(.instrumentChangeOver, limit: days(9), value: days(7))
        #expect(try market.declare(Self.withdrawal(of: 7)).refusal == over)
        #expect(try market.declare(Self.correction(of: 7, name: "X")).refusal == over)
        #expect(try market.declare(Self.withdrawal(of: 9, Self.new)).refusal == nil)
        let early = Self.correction(of: 7, from: -100_000)
        #expect(try market.declare(early).refusal?.code == .instrumentTermsOutOfOrder)
        #expect(try market.trading.pose(Self.withdrawal()).refusal?.code == .notOnThisShard)
    }
}
