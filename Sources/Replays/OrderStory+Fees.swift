internal import BifrostKernel

/// Words for what trades cost.
extension Narrator {
    /// `, SEC 0.03 USD, TAF 0.01 USD`; nothing where there is no fee beside the commission.
    static func fees(_ fees: [Fee]) -> String {
        fees.map { ", \($0.kind.name) \($0.amount.text) \($0.currency.code)" }.joined()
    }

    /// What a reservation includes beside a share of the traded amount.
    static func fees(_ terms: FeeTerms) -> String {
        let currency = terms.currency.code
        var words: [String] = []
        if let perShare = terms.perShare { words.append("\(perShare.text) \(currency) a unit") }
        if let least = terms.minimum { words.append("at least \(least.text) \(currency) an order") }
        if let most = terms.maximum { words.append("at most \(most.text) \(currency) an order") }
        for fee in terms.fees where fee.sides.isEmpty || fee.sides.contains(.buy) {
            words.append("\(fee.kind.name) \(Self.rate(fee))")
        }
        return words.map { ", " + $0 }.joined()
    }

    private static func rate(_ fee: FeeRate) -> String {
        let share = fee.rate > BasisPoints(0) ? "\(fee.rate.text) basis points" : nil
        return [share, fee.perShare.map { "\($0.text) a unit" }].compactMap { $0 }.joined(separator: " and ")
    }
}
