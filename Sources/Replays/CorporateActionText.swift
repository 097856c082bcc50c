internal import BifrostKernel
internal import Portfolios

/// What a corporate action did to an account, in one sentence.
enum CorporateActionText {
    static func of(_ event: PortfolioEvent) -> String {
        switch event {
        case .dividendAccrued(let fact):
            return "A dividend of \(fact.amountPerUnit.text) on \(fact.quantity.text) is due on"
                + " \(fact.payDate.text): \(fact.amount.text) \(fact.currency.code)."
        case .dividendPaid(let fact):
            return "A dividend was paid: \(fact.amount.text) \(fact.currency.code)."
        case .positionAdjusted(let fact):
            return
                "\(fact.oldQuantity.text) became \(fact.newQuantity.text) by a split of \(fact.numerator) for"
                + " \(fact.denominator); \(fact.cashInLieu.text) \(fact.currency.code) in lieu of"
                + " \(fact.fraction.text)."
        default: return ""
        }
    }
}
