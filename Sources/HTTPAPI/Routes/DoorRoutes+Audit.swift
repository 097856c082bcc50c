internal import AuditViewProjection
internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import Hummingbird
internal import PostgresClient
internal import ReadModels
internal import Sagas

extension DoorRoutes {
    /// Most events of one answer: each is shown whole.
    private static let auditEventsMax: Int64 = 100

    func addAudit(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("audit") { request, _ in
            var query = try QueryFields(request)
            let moment = try moment(&query)
            let before = min(
                try query.number("before", 1...Int64.max) ?? .max,
                moment.at.map { $0 < .max ? $0 + 1 : $0 } ?? .max
            )
            let limit = Int(try query.number("limit", 1...Self.auditEventsMax) ?? Self.auditEventsMax)
            let (wanted, name, symbol, rule) = try auditQuery(&query)
            try query.end()
            if rule != nil, wanted.rule == nil { return Response.events([], token(moment.least)) }
            var audited = wanted
            if let name { audited.account = try await account(name) }
            if let symbol {
                let directory = directory
                guard let instrument = try await pool.run({ try directory.instrument(symbol) }) else {
                    return Response.events([], token(moment.least))
                }
                audited.instrument = instrument
            }
            let asked = audited
            let found = try await answer(moment, ["audit"]) {
                snapshots throws(PostgresError) -> [Int64] in
                try AuditView.positions(asked, before: before, limit: limit, at: snapshots[0])
            } fold: { _ in
                throw GatewayRejection(
                    .readModelUnavailable,
                    "The audit trail is a read model: `bifrost projections status` says what it is at."
                )
            }
            guard let models = core.models else { preconditionFailure("a read model was read") }
            let shard = core.trading.shard
            let rows = try await pool.run { try models.events(shard, at: found.answer).events.map(Self.row) }
            let next = found.answer.count == limit ? found.answer.last : nil
            return Response.events(rows, next: next, token(found.position))
        }
    }

    private func auditQuery(
        _ query: inout QueryFields
    ) throws -> (query: AuditQuery, account: String?, symbol: Symbol?, rule: String?) {
        var audited = AuditQuery(core.trading.shard)
        (audited.since, audited.until) = try query.span()
        if let text = query.text("order") {
            guard let id = Identifier(text), id.kind == .order else {
                throw GatewayRejection(.orderIDMalformed, "`order` is the id of an order.")
            }
            audited.story = id
        }
        if let text = query.text("actor") {
            guard let actor = ActorName(text) else {
                throw GatewayRejection(.fieldMalformed, "`actor` has 1–64 printable ASCII characters.")
            }
            audited.actor = actor
        }
        // A rule that there is none of has refused nothing.
        let rule = query.text("rule")
        guard rule.map(Self.isCode) ?? true else {
            throw GatewayRejection(
                .fieldMalformed,
                "`rule` is a code of `bifrost explain`, as KILL_SWITCH_PULLED: A–Z and _, at most 64."
            )
        }
        audited.rule = RejectionCode.allCases.first { $0.name == rule }
        var symbol: Symbol?
        if let text = query.text("symbol") {
            guard let named = Symbol(text) else {
                throw GatewayRejection(.symbolMalformed, "`symbol` has 1–32 of A–Z a–z 0–9 . - / _ :")
            }
            symbol = named
        }
        return (audited, query.text("account"), symbol, rule)
    }

    private static func isCode(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        return first != UInt8(ascii: "_") && text.utf8.allSatisfy { (0x41...0x5a).contains($0) || $0 == 0x5f }
    }

    /// The levels of the deepest payload, with room.
    private static let payloadDepthMax = 32

    @Sendable private static func row(_ read: EventPages.Read) throws -> JSON {
        let header = read.header
        let payload = Array(EventRegistry.json(read.event).utf8)
        return [
            "position": .count(header.position),
            "fact": .optional(EventRegistry.name(type: header.type)),
            "recordedAt": .string(header.recordedAt.text), "effectiveAt": .string(header.effectiveAt.text),
            "date": .string(header.businessDate.text), "actor": .string(header.actor.text),
            "command": .string(header.commandID.text), "causation": .count(header.causation),
            "correlation": .string(header.correlation.text),
            "payload": try JSONReader.read(payload, depthMax: payloadDepthMax),
        ]
    }
}

extension Response {
    fileprivate static func events(_ rows: [JSON], next: Int64? = nil, _ token: PositionToken) -> Response {
        json(["events": .array(rows), "next": next.map { .count($0) } ?? .null]).at(token)
    }
}
