import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

/// A margin account, a venue that fills it without fees, and marks of 100 dollars for three instruments, or
/// none.
struct MarginDesk {
    var runner: ShardRunner
    let account: AccountID
    private var venue = HonestVenue()

    init(cash: Int64 = 10_000, isMarked: Bool = true) throws {
        var runner = try World.trading(fee: 0)
        if isMarked { try World.mark([10_000, 10_000, 10_000], World.monday, &runner) }
        account = try runner.open("alpha", cash: cash, .margin)
        self.runner = runner
    }

    static func order(
        _ side: Side,
        _ units: Int64,
        at cents: Int64? = nil,
        seen: Int64 = 10_000,
        _ symbol: Symbol = World.symbols[0],
        locate: ClientName? = .known("L-1")
    ) -> PlaceOrder {
        var wanted = World.market(side, units, seen: seen, symbol: symbol)
        if let cents {
            wanted.type = .limit
            wanted.limitPrice = Price(cents: cents)
        }
        if side.isShort { wanted.special.locate = locate }
        return wanted
    }

    /// Places an order; what was decided of it.
    mutating func place(_ wanted: PlaceOrder, in account: AccountID? = nil) throws -> [DomainEvent] {
        try runner.pose(.placeOrder(account ?? self.account, wanted)).events
    }

    /// Places an order that has to pass, and fills all of it.
    @discardableResult
    mutating func trade(_ wanted: PlaceOrder, at cents: Int64 = 10_000, in account: AccountID? = nil) throws
        -> [DomainEvent]
    {
        let order = try runner.place(account ?? self.account, wanted)
        #expect(try runner.order(order).venue != nil, "the order passes")
        return try fill(order, at: cents)
    }

    @discardableResult
    mutating func fill(_ order: OrderID, _ units: Int64? = nil, at cents: Int64) throws -> [DomainEvent] {
        let state = try runner.order(order)
        let quantity = units ?? state.leaves.nanos / 1_000_000_000
        let report = try venue.fill(order, quantity, at: cents, fee: 0, runner)
        let owner = try #require(state.placed?.account)
        let events = try runner.pose(.recordExecution(owner, report)).events
        for case .portfolio(.reconciliationBroke(let broken)) in events {
            Issue.record("the books agree, was \(broken)")
        }
        return events
    }

    func position(_ number: Int64 = 1, in account: AccountID? = nil) throws -> Quantity {
        try runner.account(account ?? self.account).portfolio.position(Sample.instrument(number))
    }

    mutating func move(_ units: Int128, out: Bool = false) throws -> Answer {
        let move = ShardRunner.move(Money(units: units))
        return try runner.pose(out ? .withdraw(account, move) : .deposit(account, move))
    }

    /// Marks all three instruments and closes the next day.
    mutating func close(at cents: [Int64]) throws -> [DomainEvent] {
        let day = runner.state.openDay ?? World.monday
        try World.mark(cents, day, &runner)
        let events = try runner.pose(.rollDay(calendar: World.calendar, day)).events
        try Invariants.check(runner.state)
        return events
    }
}

extension [DomainEvent] {
    var risk: RiskAssessed? {
        for case .risk(.assessed(let fact)) in self { return fact }
        return nil
    }
    /// The code that refused the order, `nil` when it was approved.
    var refusal: RejectionCode? {
        for case .order(.rejected(let fact)) in self { return fact.code }
        return nil
    }
    var isApproved: Bool {
        contains { if case .order(.approved) = $0 { true } else { false } }
    }
    func check(_ code: RejectionCode) -> RuleCheck? {
        risk?.checks.first { $0.rule == code }
    }
}
