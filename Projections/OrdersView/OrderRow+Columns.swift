internal import BifrostKernel
internal import Orders
public import ProjectionKit

extension OrderRow {
    /// The columns in the order in which they are written.
    static let columns = [
        "order_id", "account_id", "instrument_id", "symbol", "client_order_id", "side", "type",
        "time_in_force", "fix_status", "alpaca_status", "is_open", "quantity", "limit_price", "stop_price",
        "cumulative", "leaves", "average_price", "traded_amount", "venue", "group_id", "parent_id", "book",
        "strategy", "entered_by", "expire_date", "expire_at", "rejected_by", "reject_code", "reject_limit",
        "reject_value", "cancel_reason", "is_external", "placed_at", "placed_on", "changed_at",
        "changed_position",
    ]

    /// Writes them.
    public func write(to tuple: inout TupleWriter) {
        let report = FIXReport(order)
        writeTerms(to: &tuple, report)
        tuple.quantity(order.cumulative)
        tuple.quantity(report.leaves)
        tuple.price(order.averagePrice)
        tuple.money(order.tradedNotional)
        tuple.optionalText(order.venue ?? order.heldForVenue)
        let placed = order.placed ?? OrderPlaced()
        tuple.identifier(placed.group.id)
        tuple.identifier(placed.parent.id)
        tuple.optionalText(placed.book)
        tuple.optionalText(placed.strategy)
        tuple.optionalText(placed.enteredBy)
        tuple.date(report.expireDate)
        tuple.time(report.expireTime)
        tuple.optionalText(refusal?.judge.name)
        tuple.optionalText(refusal?.code?.name)
        tuple.amount(refusal?.limit)
        tuple.amount(refusal?.value)
        tuple.optionalText(cancelReason?.name)
        tuple.bool(order.external != nil)
        tuple.time(placedAt)
        tuple.date(placedOn)
        tuple.time(changedAt)
        tuple.int64(changedPosition)
    }

    private func writeTerms(to tuple: inout TupleWriter, _ report: FIXReport) {
        let placed = order.placed ?? OrderPlaced()
        tuple.identifier(key.order.id)
        tuple.identifier(placed.account.id)
        tuple.identifier(placed.instrument.id)
        tuple.text(placed.symbol.text)
        tuple.optionalText(placed.clientOrderID?.text)
        tuple.text(sideNames[placed.side])
        tuple.text(typeNames[placed.type])
        tuple.text(lifeNames[placed.timeInForce])
        tuple.text(String(report.ordStatus))
        tuple.text(AlpacaStatus(order).rawValue)
        tuple.bool(order.isOpen)
        tuple.quantity(report.orderQuantity)
        let terms = order.terms
        tuple.price(terms.limitPrice)
        tuple.price(terms.stopPrice)
    }
}

private let sideNames = ChoiceNames(Side.self)
private let typeNames = ChoiceNames(OrderType.self)
private let lifeNames = ChoiceNames(TimeInForce.self)
