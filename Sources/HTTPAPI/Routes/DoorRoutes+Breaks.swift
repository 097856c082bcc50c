internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Portfolios
internal import Sagas

extension DoorRoutes {
    private static let resolutions: [(String, BreakResolution)] = [
        ("timing", .timing), ("venue_error", .venueError), ("our_error", .ourError),
    ]

    func addBreaks(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/breaks") { _, context in
            let account = try await account(try context.parameters.require("account"))
            let (log, shard, now) = (core.log, core.trading.shard, core.time.now())
            let found = try await pool.run { () throws -> [JSON] in
                try BreakView.list(account, countMax: Self.listCountMax, log, shard).map { $0.json(at: now) }
            }
            return Response.json(["breaks": .array(found)])
        }
        routes.post("accounts/:account/breaks/:position/resolution") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = ResolveBreak()
            guard let position = Int64(try context.parameters.require("position")), position > 0 else {
                throw GatewayRejection(.fieldMalformed, "A break is named by its position in the log.")
            }
            command.brokeAt = position
            command.resolution = try fields.choice("resolution", Self.resolutions)
            try fields.end()
            let account = try await account(try context.parameters.require("account"))
            return try await pose(.resolveBreak(account, command), id)
        }
    }
}
