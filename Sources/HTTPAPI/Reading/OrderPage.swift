internal import BifrostKernel
internal import EventStore
internal import Orders
internal import OrdersViewProjection
internal import PostgresClient
internal import ReadModels
internal import Sagas

/// Which orders of an account a page shows; all that is given must hold.
struct OrderFilter: Sendable {
    var symbol: Symbol?
    var side: Side?
    var status: OrderStatus?
    var isOpen: Bool?
    var since: Timestamp?
    var until: Timestamp?

    func matches(_ view: OrderView) -> Bool {
        guard let placed = view.state.placed else { return false }
        return placed.symbol == symbol ?? placed.symbol && placed.side == side ?? placed.side
            && view.state.status == status ?? view.state.status
            && view.state.isOpen == isOpen ?? view.state.isOpen
            && view.placedAt.map { $0 >= since ?? $0 && (until == nil || $0 < until ?? $0) } ?? true
    }
}

/// A page of an account's orders, newest first.
struct OrderPage: Sendable {
    var orders: [OrderView] = []
    /// The position before which the next page begins; `nil` at the end.
    var next: Int64?

    /// Rows that are looked at for one page of the past; where fewer of them fit, the page is shorter.
    private static let pastRowsMax = 2_000
    private static let chunkRowsMax = 500

    /// Folds the account's orders as the log up to position `through` has them.
    ///
    /// A page stays what it is whatever is placed meanwhile. Blocks.
    static func fold(
        _ account: AccountID,
        _ filter: OrderFilter,
        _ page: Page,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> OrderPage {
        var views: [OrderID: OrderView] = [:]
        var sequence: [OrderID] = []
        let selection = LogSelection.account(AccountOrdinal(account), after: 0)
        try EventPages.read(log, shard, selection, through: through, where: { $0.stream.kind == .order }) {
            read in
            guard case .order(let event) = read.event else { return }
            switch event {
            case .placed, .externalFound: sequence.append(event.order)
            default: break
            }
            views[event.order, default: OrderView()].take(event, read.header)
        }
        var found: [OrderView] = []
        for order in sequence.reversed() where order.id.birth < page.before && found.count < page.count {
            guard let view = views[order], view.state.placed?.account == account, filter.matches(view) else {
                continue
            }
            found.append(view)
        }
        return OrderPage(found, page)
    }

    /// The page as the blotter has it, at the position of `snapshot` or at an earlier one.
    ///
    /// Blocks.
    static func read(
        _ account: AccountID,
        _ filter: OrderFilter,
        _ page: Page,
        at: Int64?,
        _ snapshot: ReadSnapshot
    ) throws(PostgresError) -> OrderPage {
        var query = OrderQuery(account)
        query.symbol = filter.symbol
        query.side = filter.side
        query.since = filter.since
        query.until = filter.until
        query.before = page.before
        guard let at, at < snapshot.positions[ShardNumber(account.id.shard)] ?? 0 else {
            query.statuses = filter.status.map { [$0] } ?? []
            query.isOpen = filter.isOpen
            let rows = try OrdersView.rows(query, limit: page.count, at: snapshot)
            return OrderPage(rows.map { OrderView($0) }, page)
        }
        return try past(&query, filter, page, at, snapshot)
    }

    /// What orders were later is in their rows: it is taken back, and then asked whether they fit.
    private static func past(
        _ query: inout OrderQuery,
        _ filter: OrderFilter,
        _ page: Page,
        _ at: Int64,
        _ snapshot: ReadSnapshot
    ) throws(PostgresError) -> OrderPage {
        var result = OrderPage()
        var looked = 0
        if at < .max { query.before = min(page.before, at + 1) }
        while looked < pastRowsMax {
            let chunk = min(max(page.count, 50), chunkRowsMax)
            let rows = try OrdersView.rows(query, limit: chunk, at: snapshot)
            looked += rows.count
            for row in rows {
                query.before = row.key.order.id.birth
                let known: OrderRow?
                do throws(WireError) {
                    known = try row.known(at: at)
                } catch {
                    throw .misuse("expected an order that this build wrote (\(error))")
                }
                guard let known else { continue }
                let view = OrderView(known)
                guard filter.matches(view) else { continue }
                result.orders.append(view)
                guard result.orders.count < page.count else {
                    result.next = query.before
                    return result
                }
            }
            if rows.count < chunk { return result }
        }
        result.next = query.before
        return result
    }

    private init() {}

    private init(_ found: [OrderView], _ page: Page) {
        orders = found
        // The position that made an order stands in its id, so that a page needs no other mark.
        next = found.count == page.count ? found.last?.state.placed?.order.id.birth : nil
    }
}
