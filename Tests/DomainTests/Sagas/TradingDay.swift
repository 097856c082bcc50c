import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import SeededChoices

/// Traders, an honest venue and an operator who do things in an order that one seed decides.
struct TradingDay {
    private(set) var runner: ShardRunner
    private var generator: Generator
    private var venue = HonestVenue()
    private var accounts: [AccountID] = []
    private var orders: [OrderID] = []
    private var fills: [(AccountID, OrderExecuted)] = []
    private var names = 0

    init(seed: UInt64) throws {
        generator = Generator(seed: seed)
        runner = try World.trading(days: 200)
        for alias in ["alpha", "beta", "gamma"] { accounts.append(try runner.open(alias, cash: 20_000)) }
    }

    mutating func step() throws {
        let account = generator.one(of: accounts)
        switch generator.int(0...99) {
        case 0..<40: try place(account)
        case 40..<62: try fill()
        case 62..<66: try acknowledge()
        case 66..<74: try cancel()
        case 74..<82: try answerCancel()
        case 82: try rejectAtVenue()
        case 83: try runner.pose(.releaseKillSwitch(nil))
        case 84..<88: try moveCash(account)
        case 88..<91: try pullOrRelease(account)
        case 91..<94: try sweep()
        case 94: try World.restrict(Sample.instrument(generator.int64(1...3)), generator.chance(40), &runner)
        case 95: try World.mark([price(), price(), price()], runner.state.openDay ?? World.monday, &runner)
        case 96: try limit(account)
        case 97..<99: try roll()
        default: if let (owner, report) = fills.last { try runner.pose(.recordExecution(owner, report)) }
        }
    }

    /// Ends everything that is open.
    mutating func close() throws {
        for order in runner.state.openOrders.sorted() { try runner.pose(.confirmCancel(owner(order), order)) }
    }

    private func owner(_ order: OrderID) -> AccountID { runner.state.orderByID[order]?.account ?? .none }
    private mutating func price() -> Int64 { generator.int64(1...30_000) }
    private mutating func anyOrder() -> OrderID? { orders.isEmpty ? nil : generator.one(of: orders) }
    private mutating func openOrder() -> OrderID? {
        let open = runner.state.openOrders.sorted()
        return open.isEmpty ? nil : generator.one(of: open)
    }

    private mutating func place(_ account: AccountID) throws {
        let seen = price()
        let side: Side = generator.chance(60) ? .buy : .sell
        let symbol = generator.one(of: World.symbols)
        var wanted = World.market(side, generator.int64(1...60), seen: seen, symbol: symbol)
        if generator.chance(60) {
            wanted.type = .limit
            wanted.limitPrice = Price(cents: max(1, seen * generator.int64(85...115) / 100))
        }
        if generator.chance(5) { wanted.seen = ReferencePrice() }
        if generator.chance(5) {
            wanted.seen = ReferencePrice(last: .zero, source: "", at: Timestamp(nanos: 0))
        }
        if generator.chance(30) {
            if generator.chance(80) { names += 1 }
            wanted.clientOrderID = .known("name-\(names)")
        }
        if generator.chance(3) { wanted.quantity = Quantity(nanos: generator.int64(-5...5)) }
        let events = try runner.pose(.placeOrder(account, wanted)).events
        if case .order(.placed(let placed)) = events.first { orders.append(placed.order) }
    }

    private mutating func fill() throws {
        guard let order = openOrder() else { return }
        let state = try runner.order(order)
        let account = owner(order)
        let leaves = state.leaves.nanos / 1_000_000_000
        let units = generator.chance(40) ? leaves : generator.int64(1...leaves)
        guard let placed = state.placed,
            let held = try runner.account(account).risk.reservationByID[order]
        else { throw ShardRunner.Missing(what: "a reservation of an open order") }
        let cents: Int64
        if placed.side == .buy {
            let most = held.price.nanos / 10_000_000
            guard most > 0 else { return }
            cents = generator.chance(50) ? most : generator.int64(1...most)
        } else {
            cents = max(1, (placed.limitPrice?.nanos ?? 0) / 10_000_000) + generator.int64(0...100)
        }
        let report = try venue.fill(order, units, at: cents, runner)
        let events = try runner.pose(.recordExecution(account, report)).events
        guard events.count == 3 else {
            throw ShardRunner.Missing(what: "a booking without a break, was \(events)")
        }
        fills.append((account, report))
    }

    private mutating func acknowledge() throws {
        guard let order = openOrder() else { return }
        try runner.pose(.acknowledgeOrder(owner(order), venue.acknowledge(order)))
    }

    private mutating func cancel() throws {
        let open = generator.chance(80) ? openOrder() : nil
        guard let order = open ?? anyOrder() else { return }
        try runner.pose(.cancelOrder(owner(order), order))
    }

    private mutating func rejectAtVenue() throws {
        guard let order = openOrder() else { return }
        try runner.pose(.rejectAtVenue(owner(order), order, .venueRejected))
    }

    private mutating func answerCancel() throws {
        let pending = runner.state.openOrders.sorted().filter {
            runner.state.orderByID[$0]?.state.cancelPending ?? false
        }
        guard !pending.isEmpty else { return }
        let order = generator.one(of: pending)
        let confirms = generator.chance(80)
        try runner.pose(confirms ? .confirmCancel(owner(order), order) : .refuseCancel(owner(order), order))
    }

    private mutating func moveCash(_ account: AccountID) throws {
        let amount = Money(cents: generator.int64(-10...2_000_000))
        let move = ShardRunner.move(amount)
        try runner.pose(generator.chance(40) ? .deposit(account, move) : .withdraw(account, move))
    }

    private mutating func pullOrRelease(_ account: AccountID) throws {
        let scope = generator.chance(50) ? account : nil
        guard generator.chance(30) else {
            try runner.pose(.releaseKillSwitch(scope))
            return
        }
        try runner.pose(.pullKillSwitch(scope))
        while generator.chance(70), let sweep = runner.state.sweeps.first {
            try runner.pose(.continueSweep(sweep.position, done: UInt64(sweep.done)))
        }
    }

    private mutating func sweep() throws {
        guard let sweep = runner.state.sweeps.first else { return }
        try runner.pose(.continueSweep(sweep.position, done: UInt64(sweep.done)))
    }

    private mutating func limit(_ account: AccountID) throws {
        var wanted = SetLimits()
        wanted.orderValueMax = Money(units: Int128(generator.int64(0...1_000_000)))
        wanted.priceCollar = BasisPoints(generator.int64(0...2000))
        try runner.pose(.setLimits(account, wanted))
    }

    private mutating func roll() throws {
        let next = runner.state.rolledDate.map { BusinessDate(days: $0.days + 1) } ?? World.monday
        let date = generator.chance(70) ? next : World.day(Int32(generator.int(0...200)))
        let first = runner.state.rolledDate == nil
        try runner.pose(.rollDay(calendar: World.calendar, first ? World.monday : date))
        while runner.state.rollIsUnfinished, let rolled = runner.state.rolledDate, generator.chance(90) {
            try runner.pose(.continueRoll(rolled, step: UInt64(runner.position)))
        }
    }
}
