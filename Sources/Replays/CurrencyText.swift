internal import BifrostKernel
internal import Portfolios

/// What happened to an account's cash by its currency, in one sentence.
enum CurrencyText {
    /// `EUR 1000 at 1.0842 of 2026-01-02: 1084.2 USD`.
    static func translated(_ balance: TranslatedBalance, _ currency: Currency) -> String {
        let net = balance.cash.nanos + balance.owed.nanos + balance.positionValue.nanos
        let held = "\(balance.currency.code) \(Decimals.text(net))"
        guard let rate = balance.rate, let date = balance.rateDate, let value = balance.value else {
            return held + " without an official rate, counted as zero"
        }
        let price = balance.inverse ? "1 / \(rate.text)" : rate.text
        return held + " at \(price) of \(date.text): \(value.text) \(currency.code)"
    }

    static func of(_ event: PortfolioEvent) -> String {
        switch event {
        case .interestAccrued(let fact):
            let balance = "\(fact.balance.text) \(fact.currency.code)"
            let rate = "\(fact.rate.text) basis points, \(fact.dayCount.name)"
            return "Interest accrued on \(balance) for \(fact.days) days from \(fact.from.text) at \(rate):"
                + " \(fact.amount.text)."
        case .interestPaid(let fact):
            let way = fact.amount > .zero ? "was paid" : "was taken"
            return
                "Interest \(way): \(fact.amount.text) of \(fact.accrued.text) \(fact.currency.code) accrued."
        case .converted(let fact):
            return "\(fact.sold.text) \(fact.soldCurrency.code) became \(fact.bought.text)"
                + " \(fact.boughtCurrency.code) at \(fact.rate.text), by \(fact.source)."
        default: return ""
        }
    }
}
