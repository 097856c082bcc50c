internal import BifrostKernel
internal import Orders
internal import Portfolios

/// Lots that an order names, and how its trades choose among the others.
extension Shard {
    /// Most lots that one order names.
    static let chosenLotsMax = 100

    /// Whether the account has what the order names, now; a lot that is gone when the order trades leaves its
    /// part to the oldest.
    ///
    /// The order of the checks is part of the contract: each lot in turn, by whether it is there, its side
    /// and its quantity; then all together.
    static func checkLots(_ placed: OrderPlaced, _ entry: AccountEntry) throws(Rejection) {
        let special = placed.special
        guard !special.lots.isEmpty else { return }
        guard special.lotMethod ?? .chosen == .chosen else { throw Rejection(.termsConflict) }
        guard special.lots.count <= chosenLotsMax else {
            let unit = Int128(Decimals.nanosPerUnit)
            throw Rejection(
                .tooManyItems,
                limit: Int128(chosenLotsMax) * unit,
                value: Int128(special.lots.count) * unit
            )
        }
        let open = entry.portfolio.lotsByID[placed.instrument]?.lots ?? []
        var named: [Identifier: Int128] = [:]
        var all: Int128 = 0
        for choice in special.lots {
            guard let lot = open.first(where: { $0.execution == choice.execution }) else {
                throw Rejection(.unknownLot, value: Int128(choice.quantity.nanos))
            }
            let held = Int128(lot.quantity.nanos)
            guard (held > 0) == (placed.side != .buy) else { throw Rejection(.lotOnOtherSide, value: held) }
            let wanted = (named[choice.execution] ?? 0) + Int128(choice.quantity.nanos)
            guard choice.quantity > .zero, wanted <= Int128(held.magnitude) else {
                throw Rejection(.lotQuantityInvalid, limit: Int128(held.magnitude), value: wanted)
            }
            // Its trades count what they closed of a lot, not which of two mentions they closed it for.
            guard named.updateValue(wanted, forKey: choice.execution) == nil else {
                throw Rejection(.termsConflict)
            }
            all += Int128(choice.quantity.nanos)
        }
        guard all <= Int128(placed.quantity.nanos) else {
            throw Rejection(.lotQuantityInvalid, limit: Int128(placed.quantity.nanos), value: all)
        }
    }

    /// How a trade of an order with these terms closes lots.
    static func choose(_ trade: inout TradeReport, by special: SpecialTerms) {
        if let method = special.lotMethod { trade.method = method }
        guard !special.lots.isEmpty else { return }
        trade.method = .chosen
        trade.chosen = special.lots
    }
}
