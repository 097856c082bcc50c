internal import BifrostKernel
internal import Orders
internal import References
internal import Sagas
internal import SeededChoices
internal import Venues

/// Orders of which one does something to another.
extension World {
    /// A pair or a bracket made of an order, or something about one that is there.
    mutating func groupCommand(
        _ account: AccountID,
        _ order: PlaceOrder,
        _ choices: inout Generator
    ) -> Command {
        let groups = watch.state.groupByID.filter { !$0.value.state.isFinal }
        if choices.chance(30), let group = groups.keys.sorted().last, let saga = groups[group] {
            let owner = saga.started.account
            guard saga.state == .parked || choices.chance(20) else { return .cancelGroup(owner, group) }
            var wanted = ResolveOrder()
            wanted.order = group
            wanted.retry = choices.chance(50)
            return .resolveGroup(owner, wanted)
        }
        var wanted = PlaceGroup()
        wanted.contingency = choices.one(of: Contingency.allCases)
        var leg = order
        leg.clientOrderID = nil
        if wanted.contingency.hasEntry {
            wanted.legs.append(leg)
            leg.side = leg.side == .buy ? .sell : .buy
            leg.special.locate = nil
        }
        leg.type = .limit
        for _ in wanted.legs.count..<wanted.contingency.legCount {
            let near = (leg.seen.last?.nanos ?? 1_000_000_000) / 100 * choices.int64(91...109)
            leg.limitPrice = Price(nanos: max(near / 10_000_000, 1) * 10_000_000)
            if choices.chance(10) { leg.clientOrderID = ClientName("o\(choices.int(0...40))") }
            wanted.legs.append(leg)
        }
        return .placeGroup(account, wanted)
    }

    /// Open, and not because a venue took a trade back and works it again: what happens to a group after its
    /// end is flagged for a person.
    private func isLeftOpen(_ order: OrderID) -> Bool {
        let words = watch.books.wordByTrade[order] ?? [:]
        let livesAgain = words.contains { $0.value.reinstated > 0 }
        return watch.state.openOrders.contains(order) && !livesAgain
    }

    /// What is under way has orders that are, or waits for a person; what has ended has none.
    func checkGroups() throws(Violation) {
        let due = watch.state.dueGroups.count
        try expect(due == 0, "I11", "\(due) groups that nothing holds up do not go on")
        for group in watch.state.groupByID.keys.sorted() {
            guard let saga = watch.state.groupByID[group] else { continue }
            let open = saga.legs.filter { watch.state.openOrders.contains($0.order) }
            let waits = saga.state == .parked || !open.isEmpty
            try expect(
                saga.state.isFinal || waits,
                "I11",
                "group \(group.id.text) is \(saga.state.name) and nothing carries it on"
            )
            let traded = saga.legIndices.reduce(Int128(0)) { $0 + Int128(saga.legs[$1].traded.nanos) }
            let isOver = saga.state == .completed && traded >= Int128(saga.quantity.nanos)
            try expect(
                !isOver || !saga.legIndices.contains { isLeftOpen(saga.legs[$0].order) },
                "I9",
                "group \(group.id.text) traded all and has an open leg"
            )
        }
    }

    static func tells(_ fact: DomainEvent, ofGroup command: Command) -> Bool {
        switch (command, fact) {
        case (.placeGroup(let account, let wanted), .group(.started(let fact))):
            fact.account == account && fact.contingency == wanted.contingency
                && fact.legs.map(\.quantity) == wanted.legs.map(\.quantity)
                && fact.legs.map(\.limitPrice) == wanted.legs.map(\.limitPrice)
        case (.cancelGroup(let account, let group), .group(.advanced(let fact))):
            fact.account == account && fact.group == group && fact.trigger == .cancelRequested
        case (.resolveGroup(let account, let wanted), .group(.advanced(let fact))):
            fact.account == account && fact.group == wanted.order
                && fact.trigger == (wanted.retry ? .retryRequested : .closedByPerson)
        default: false
        }
    }
}
