internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Portfolios
internal import ReadModels
internal import Sagas

extension DoorRoutes {
    private static let resolutions: [(String, BreakResolution)] = [
        ("timing", .timing), ("venue_error", .venueError), ("our_error", .ourError),
    ]

    func addBreaks(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/breaks") { request, context in
            let moment = try onlyMoment(request)
            return try await breaks(of: try await account(try context.parameter("account")), moment)
        }
        addStrayBreaks(to: routes)
        routes.post("accounts/:account/breaks/:position/resolution") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = ResolveBreak()
            command.brokeAt = try position(context)
            command.resolution = try fields.choice("resolution", Self.resolutions)
            try fields.end()
            let account = try await account(try context.parameter("account"))
            return try await pose(.resolveBreak(account, command), id)
        }
    }

    /// The latest breaks of an account, or where none is named, those that are about no account of ours or
    /// about trades in suspense.
    private func breaks(of account: AccountID?, _ moment: ReadMoment) async throws -> Response {
        var query = AuditQuery(core.trading.shard)
        query.account = account
        query.kind = .breaks
        var list = BreakList(ofStrays: account == nil, countMax: Self.listCountMax)
        let position = try await backward(query, moment) { list.take($0) }
        let now = core.time.now()
        return Response.json(["breaks": .array(list.views.map { $0.json(at: now) })]).at(token(position))
    }

    private func position(_ context: BasicRequestContext) throws -> Int64 {
        guard let position = Int64(try context.parameter("position")), position > 0 else {
            throw GatewayRejection(.fieldMalformed, "A break is named by its position in the log.")
        }
        return position
    }

    /// Breaks about accounts that we do not have, and trades in suspense.
    private func addStrayBreaks(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("breaks") { request, _ in try await breaks(of: nil, try onlyMoment(request)) }
        routes.post("breaks/:position/resolution") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = ResolveBreak()
            command.brokeAt = try position(context)
            command.resolution = try fields.choice("resolution", Self.resolutions)
            try fields.end()
            return try await pose(.resolveStrayBreak(command), id)
        }
        routes.post("breaks/:position/assignment") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = AssignTrade()
            command.brokeAt = try position(context)
            let symbol = try fields.optionalText("symbol")
            let name = try fields.text("account")
            try fields.end()
            if let symbol {
                guard let symbol = Symbol(symbol) else {
                    throw GatewayRejection(.symbolMalformed, "`symbol` has 1–32 of A–Z a–z 0–9 . - / _ :")
                }
                command.symbol = symbol
            }
            return try await pose(.assignTrade(try await account(name), command), id)
        }
    }
}
