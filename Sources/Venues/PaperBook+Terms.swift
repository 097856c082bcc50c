internal import BifrostKernel
internal import Orders

extension RoutedOrder {
    /// Whether the venue can work an order of these terms that comes on `date` at `moment`: it trusts no
    /// form but its own.
    func isWhole(on date: BusinessDate, at moment: Timestamp) -> Bool {
        let immediate = timeInForce == .immediateOrCancel || timeInForce == .fillOrKill
        let rests = type == .limit && !immediate
        guard firstTerms.isWhole(for: type), type.isForAuction ? timeInForce == .day : true,
            !(immediate && (type.hasStopPrice || type.isTrailing)),
            rests || !(special.postOnly || special.displayQuantity != nil)
        else { return false }
        guard (special.limitOffset != nil) == (type == .trailingStopLimit),
            special.limitOffset ?? .zero >= .zero
        else { return false }
        let isTimed = special.expireAt != nil
        guard (special.expireDate != nil || isTimed) == (timeInForce == .goodTillDate),
            special.expireDate == nil || !isTimed, special.expireDate ?? date >= date,
            special.expireAt.map({ $0 > moment }) ?? true
        else { return false }
        let parts = [special.minimumQuantity, special.displayQuantity].compactMap(\.self)
        return parts.allSatisfy { $0 > .zero && $0 <= quantity }
    }
}

extension AmendedTerms {
    /// Whether an order of `type` can have these terms.
    func isWhole(for type: OrderType) -> Bool {
        guard quantity > .zero, (limitPrice != nil) == type.hasLimitPrice,
            (stopPrice != nil) == type.hasStopPrice, stopPrice ?? .zero >= .zero
        else { return false }
        guard type.isTrailing else { return trailingAmount == nil && trailingRate == nil }
        guard (trailingAmount != nil) != (trailingRate != nil) else { return false }
        if let trailingAmount, trailingAmount <= .zero { return false }
        if let trailingRate, trailingRate <= BasisPoints(0) || trailingRate >= BasisPoints(10_000) {
            return false
        }
        return true
    }
}
