internal import BifrostKernel
internal import Orders
internal import Sagas

/// Groups of orders in words.
extension Narrator {
    func tell(_ event: GroupEvent) -> Words {
        switch event {
        case .started(let fact):
            return (
                "\(fact.enteredBy) placed a \(fact.contingency.name) of \(fact.legs.count) orders for"
                    + " account \(account).",
                fact.legs.map(Self.leg)
            )
        case .advanced(let fact):
            let quantity = fact.quantity > .zero ? " for \(fact.quantity.text)" : ""
            return ("The group is \(fact.state.name) after \(fact.trigger.name)\(quantity).", [])
        case .legRefused(let fact):
            let code = fact.code?.name ?? "UNKNOWN"
            return (
                "Order \(fact.leg) of the group was refused: \(code).", Self.numbers(fact.limit, fact.value)
            )
        case .flagged(let fact):
            return (
                "The group is flagged \(fact.flag.name): \(fact.quantity.text) of order"
                    + " \(fact.order.id.text).",
                []
            )
        }
    }

    private static func leg(_ leg: PlaceOrder) -> String {
        let stop = leg.special.stopPrice.map { ", stop \($0.text)" } ?? ""
        return CommandText.terms(
            leg.side,
            leg.quantity,
            leg.symbol,
            leg.type,
            leg.limitPrice,
            leg.timeInForce
        ) + stop
    }
}
