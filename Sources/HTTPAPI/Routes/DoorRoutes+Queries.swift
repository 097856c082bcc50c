internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird

/// What a request's query names, taken one by one as the members of a body are.
struct QueryFields {
    private var rest: [(name: String, value: String)] = []

    init(_ request: Request) throws(GatewayRejection) {
        for (name, value) in request.uri.queryParameters {
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

    /// The position of the log as of which the answer is; all of it where there is none.
    mutating func at() throws(GatewayRejection) -> Int64 { try number("at", 1...Int64.max) ?? .max }

    /// `limit`, `before` and `at`.
    mutating func page() throws(GatewayRejection) -> Page {
        var page = Page()
        page.count = Int(try number("limit", 1...Int64(Page.countMax)) ?? Int64(Page.countMax))
        page.before = try number("before", 1...Int64.max) ?? .max
        page.through = try at()
        return page
    }
}

/// Queries beside those that stand with their commands.
extension DoorRoutes {
    func addQueries(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts") { request, _ in
            try QueryFields(request).end()
            let directory = directory
            let found = try await pool.run { try directory.allAccounts() }
            return Response.json([
                "accounts": .array(
                    found.map { ["account": .string($0.account.id.text), "alias": .string($0.alias.text)] }
                )
            ])
        }
        routes.get("accounts/:account/equity") { request, context in
            var query = try QueryFields(request)
            let (from, to, through) = (try query.date("from"), try query.date("to"), try query.at())
            try query.end()
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let days = try await pool.run { () throws -> [JSON] in
                try EquityView.list(account, from: from, to: to, through: through, log, shard)
            }
            return Response.json(["days": .array(days)])
        }
        routes.get("accounts/:account/refusals") { request, context in
            var query = try QueryFields(request)
            let page = try query.page()
            try query.end()
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let rows = try await pool.run { () throws -> [JSON] in
                try RefusalView.list(account, page, log, shard)
            }
            let last = rows.count == page.count ? rows.last?["position"] : nil
            return Response.json(["refusals": .array(rows), "next": last ?? .null])
        }
    }
}
