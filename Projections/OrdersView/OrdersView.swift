public import BifrostKernel
internal import Orders
public import ProjectionKit
internal import Sagas

/// The blotter: one row an order, with its status in the words of FIX and of Alpaca.
public enum OrdersView: Projection {
    /// What the tables hold.
    public typealias Row = OrderRow
    /// What operators call it.
    public static let name = "orders"
    /// The first.
    public static let foldVersion: UInt32 = 1
    /// One table.
    public static let tables = [
        ProjectedTable("orders", key: ["order_id"], columns: OrderRow.columns)
    ]
    /// The table with its indexes.
    public static var schema: [UInt8] { PackageResources.schema_sql }

    /// The streams of orders alone.
    public static func concerns(_ header: EventHeader) -> Bool { header.stream.kind == .order }

    /// The order that the event is about.
    public static func keys(of fact: RecordedFact) -> [OrderRow.Key] {
        guard case .order(let event) = fact.event else { return [] }
        return [OrderRow.Key(order: event.order)]
    }

    /// Adds the event to its order.
    public static func apply(
        _ fact: RecordedFact,
        to rows: inout RowCache<OrderRow>
    ) throws(ProjectionFault) {
        guard case .order(let event) = fact.event else { return }
        let key = OrderRow.Key(order: event.order)
        switch event {
        case .placed, .externalFound: try rows.change(key, or: OrderRow(key)) { $0.take(fact, event) }
        default: try rows.change(key) { $0.take(fact, event) }
        }
    }
}
