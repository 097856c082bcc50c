internal import BifrostKernel
internal import Orders
internal import Sagas

/// Rebalances in words.
extension Narrator {
    func tell(_ event: RebalanceEvent) -> Words {
        switch event {
        case .started(let fact):
            let targets = fact.targets.map { target in
                "\(target.symbol.text) \(target.weight.text) basis points at \(target.price.text)"
            }
            return (
                "\(fact.enteredBy) began to rebalance \(account), worth \(fact.equity.text), with"
                    + " \(fact.legs.count) orders.",
                targets + fact.legs.map(Self.leg)
            )
        case .advanced(let fact):
            let budget = fact.state == .buying ? " with \(fact.budget.text) to spend" : ""
            return (
                "The rebalance is \(fact.state.name) after \(fact.trigger.name)\(budget).",
                fact.legs.map(Self.leg)
            )
        case .legRefused(let fact):
            let code = fact.code?.name ?? "UNKNOWN"
            return (
                "A leg of the rebalance was refused: \(code).",
                [Self.leg(fact.leg)] + Self.numbers(fact.limit, fact.value)
            )
        }
    }

    private static func leg(_ leg: RebalanceLeg) -> String {
        CommandText.terms(
            leg.side,
            leg.quantity,
            leg.symbol,
            leg.side == .buy ? .limit : .market,
            leg.side == .buy ? leg.price : nil,
            .day
        )
    }
}
