internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Sagas

extension DoorRoutes {
    func addAccounts(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = OpenAccount()
            command.alias = try fields.text("alias")
            guard AccountAlias(command.alias) != nil else {
                throw GatewayRejection(
                    .aliasMalformed,
                    "`alias` has 1–32 of a–z 0–9 - _ and begins with a letter."
                )
            }
            command.currency = try fields.currency("currency")
            command.kind = try fields.optionalChoice(
                "kind",
                [("cash", AccountKind.cash), ("margin", .margin)]
            )
            command.owner = try owner(try fields.optionalText("owner"))
            try fields.end()
            return try await pose(.openAccount(command), id, created: true)
        }
        routes.get("accounts/:account") { request, context in
            var query = try QueryFields(request)
            let moment = try moment(&query)
            try query.end()
            let account = try await account(try context.parameter("account"))
            guard let found = try await sheet(of: account, moment) else {
                throw GatewayRejection(.unknownAccount, "Name an account by its alias or by its id.")
            }
            return Response.json(found.view.json).at(token(found.position))
        }
        routes.post("accounts/:account/deposits") { request, context in
            try await move(request, context) { .deposit($0, $1) }
        }
        routes.post("accounts/:account/withdrawals") { request, context in
            try await move(request, context) { .withdraw($0, $1) }
        }
        routes.post("accounts/:account/transfers") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            let name = try fields.text("to")
            var command = TransferCash()
            command.currency = try fields.currency("currency")
            command.amount = try fields.money("amount")
            try fields.end()
            let account = try await account(try context.parameter("account"))
            command.to = try await self.account(name)
            return try await pose(.transferCash(account, command), id, created: true)
        }
    }

    /// The owner that a further account is for, none for a new one.
    private func owner(_ text: String?) throws -> OwnerID {
        guard let text else { return .none }
        guard let id = Identifier(text), id.kind == .owner else {
            throw GatewayRejection(.fieldMalformed, "An owner is named by the id that its account shows.")
        }
        return OwnerID(id)
    }

    private func move(
        _ request: Request,
        _ context: BasicRequestContext,
        _ command: (AccountID, MoveCash) -> Command
    ) async throws -> Response {
        let id = try commandID(request)
        var fields = try await fields(request)
        var move = MoveCash()
        move.currency = try fields.currency("currency")
        move.amount = try fields.money("amount")
        try fields.end()
        let account = try await account(try context.parameter("account"))
        return try await pose(command(account, move), id, created: true)
    }

    func addKillSwitch(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("kill-switch") { request, _ in
            let id = try commandID(request)
            return try await pose(.pullKillSwitch(try await scope(request)), id)
        }
        routes.delete("kill-switch") { request, _ in
            let id = try commandID(request)
            return try await pose(.releaseKillSwitch(try await scope(request)), id)
        }
    }

    /// The account that a kill switch is for, in the body or in the query; `nil` for the whole shard.
    ///
    /// What cannot be understood is refused: a typing error must not widen the switch to everybody.
    private func scope(_ request: Request) async throws -> AccountID? {
        var fields = try await fields(request, emptyIsObject: true)
        var named = try fields.optionalText("account")
        try fields.end()
        if let query = request.uri.query {
            let parameters = request.uri.queryParameters
            guard named == nil, parameters.count == 1, let value = parameters["account"] else {
                throw GatewayRejection(
                    .fieldUnknown,
                    "The query is `account=…` or absent, not `\(query.prefix(64))`."
                )
            }
            named = String(value)
        }
        guard let named else { return nil }
        return try await account(named)
    }
}
