internal import AccountsViewProjection
internal import AuditViewProjection
internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Orders
internal import PortfolioViewProjection
internal import PostgresClient
internal import ReadModels
internal import Sagas

/// What a request's query names, taken one by one as the members of a body are.
struct QueryFields {
    /// More than any route knows.
    private static let namesMax = 32

    private var rest: [(name: String, value: String)] = []

    init(_ request: Request) throws(GatewayRejection) {
        let parameters = request.uri.queryParameters
        guard parameters.count <= Self.namesMax else {
            throw GatewayRejection(
                .fieldUnknown,
                "The query has \(parameters.count) parameters; no route knows more than \(Self.namesMax)."
            )
        }
        for (name, value) in parameters {
            guard !rest.contains(where: { $0.name == name }) else {
                throw GatewayRejection(.fieldMalformed, "`\(name)` stands twice in the query.")
            }
            rest.append((String(name), String(value)))
        }
    }

    /// Nothing may be left.
    func end() throws(GatewayRejection) {
        guard let name = rest.map(\.name).min() else { return }
        let shown = name.unicodeScalars.prefix(64).map { $0.escaped(asASCII: true) }.joined()
        throw GatewayRejection(.fieldUnknown, "Remove `\(shown)` from the query: it is not known here.")
    }

    mutating func text(_ name: String) -> String? {
        guard let index = rest.firstIndex(where: { $0.name == name }) else { return nil }
        return rest.remove(at: index).value
    }

    /// A whole number within `bounds`.
    mutating func number(_ name: String, _ bounds: ClosedRange<Int64>) throws(GatewayRejection) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(text), bounds.contains(number) else {
            throw GatewayRejection(
                .fieldMalformed,
                "`\(name)` is a whole number from \(bounds.lowerBound) to \(bounds.upperBound)."
            )
        }
        return number
    }

    mutating func date(_ name: String) throws(GatewayRejection) -> BusinessDate? {
        guard let text = text(name) else { return nil }
        return try RequestFields.date(text, name)
    }

    mutating func time(_ name: String) throws(GatewayRejection) -> Timestamp? {
        guard let text = text(name) else { return nil }
        return try RequestFields.time(text, name)
    }

    mutating func symbol(_ name: String) throws(GatewayRejection) -> Symbol? {
        guard let text = text(name) else { return nil }
        guard let symbol = Symbol(text) else {
            throw GatewayRejection(.symbolMalformed, "`\(name)` has 1–32 of A–Z a–z 0–9 . - / _ :")
        }
        return symbol
    }

    /// A word of a closed set.
    mutating func choice<T>(_ name: String, _ words: [(String, T)]) throws(GatewayRejection) -> T? {
        guard let text = text(name) else { return nil }
        guard let found = words.first(where: { $0.0 == text }) else {
            let known = words.map { "`\($0.0)`" }.joined(separator: ", ")
            throw GatewayRejection(.fieldMalformed, "`\(name)` is one of \(known).")
        }
        return found.1
    }

    /// `limit` and `before`.
    mutating func page() throws(GatewayRejection) -> Page {
        var page = Page()
        page.count = Int(try number("limit", 1...Int64(Page.countMax)) ?? Int64(Page.countMax))
        page.before = try number("before", 1...Int64.max) ?? .max
        return page
    }

    /// `from` and `to`, a span that is not empty.
    mutating func span() throws(GatewayRejection) -> (since: Timestamp?, until: Timestamp?) {
        let span = (since: try time("from"), until: try time("to"))
        if let since = span.since, let until = span.until, since >= until {
            throw GatewayRejection(.fieldsDisagree, "`from` has to be before `to`, which is left out itself.")
        }
        return span
    }
}

/// Queries beside those that stand with their commands.
extension DoorRoutes {
    func addQueries(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts") { request, _ in
            var query = try QueryFields(request)
            let moment = try moment(&query)
            guard moment.at == nil else {
                throw GatewayRejection(.fieldUnknown, "Remove `at` from the query.")
            }
            try query.end()
            let (directory, shard) = (directory, core.trading.shard)
            let found = try await answer(moment, ["accounts"]) { snapshots throws(PostgresError) in
                try AccountsView.names(of: shard, at: snapshots[0])
            } fold: { _ in
                try directory.allAccounts().map { ($0.alias.text, $0.account) }
            }
            let rows = found.answer.map { name -> JSON in
                ["account": .string(name.account.id.text), "alias": .string(name.alias)]
            }
            return Response.json(["accounts": .array(rows)]).at(token(found.position))
        }
        routes.get("accounts/:account/equity") { request, context in
            var query = try QueryFields(request)
            let (from, to, moment) = (try query.date("from"), try query.date("to"), try moment(&query))
            let format = try query.format(request)
            try query.end()
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let found = try await answer(moment, ["portfolio"]) { snapshots throws(PostgresError) in
                try PortfolioProjection.equity(
                    of: account,
                    from: from ?? EquityView.dayMin,
                    through: to ?? EquityView.dayMax,
                    knownAt: moment.at ?? .max,
                    countMax: EquityView.daysMax,
                    at: snapshots[0]
                ).map(EquityView.row)
            } fold: { through in
                try EquityView.list(account, from: from, to: to, through: through, log, shard)
            }
            let body: JSON = ["days": .array(found.answer)]
            return Response.list(body, format, found.answer, EquityView.columns).at(token(found.position))
        }
        routes.get("accounts/:account/refusals") { request, context in
            var query = try QueryFields(request)
            let (page, moment) = (try query.page(), try moment(&query))
            try query.end()
            let account = try await account(try context.parameter("account"))
            let found = try await events(moment, account, .refusals, page) { read, placed in
                RefusalView.row(read) { placed[$0]?.symbol }
            } fold: { [log = core.log, shard = core.trading.shard] through in
                try RefusalView.fold(account, page, through: through, log, shard)
            }
            return Response.json(["refusals": .array(found.rows), "next": found.next]).at(
                token(found.position)
            )
        }
    }

    /// A page of an account's events of one kind, newest first, each as `row` shows it.
    func events(
        _ moment: ReadMoment,
        _ account: AccountID,
        _ kind: AuditQuery.Kind,
        _ page: Page,
        row: @escaping @Sendable (EventPages.Read, [OrderID: PlacedName]) -> JSON?,
        fold: @escaping @Sendable (Int64) throws -> [JSON]
    ) async throws -> (rows: [JSON], next: JSON, position: Int64) {
        let shard = core.trading.shard
        var query = AuditQuery(shard)
        query.account = account
        query.kind = kind
        let (before, limit) = (
            min(page.before, moment.at.map { $0 < .max ? $0 + 1 : .max } ?? .max), page.count
        )
        let wanted = query
        let found = try await answer(moment, ["audit"]) {
            snapshots throws(PostgresError) -> EventSource in
            .positions(try AuditView.positions(wanted, before: before, limit: limit, at: snapshots[0]))
        } fold: { through in
            .rows(try fold(through))
        }
        let rows: [JSON]
        var next = JSON.null
        switch found.answer {
        case .rows(let folded):
            rows = folded
            if folded.count == page.count { next = folded.last?["position"] ?? .null }
        case .positions(let positions):
            guard let models = core.models else { preconditionFailure("a read model was read") }
            rows = try await pool.run {
                let read = try models.events(shard, at: positions) { event in
                    if case .order(let fact) = event { return fact.order }
                    return nil
                }
                return read.events.compactMap { row($0, read.placed) }
            }
            if positions.count == page.count { next = positions.last.map { .count($0) } ?? .null }
        }
        return (rows, next, found.position)
    }

    private enum EventSource: Sendable {
        case positions([Int64])
        case rows([JSON])
    }
}
