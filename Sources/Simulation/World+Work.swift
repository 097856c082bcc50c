internal import BifrostKernel
internal import Orders
internal import Sagas
internal import SeededChoices
internal import Venues

/// Orders that are worked by slices.
extension World {
    /// An order, a slice of one, or one that is worked by slices.
    mutating func placement(_ account: AccountID, _ choices: inout Generator) -> Command {
        var wanted = order(account, &choices)
        if choices.chance(35), let slice = slice(wanted, &choices) {
            let owner = watch.books.orders[slice.parent]?.placed.account ?? account
            return .placeOrder(choices.chance(95) ? owner : account, slice)
        }
        if choices.chance(12) { makeWorked(&wanted, &choices) }
        return .placeOrder(account, wanted)
    }

    /// Makes of an order one that is worked here, and now and then one that cannot be.
    private func makeWorked(_ wanted: inout PlaceOrder, _ choices: inout Generator) {
        wanted.special.worked = true
        guard choices.chance(95) else { return }
        if wanted.type != .limit { wanted.type = .market }
        if wanted.type == .market { wanted.limitPrice = nil }
        wanted.timeInForce = choices.chance(75) ? .goodTillCancelled : .day
        let locate = wanted.special.locate
        wanted.special = .none
        wanted.special.worked = true
        wanted.special.locate = locate
        wanted.review = choices.chance(10)
        wanted.quantity = Quantity(units: choices.int64(5...40))
    }

    /// A slice of a worked order, mostly one that has room for it; `nil` where there is none.
    private func slice(_ order: PlaceOrder, _ choices: inout Generator) -> PlaceOrder? {
        let orders = watch.books.ordersInOrder.filter { watch.books.orders[$0]?.placed.isWorked ?? false }
        let open = orders.filter { watch.books.orders[$0]?.isOpen ?? false }
        let isOdd = choices.chance(10)
        let known = isOdd ? orders : open
        guard !known.isEmpty, let parent = watch.books.orders[choices.one(of: known)] else { return nil }
        var wanted = order
        wanted.parent = parent.placed.order
        guard !isOdd else { return wanted }
        wanted.symbol = parent.placed.symbol
        wanted.side = parent.placed.side
        let taken = watch.books.slices(of: parent.placed.order).reduce(Int128(0)) { $0 + $1.reach }
        let room = Quantity(exactly: Int64(clamping: parent.left - taken)) ?? .zero
        let isRest = room > .zero && choices.chance(50)
        wanted.quantity = isRest ? room : Quantity(units: choices.int64(1...15))
        if wanted.timeInForce == .goodTillDate { wanted.timeInForce = .goodTillCancelled }
        if let seen = venue.price(of: parent.placed.instrument) { wanted.seen = seen }
        wanted.special = .none
        if wanted.side.isShort, choices.chance(95) { wanted.special.locate = ClientName("L1") }
        guard choices.chance(70) else {
            (wanted.type, wanted.limitPrice) = (.market, nil)
            return wanted
        }
        wanted.type = .limit
        let near = (wanted.seen.last?.nanos ?? 1_000_000_000) / 100 * choices.int64(92...108)
        wanted.limitPrice = Price(nanos: max(near / 10_000_000, 1) * 10_000_000)
        return wanted
    }

    /// What is to be cancelled has slices that are, and what is done none that could be asked.
    func checkWork() throws(Violation) {
        let due = watch.state.dueWork.count
        try expect(due == 0, "I11", "\(due) worked orders that nothing holds up do not go on")
        for order in watch.state.workByID.keys.sorted() {
            guard let saga = watch.state.workByID[order], let entry = watch.books.orders[order] else {
                continue
            }
            let traded = watch.books.slices(of: order).reduce(Int128(0)) { $0 + $1.filled }
            try expect(
                traded == saga.traded,
                "I9",
                "\(order.id.text) was worked by \(saga.traded), is \(traded)"
            )
            try expect(
                entry.toldOfSlices == traded || !entry.isAtWork,
                "I9",
                "\(order.id.text) was told of \(entry.toldOfSlices), its slices traded \(traded)"
            )
            let waits = entry.isOpen && entry.isCancelAsked && saga.open.isEmpty
            try expect(!waits, "I11", "\(order.id.text) waits for slices that are over")
        }
    }
}
