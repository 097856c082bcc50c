internal import BifrostKernel
internal import Orders
internal import Sagas

/// Orders that the core did not send, and trades that no account was found for, in words.
extension Narrator {
    func found(_ fact: ExternalOrderFound) -> Words {
        let terms = CommandText.terms(
            fact.side,
            fact.quantity,
            fact.symbol,
            fact.type,
            fact.limitPrice,
            fact.timeInForce
        )
        return (
            "An order of account \(account) was found that the core did not send: \(terms).",
            ["venue order \(fact.venueOrderID) at \(fact.venue)", "flagged: a person has to look"]
        )
    }

    func tell(_ event: SuspenseEvent) -> Words {
        switch event {
        case .suspended(let fact):
            let report = fact.report
            let verb = report.side == .buy ? "bought" : "sold"
            return (
                "\(actor) reported a trade that no account is known for: \(verb) \(report.quantity.text) at"
                    + " \(report.price.text). It stands in suspense.",
                [
                    "venue execution \(report.venueExecutionID) at \(report.venue), trade date"
                        + " \(report.tradeDate.text), execution \(report.execution.text)",
                    "venue order \(fact.venueOrderID), account \(fact.account.id.text)",
                ] + event.postings.map(posting)
            )
        case .assigned(let fact):
            return (
                "\(fact.assigner) assigned the trade of break #\(fact.brokeAt) to account \(account): it leaves"
                    + " suspense.",
                ["execution \(fact.execution.text)"] + event.postings.map(posting)
            )
        case .revised(let fact):
            let now =
                fact.quantity == .zero
                ? "took back" : "corrected to \(fact.quantity.text) at \(fact.price.text)"
            return (
                "\(actor) \(now) the trade of break #\(fact.brokeAt).",
                Self.revision(fact.revision) + event.postings.map(posting)
            )
        }
    }
}
