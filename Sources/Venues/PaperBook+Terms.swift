internal import BifrostKernel
internal import Orders

extension RoutedOrder {
    /// Whether the venue can work an order of these terms that comes on `date`: it trusts nobody's form.
    func isWhole(on date: BusinessDate) -> Bool {
        let immediate = timeInForce == .immediateOrCancel || timeInForce == .fillOrKill
        let rests = type == .limit && !immediate
        guard firstTerms.isWhole(for: type), type.isForAuction ? timeInForce == .day : true,
            !(immediate && (type.hasStopPrice || type.isTrailing)),
            rests || !(special.postOnly || special.displayQuantity != nil)
        else { return false }
        guard (special.limitOffset != nil) == (type == .trailingStopLimit),
            special.limitOffset ?? .zero >= .zero
        else { return false }
        guard (special.expireDate != nil) == (timeInForce == .goodTillDate),
            special.expireDate ?? date >= date
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
