import BifrostKernel
import Orders
import Portfolios
import Sagas
import SeededChoices

/// Extreme values in what carries orders.
extension Malice {
    mutating func rebalance() -> RebalanceAccount {
        var wanted = RebalanceAccount()
        wanted.targets = (0..<generator.one(of: [0, 1, 2, 3, 101])).map { _ in
            var seen = ReferencePrice()
            seen.last = optionalPrice()
            let weight: Int64 = generator.one(of: [0, 1, 3_333, 5_000, 10_000, 1_000_000])
            return WantedWeight(
                symbol(),
                BasisPoints(isPlausible() ? min(weight, 3_333) : weight),
                seen: seen
            )
        }
        if generator.chance(30) { wanted.band = rate() }
        if generator.chance(30) { wanted.buffer = rate() }
        if generator.chance(30) { wanted.slippage = rate() }
        if generator.chance(30) { wanted.minimumTrade = money() }
        if generator.chance(30) { wanted.secondsMax = generator.one(of: [1, 60, .max]) }
        wanted.onRefusal = generator.chance(50) ? .goOn : .stop
        wanted.book = text()
        if generator.chance(20) { wanted.lotMethod = generator.one(of: LotMethod.allCases) }
        return wanted
    }

    /// Of a worked order, mostly such that it passes.
    mutating func slice(_ wanted: inout PlaceOrder) {
        wanted.parent = generator.one(of: works).id
        guard isPlausible() else { return }
        wanted.symbol = World.symbols[0]
        wanted.side = .buy
        wanted.quantity = Quantity(units: generator.int64(1...30))
    }

    /// An order that is worked by slices, mostly such that it passes.
    mutating func work(_ wanted: inout PlaceOrder) {
        wanted.special.worked = true
        guard isPlausible() else { return }
        wanted.special = .none
        wanted.special.worked = true
        wanted.symbol = World.symbols[0]
        wanted.side = .buy
        wanted.type = .limit
        wanted.limitPrice = price()
        wanted.timeInForce = generator.chance(50) ? .day : .goodTillCancelled
        wanted.parent = .none
    }

    mutating func transfer() -> TransferCash {
        var wanted = TransferCash()
        wanted.to = account()
        wanted.currency = currency()
        wanted.amount = money()
        return wanted
    }

    mutating func group() -> PlaceGroup {
        var wanted = PlaceGroup()
        wanted.contingency = generator.one(of: Contingency.allCases)
        let count = isPlausible() ? wanted.contingency.legCount : generator.int(0...4)
        let (name, size, side) = (symbol(), quantity(), generator.chance(50) ? Side.buy : .sell)
        wanted.legs = (0..<count).map { index in
            var leg = placeOrder()
            guard isPlausible() else { return leg }
            leg.symbol = name
            leg.quantity = size
            let isEntry = index == 0 && wanted.contingency.hasEntry
            leg.side = isEntry ? (side == .buy ? .sell : .buy) : side
            return leg
        }
        return wanted
    }

    private mutating func groupCommand(_ account: AccountID, _ order: OrderID) -> Command {
        let known = groups.isEmpty ? (account, order) : generator.one(of: groups)
        switch generator.int(0...9) {
        case 0, 1, 2: return .placeGroup(self.account(), group())
        case 3: return .cancelGroup(known.0, known.1)
        case 4, 5:
            var wanted = ResolveOrder()
            wanted.order = known.1
            wanted.retry = generator.chance(60)
            return .resolveGroup(known.0, wanted)
        default: return .continueGroup(known.0, known.1, step: UInt64(bitPattern: number()))
        }
    }

    mutating func external(_ order: OrderID) -> ExternalReport {
        var said = ExternalReport()
        said.venue = generator.chance(70) ? "paper" : text()
        said.venueOrderID = generator.one(of: ["S1", "S2", order.id.text, text()])
        said.instrument = generator.chance(50) ? instrument() : .none
        said.symbol = symbol()
        said.side = generator.chance(60) ? .buy : .sell
        said.quantity = quantity()
        said.limitPrice = optionalPrice()
        if generator.chance(20) { said.type = generator.one(of: OrderType.allCases) }
        if generator.chance(20) { said.timeInForce = generator.one(of: TimeInForce.allCases) }
        if generator.chance(80) {
            said.execution = report(generator.chance(20) ? order : OrderID(identifier()))
        }
        return said
    }

    private mutating func strangerCommand(_ order: OrderID) -> Command {
        let stray = generator.chance(30) ? AccountID(identifier()) : account()
        switch generator.int(0...4) {
        case 4: return .expireOrder(generator.chance(90) ? account() : stray, order)
        case 0:
            var wanted = AssignTrade()
            wanted.brokeAt = breaks.isEmpty ? position() : generator.one(of: breaks)
            if generator.chance(50) { wanted.symbol = symbol() }
            return .assignTrade(account(), wanted)
        case 1:
            var wanted = ResolveBreak()
            wanted.brokeAt = breaks.isEmpty ? position() : generator.one(of: breaks)
            return .resolveStrayBreak(wanted)
        default: return .recordExternal(stray, external(order))
        }
    }

    mutating func sagaCommand(_ account: AccountID, _ order: OrderID) -> Command {
        if generator.chance(25) { return strangerCommand(order) }
        let saga = rebalances.isEmpty ? (account, identifier()) : generator.one(of: rebalances)
        if generator.chance(35) { return groupCommand(account, order) }
        if !works.isEmpty, generator.chance(30) {
            let known = generator.one(of: works)
            return .continueWork(known.0, known.1, step: UInt64(bitPattern: number()))
        }
        switch generator.int(0...8) {
        case 8:
            var wanted = ResolveBreak()
            wanted.brokeAt = breaks.isEmpty ? position() : generator.one(of: breaks)
            wanted.resolution = generator.one(of: BreakResolution.allCases)
            return .resolveBreak(account, wanted)
        case 0, 1: return .rebalance(account, rebalance())
        case 2, 3, 4: return .continueRebalance(saga.0, saga.1, step: UInt64(bitPattern: number()))
        case 5: return .stopRebalance(saga.0, saga.1)
        case 6:
            if generator.chance(30) { return .reachDeadline(saga.0, saga.1, since: 0) }
            return .reachDeadline(account, order.id, since: generator.one(of: waits))
        default:
            var wanted = ResolveOrder()
            wanted.order = order
            wanted.retry = generator.chance(50)
            return .resolveOrder(account, wanted)
        }
    }
}
