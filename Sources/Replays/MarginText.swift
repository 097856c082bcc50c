internal import BifrostKernel
internal import Portfolios
internal import RiskLimits

/// Words for requirements and margin calls.
enum MarginText {
    static func of(_ event: RiskEvent, _ account: String) -> Narrator.Words {
        switch event {
        case .marginCallIssued(let fact):
            return (
                "Account \(account) got a margin call at the close of \(fact.date.text): equity is short of"
                    + " the maintenance requirement by \(fact.deficit.text) \(fact.currency.code).",
                [
                    "maintenance requirement \(fact.requirement.text)", "equity \(fact.equity.text)",
                    "until it is covered, only orders that reduce a position pass",
                ]
            )
        case .marginCallMet(let fact):
            return (
                "The margin call of \(fact.date.text) for account \(account) is covered.",
                ["maintenance requirement \(fact.requirement.text)", "equity \(fact.equity.text)"]
            )
        default: return ("\(event) was recorded.", [])
        }
    }

    /// The requirements of a margin account at its close; nothing of another account.
    static func close(_ fact: DayClosed) -> [String] {
        guard let initial = fact.initialRequirement, let kept = fact.maintenanceRequirement else { return [] }
        let excess = fact.marginExcess ?? .zero
        return [
            "initial requirement \(initial.text), maintenance requirement \(kept.text), excess \(excess.text)"
        ]
    }
}
