internal import BifrostKernel
internal import Engine
internal import Hummingbird
internal import Logging
internal import Sagas

/// Several commands in one request, each judged and recorded on its own.
extension DoorRoutes {
    /// Most commands in a batch.
    static let batchCountMax = 500
    /// The longest body of a batch: room for as many orders with all that they usually have.
    static let batchBytesMax = 256 * 1024

    /// A command of a batch with the key that the client gave it.
    private struct Item {
        let id: ClientName
        let draft: CommandDraft
    }

    /// What came of the commands so far.
    private struct Progress {
        var outcomes: [Result<CommandAnswer, GatewayRejection>?]
        private var underWay: [(index: Int, answer: AsyncStream<CommandAnswer>)] = []

        init(count: Int) { outcomes = Array(repeating: nil, count: count) }

        mutating func pose(_ request: CommandRequest, at index: Int, to engine: ShardEngine) {
            let (answer, answered) = AsyncStream<CommandAnswer>.makeStream()
            underWay.append((index, answer))
            engine.submit(request) {
                answered.yield($0)
                answered.finish()
            }
        }

        /// Waits until all that were posed are answered.
        mutating func settle() async {
            for (index, answer) in underWay {
                for await answer in answer { outcomes[index] = .success(answer) }
            }
            underWay = []
        }
    }

    /// Reads a command: the routes, what stands beside its body, its body.
    private typealias Reader =
        @Sendable (DoorRoutes, inout RequestFields, inout RequestFields) throws -> CommandDraft
    /// The commands by the `operationId` of the route that takes one of them alone.
    private static let readers: [(String, Reader)] = [
        ("openAccount", { try $0.openAccount(&$2) }),
        ("deposit", { try $0.deposit(try $1.text("account"), &$2) }),
        ("withdraw", { try $0.withdraw(try $1.text("account"), &$2) }),
        ("transfer", { try $0.transferCash(try $1.text("account"), &$2) }),
        ("setLimits", { try $0.setLimits(try $1.text("account"), &$2) }),
        ("placeOrder", { try $0.placeOrder(try $1.text("account"), &$2) }),
        (
            "replaceOrder",
            { try $0.replaceOrder(try $1.text("account"), try $0.order(try $1.text("order")), &$2) }
        ),
        (
            "cancelOrder",
            { routes, fields, _ in
                routes.cancelOrder(try fields.text("account"), try routes.order(try fields.text("order")))
            }
        ),
        ("startRebalance", { try $0.startRebalance(try $1.text("account"), &$2) }),
        (
            "stopRebalance",
            { routes, fields, _ in
                try routes.stopRebalance(try fields.text("account"), try fields.text("rebalance"))
            }
        ),
        ("pullKillSwitch", { routes, _, body in routes.pullKillSwitch(try body.optionalText("account")) }),
        (
            "releaseKillSwitch",
            { routes, _, body in routes.releaseKillSwitch(try body.optionalText("account")) }
        ),
    ]
    /// The names of the commands that a batch may have.
    static let batchedNames = readers.map(\.0)

    func addBatches(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("batches") { request, context in
            var fields = try await fields(request, bytesMax: Self.batchBytesMax)
            let elements = try fields.list("commands", countMax: Self.batchCountMax)
            try fields.end()
            return try await answers(to: try items(elements), context.logger)
        }
    }

    /// The commands, of which none is posed when one cannot be read.
    private func items(_ elements: [JSON]) throws -> [Item] {
        var indexByID: [ClientName: Int] = [:]
        return try elements.enumerated().map { index, element in
            do {
                let item = try item(element)
                if let first = indexByID.updateValue(index, forKey: item.id) {
                    throw GatewayRejection(
                        .fieldsDisagree,
                        "`idempotencyKey` is that of `commands[\(first)]`: every command has its own."
                    )
                }
                return item
            } catch let rejection as GatewayRejection {
                throw GatewayRejection(
                    rejection.code,
                    "`commands[\(index)]`: \(rejection.detail) Nothing of the batch was done."
                )
            }
        }
    }

    private func item(_ element: JSON) throws -> Item {
        var fields = try RequestFields(element, at: "the command")
        let id = try commandID(try fields.text("idempotencyKey"))
        let read = try fields.choice("command", Self.readers)
        var body = try RequestFields(fields.optional("body") ?? .object([]), at: "`body`")
        let draft = try read(self, &fields, &body)
        try fields.end()
        try body.end()
        guard draft.accounts.allSatisfy({ Identifier($0) != nil || AccountAlias($0) != nil }) else {
            throw GatewayRejection(.unknownAccount, "Name an account by its alias or by its id.")
        }
        return Item(id: id, draft: draft)
    }

    /// Poses the commands in their order and tells what came of each.
    ///
    /// They follow each other into the engine without waiting for the disk, except where order would be
    /// lost: what the engine takes before other commands, as a cancel, waits for those in front of it, and so
    /// does one for an account that one of them may be opening.
    private func answers(to items: [Item], _ logger: Logger) async throws -> Response {
        var progress = Progress(count: items.count)
        for (index, item) in items.enumerated() {
            if !item.draft.accounts.allSatisfy(isNamed) { await progress.settle() }
            do {
                let command = try await item.draft.command()
                if command.isUrgent { await progress.settle() }
                let request = CommandRequest(
                    id: item.id,
                    command,
                    actor: actor,
                    receivedAt: core.time.now()
                )
                progress.pose(request, at: index, to: core.trading)
            } catch {
                progress.outcomes[index] = .failure(rejection(error, logger))
            }
        }
        await progress.settle()
        return await response(items, progress.outcomes, logger)
    }

    /// Whether an account's name is an id, or an alias that was met before.
    private func isNamed(_ account: String) -> Bool {
        Identifier(account) != nil || AccountAlias(account).flatMap(directory.known) != nil
    }

    private func rejection(_ error: any Error, _ logger: Logger) -> GatewayRejection {
        if let rejection = error as? GatewayRejection { return rejection }
        logger.error("a command of a batch failed", metadata: ["error": "\(error)"])
        return GatewayRejection(
            .logUnavailable,
            "Ask again with the same key; the service's own log says why."
        )
    }

    private func response(
        _ items: [Item],
        _ outcomes: [Result<CommandAnswer, GatewayRejection>?],
        _ logger: Logger
    ) async -> Response {
        var answers: [JSON] = []
        var last: CommandReceipt?
        for (item, outcome) in zip(items, outcomes) {
            var (status, body, isReplay) = (0, JSON.null, false)
            do {
                guard let outcome else {
                    throw GatewayRejection(.internalError, "Ask again with the same key.")
                }
                let reply = try await reply(to: try outcome.get(), created: item.draft.created)
                (status, body, isReplay) = (reply.status, reply.body, reply.isReplay)
                if reply.receipt.lastPosition > last?.lastPosition ?? 0 { last = reply.receipt }
            } catch {
                let rejection = rejection(error, logger)
                (status, body) = (rejection.code.status, rejection.problem)
            }
            answers.append([
                "idempotencyKey": .string(item.id.text), "status": .count(Int64(status)),
                "replayed": .bool(isReplay), "body": body,
            ])
        }
        let response = Response.json(["answers": .array(answers)])
        return last.map { response.at(token($0)) } ?? response
    }
}
