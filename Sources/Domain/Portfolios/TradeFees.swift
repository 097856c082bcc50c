public import BifrostKernel

/// Fees of trades in the books: each kind on a line of its own.
extension Posting {
    /// What `fees` change where `before` was booked, a line for each kind, in order of the kinds.
    static func fees(_ fees: [Fee], before: [Fee], _ currency: Currency) -> [Posting] {
        if fees.isEmpty, before.isEmpty { return [] }
        return FeeKind.allCases.compactMap { kind in
            let difference = fees.nanos(of: kind) - before.nanos(of: kind)
            guard difference != 0 else { return nil }
            var line = Posting(.expense, currency, Money(nanos: difference))
            line.feeKind = kind
            return line
        }
    }
}

extension [Fee] {
    /// The sum of those of a kind, in units of 10⁻⁹.
    func nanos(of kind: FeeKind) -> Int128 { reduce(0) { $0 + ($1.kind == kind ? $1.amount.nanos : 0) } }

    /// How far they move balances together.
    var reach: UInt128 { isEmpty ? 0 : reduce(0) { $0 + $1.amount.nanos.magnitude } }
}

extension PortfolioState {
    /// What trades cost by what it was for, as they now stand, those of zero left out, in order of the kinds.
    public func fees(_ currency: Currency) -> [Fee] {
        var sums: [FeeKind: Int128] = [:]
        // ORDER: sums.
        for history in tradesByID.values {
            for trade in history.trades where trade.currency == currency {
                sums[.commission, default: 0] += trade.commission.nanos
                for fee in trade.fees { sums[fee.kind, default: 0] += fee.amount.nanos }
            }
        }
        return FeeKind.allCases.compactMap { kind in
            guard let sum = sums[kind], sum != 0 else { return nil }
            return Fee(kind, Money(clamping: sum), currency)
        }
    }
}
