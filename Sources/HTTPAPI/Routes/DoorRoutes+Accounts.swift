internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Sagas

extension DoorRoutes {
    func addAccounts(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts") { request, _ in try await take(request) { try openAccount(&$0) } }
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
            let account = try context.parameter("account")
            return try await take(request) { try deposit(account, &$0) }
        }
        routes.post("accounts/:account/withdrawals") { request, context in
            let account = try context.parameter("account")
            return try await take(request) { try withdraw(account, &$0) }
        }
        routes.post("accounts/:account/transfers") { request, context in
            let account = try context.parameter("account")
            return try await take(request) { try transferCash(account, &$0) }
        }
    }

    func openAccount(_ fields: inout RequestFields) throws -> CommandDraft {
        var command = OpenAccount()
        command.alias = try fields.text("alias")
        guard AccountAlias(command.alias) != nil else {
            throw GatewayRejection(
                .aliasMalformed,
                "`alias` has 1–32 of a–z 0–9 - _ and begins with a letter."
            )
        }
        command.currency = try fields.currency("currency")
        command.kind = try fields.optionalChoice("kind", [("cash", AccountKind.cash), ("margin", .margin)])
        command.owner = try owner(try fields.optionalText("owner"))
        return CommandDraft([], created: true) { [command] in .openAccount(command) }
    }

    /// The owner that a further account is for, none for a new one.
    private func owner(_ text: String?) throws -> OwnerID {
        guard let text else { return .none }
        guard let id = Identifier(text), id.kind == .owner else {
            throw GatewayRejection(.fieldMalformed, "An owner is named by the id that its account shows.")
        }
        return OwnerID(id)
    }

    func deposit(_ account: String, _ fields: inout RequestFields) throws -> CommandDraft {
        let move = try move(&fields)
        return CommandDraft([account], created: true) { .deposit(try await self.account(account), move) }
    }

    func withdraw(_ account: String, _ fields: inout RequestFields) throws -> CommandDraft {
        let move = try move(&fields)
        return CommandDraft([account], created: true) { .withdraw(try await self.account(account), move) }
    }

    private func move(_ fields: inout RequestFields) throws -> MoveCash {
        var move = MoveCash()
        move.currency = try fields.currency("currency")
        move.amount = try fields.money("amount")
        return move
    }

    func transferCash(_ account: String, _ fields: inout RequestFields) throws -> CommandDraft {
        let receiver = try fields.text("to")
        var command = TransferCash()
        command.currency = try fields.currency("currency")
        command.amount = try fields.money("amount")
        return CommandDraft([account, receiver], created: true) { [command] in
            var command = command
            let account = try await self.account(account)
            command.to = try await self.account(receiver)
            return .transferCash(account, command)
        }
    }

    func addKillSwitch(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("kill-switch") { request, _ in
            let id = try commandID(request)
            return try await pose(pullKillSwitch(try await scope(request)), id)
        }
        routes.delete("kill-switch") { request, _ in
            let id = try commandID(request)
            return try await pose(releaseKillSwitch(try await scope(request)), id)
        }
    }

    func pullKillSwitch(_ account: String?) -> CommandDraft {
        CommandDraft(account.map { [$0] } ?? []) {
            guard let account else { return .pullKillSwitch(nil) }
            return .pullKillSwitch(try await self.account(account))
        }
    }

    func releaseKillSwitch(_ account: String?) -> CommandDraft {
        CommandDraft(account.map { [$0] } ?? []) {
            guard let account else { return .releaseKillSwitch(nil) }
            return .releaseKillSwitch(try await self.account(account))
        }
    }

    /// The account that a kill switch is for, in the body or in the query; `nil` for the whole shard.
    ///
    /// What cannot be understood is refused: a typing error must not widen the switch to everybody.
    private func scope(_ request: Request) async throws -> String? {
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
        return named
    }
}
