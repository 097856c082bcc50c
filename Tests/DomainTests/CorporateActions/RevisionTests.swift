import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import Testing

/// Announcements with a wrong number, corrected or withdrawn before their ex-date begins.
@Suite("Corrections and withdrawals of corporate actions")
struct RevisionTests {
    private static let symbol = Symbol.known("SPX")

    private var market = ActionMarket()
    private let holder: AccountID

    init() throws {
        try market.begin((0..<10).map { World.day($0) }, ["SPX", "NDX"])
        holder = try market.trading.open("holder", cash: 1000)
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1000))
    }

    private mutating func announce(_ change: (inout CorporateActionAnnounced) -> Void) throws -> Identifier {
        var wanted = AnnounceCorporateAction()
        wanted.symbol = Self.symbol
        wanted.terms.exDate = World.day(2)
        wanted.terms.payDate = World.day(4)
        wanted.terms.amountPerUnit = Price(cents: 100)
        change(&wanted.terms)
        return try action(try market.declare(.announceCorporateAction(wanted)))
    }

    private func action(_ answer: Answer) throws -> Identifier {
        guard case .reference(.corporateActionAnnounced(let fact))? = answer.events.first else {
            throw ShardRunner.Missing(what: "an announcement: \(answer)")
        }
        return fact.action
    }

    private static func correction(
        _ action: Identifier,
        _ change: (inout CorrectCorporateAction) -> Void
    ) -> Command {
        var wanted = CorrectCorporateAction()
        wanted.action = action
        change(&wanted)
        return .correctCorporateAction(wanted)
    }

    private static func withdrawal(_ action: Identifier) -> Command {
        var wanted = WithdrawCorporateAction()
        wanted.action = action
        return .withdrawCorporateAction(wanted)
    }

    private mutating func roll(through day: Int32) throws {
        for day in 0...day {
            try market.roll(World.day(day))
            try market.beginOrders()
        }
    }

    private var cash: Money {
        get throws { try market.trading.account(holder).portfolio.cash(.usd) }
    }

    private var units: Quantity {
        get throws {
            let books = try market.trading.account(holder).portfolio
            return books.instruments.reduce(.zero) { $0.adding(books.position($1)) ?? $0 }
        }
    }

    private var missed: [CorporateActionRevisionMissed] {
        market.trading.log.compactMap { fact in
            if case .reference(.corporateActionRevisionMissed(let missed)) = fact.event {
                missed
            } else {
                nil
            }
        }
    }

    @Test("a withdrawn dividend pays nothing")
    mutating func withdraws() throws {
        let action = try announce { _ in }
        #expect(try market.declare(Self.withdrawal(action)).refusal == nil)
        try roll(through: 5)
        #expect(try cash == Money(units: 950))
        #expect(missed == [])
    }

    @Test("a corrected dividend pays the corrected amount, once")
    mutating func corrects() throws {
        let first = try announce { _ in }
        let second = try action(
            try market.declare(Self.correction(first) { $0.amountPerUnit = Price(cents: 200) })
        )
        let third = try action(
            try market.declare(Self.correction(second) { $0.amountPerUnit = Price(cents: 30) })
        )
        #expect(Set([first, second, third]).count == 3)
        try roll(through: 5)
        #expect(try cash == Money(units: 950) + Money(cents: 150))
        let accrued = market.trading.log.compactMap { fact in
            if case .portfolio(.dividendAccrued(let accrued)) = fact.event { accrued.action } else { nil }
        }
        #expect(accrued == [third])
    }

    @Test("a corrected ex-date moves the entitlement")
    mutating func moves() throws {
        let action = try announce { _ in }
        try market.declare(Self.correction(action) { ($0.exDate, $0.payDate) = (World.day(3), World.day(3)) })
        try roll(through: 1)
        #expect(market.trading.state.reference.corporateActions.of(World.day(2)) == [])
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1000))
        try roll(through: 4)
        #expect(try cash == Money(units: 910))
    }

    @Test("a withdrawn split leaves units, marks and open orders as they are; a corrected one counts once")
    mutating func splits() throws {
        func split(_ new: UInt32) -> (inout CorporateActionAnnounced) -> Void {
            { ($0.kind, $0.numerator, $0.denominator) = (.split, new, 1) }
        }
        let wrong = try announce(split(7))
        try market.declare(Self.correction(wrong) { $0.numerator = 2 })
        let other = try announce {
            split(3)(&$0)
            $0.exDate = World.day(3)
        }
        try market.declare(Self.withdrawal(other))
        var wanted = World.limit(.buy, 1, at: 900)
        wanted.timeInForce = .goodTillCancelled
        let order = try market.trading.place(holder, wanted)
        try roll(through: 4)
        #expect(try units == Quantity(units: 10))
        #expect(try market.trading.account(holder).portfolio.isSound)
        let adjusted = market.trading.log.compactMap { fact in
            if case .order(.adjusted(let fact)) = fact.event { fact.order } else { nil }
        }
        #expect(adjusted.count <= 1 && adjusted.allSatisfy { $0 == order })
        #expect(market.trading.state.reference.corporateActions.splitsByID.values.joined().count == 1)
    }

    @Test("what cannot be corrected or withdrawn is refused with its code")
    mutating func refuses() throws {
        let unknown = Identifier(.command, slot: 0, shard: 0, birth: 4711)
        let action = try announce { _ in }
        let second = try announce { $0.amountPerUnit = Price(cents: 7) }
        let rows: [(Command, RejectionCode)] = [
            (Self.withdrawal(unknown), .unknownCorporateAction),
            (Self.correction(unknown) { _ in }, .unknownCorporateAction),
            (Self.correction(action) { _ in }, .corporateActionTaken),
            (Self.correction(action) { $0.numerator = 2 }, .corporateActionTaken),
            (Self.correction(action) { $0.amountPerUnit = Price(cents: 7) }, .corporateActionTaken),
            (Self.correction(action) { $0.amountPerUnit = .zero }, .amountNotPositive),
            (Self.correction(action) { $0.payDate = World.day(1) }, .payDateBeforeExDate),
            (Self.correction(action) { $0.exDate = World.day(11) }, .notATradingDay),
        ]
        for (command, code) in rows { #expect(try market.declare(command).refusal?.code == code) }
        #expect(try market.trading.pose(Self.withdrawal(action)).refusal?.code == .notOnThisShard)
        try market.declare(Self.withdrawal(action))
        #expect(try market.declare(Self.withdrawal(action)).refusal?.code == .corporateActionOver)
        let again = Self.correction(action) { $0.amountPerUnit = Price(cents: 3) }
        #expect(try market.declare(again).refusal?.code == .corporateActionOver)
        try market.mark([("NDX", Price(cents: 1000))], World.day(0))
        let early = Self.correction(second) { $0.exDate = World.day(1) }
        #expect(try market.declare(early).refusal?.code == .corporateActionBegun)
        // The day before the ex-date has closed, whichever instrument says so.
        try market.mark([("NDX", Price(cents: 1000))], World.day(1))
        let late = try #require(try market.declare(Self.withdrawal(second)).refusal)
        #expect(late.code == .corporateActionBegun)
        #expect(late.limit == Int128(World.day(1).days) * 1_000_000_000)
        #expect(late.value == Int128(World.day(2).days) * 1_000_000_000)
    }

    @Test("what comes after the roll changes nothing, and is said", arguments: [true, false])
    mutating func comesLate(withdraws: Bool) throws {
        let action = try announce { _ in }
        // Without official prices the facts do not tell that the day is over.
        try roll(through: 1)
        let correction = Self.correction(action) { ($0.exDate, $0.payDate) = (World.day(3), World.day(4)) }
        try market.declare(withdraws ? Self.withdrawal(action) : correction)
        let fact = try #require(missed.first)
        #expect(missed.count == 1 && fact.action == action && fact.exDate == World.day(2))
        #expect((fact.replacement == .none) == withdraws)
        try roll(through: 5)
        #expect(try cash == Money(units: 955))
        let folded = Invariants.fold(market.trading.log)
        #expect(Invariants.summary(folded) == Invariants.summary(market.trading.state))
    }
}
