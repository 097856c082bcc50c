internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Sagas
internal import Venues

/// The routes: parse, find what is named, hand over, and tell what came of it.
struct DoorRoutes: Sendable {
    /// The longest body.
    static let bodyBytesMax = 64 * 1024
    /// Who acts through the door: whoever may open its socket.
    static let actorName = "local"

    let core: CoreAccess
    let directory: Directory
    let pool: BlockingPool
    let sheets: SheetCache
    let exposures: ExposureCache
    let metrics = DoorMetrics()
    let actor: ActorName

    init(_ core: CoreAccess, _ pool: BlockingPool) {
        guard let actor = ActorName(Self.actorName) else {
            preconditionFailure("the actor's name is printable")
        }
        self.core = core
        self.pool = pool
        self.actor = actor
        directory = Directory(core.followed, core.trading.shard, core.time)
        sheets = SheetCache(core.log, core.trading.shard, core.accountSnapshots)
        exposures = ExposureCache(core.log, core.trading.shard)
    }

    func router() -> Router<BasicRequestContext> {
        // A middleware goes in front of the routes that come after it: they are listed on a router of
        // their own first.
        let table = RouteTable(routes(to: Router()))
        let router = Router()
        router.add(middleware: MetricsMiddleware(metrics))
        router.add(middleware: ProblemMiddleware(table))
        router.add(middleware: OriginMiddleware())
        return routes(to: router)
    }

    private func routes(to router: Router<BasicRequestContext>) -> Router<BasicRequestContext> {
        addService(to: router)
        addPage(to: router)
        let routes = router.group("v1")
        addAccounts(to: routes)
        addQueries(to: routes)
        addBooks(to: routes)
        addLots(to: routes)
        addReturns(to: routes)
        addExposure(to: routes)
        addAudit(to: routes)
        addStreams(to: routes)
        addOrders(to: routes)
        addBatches(to: routes)
        addKillSwitch(to: routes)
        addReferences(to: routes)
        addCorporateActions(to: routes)
        addFees(to: routes)
        addImports(to: routes)
        addInstruments(to: routes)
        addLimits(to: routes)
        addRebalances(to: routes)
        addGroups(to: routes)
        addBreaks(to: routes)
        addCurrencies(to: routes)
        addPeople(to: routes)
        addPrices(to: routes)
        addValuation(to: routes)
        return router
    }

    /// The id that the client gave its command.
    func commandID(_ request: Request) throws(GatewayRejection) -> ClientName {
        guard let name = HTTPField.Name.idempotencyKey, let text = request.headers[name] else {
            throw GatewayRejection(
                .idempotencyKeyMissing,
                "Send the header Idempotency-Key with a name of your own for this command, and the same one when"
                    + " you repeat it."
            )
        }
        guard request.headers[values: name].count == 1 else {
            throw GatewayRejection(.idempotencyKeyMalformed, "Idempotency-Key stands once.")
        }
        return try commandID(text)
    }

    func commandID(_ text: String) throws(GatewayRejection) -> ClientName {
        guard let id = ClientName(text) else {
            throw GatewayRejection(
                .idempotencyKeyMalformed,
                "An idempotency key has 1–128 printable ASCII characters."
            )
        }
        guard CommandRequest.isFree(id.text) else {
            throw GatewayRejection(
                .commandIDReserved,
                "Names that begin with `\(CommandRequest.reservedPrefix)` are the core's own."
            )
        }
        return id
    }

    /// The members of the body.
    ///
    /// An empty body counts as an empty object where nothing is required.
    func fields(
        _ request: Request,
        emptyIsObject: Bool = false,
        bytesMax: Int = bodyBytesMax
    ) async throws -> RequestFields {
        let tooLarge = GatewayRejection(.bodyTooLarge, "A body has at most \(bytesMax) bytes.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bytesMax {
            throw tooLarge
        }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: bytesMax)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
        if emptyIsObject, buffer.readableBytes == 0 { return try RequestFields(.object([])) }
        let json: JSON
        do throws(JSONError) {
            json = try JSONReader.read(Array(buffer.readableBytesView))
        } catch {
            throw GatewayRejection(
                .bodyMalformed,
                "The body is no JSON that is taken here: \(error.description)."
            )
        }
        return try RequestFields(json)
    }

    /// The account that a path or a body names, by id or by alias.
    func account(_ name: String) async throws -> AccountID {
        let unknown = GatewayRejection(.unknownAccount, "Name an account by its alias or by its id.")
        if let id = Identifier(name) {
            let account = AccountID(id)
            if directory.isKnown(account) { return account }
            let directory = directory
            guard id.kind == .account, id.shard == core.trading.shard.value,
                try await pool.run({ try directory.has(account) })
            else { throw unknown }
            return account
        }
        guard let alias = AccountAlias(name) else { throw unknown }
        if let account = directory.known(alias) { return account }
        let directory = directory
        guard let account = try await pool.run({ try directory.account(alias) }) else { throw unknown }
        return account
    }

    /// Poses a command to the trading shard.
    func pose(_ command: Command, _ id: ClientName, created: Bool = false) async throws -> Response {
        let request = CommandRequest(id: id, command, actor: actor, receivedAt: core.time.now())
        return try await respond(to: await core.trading.submit(request), created: created)
    }

    /// Poses a global fact.
    func declare(_ command: Command, _ id: ClientName, created: Bool = false) async throws -> Response {
        let request = CommandRequest(id: id, command, actor: actor, receivedAt: core.time.now())
        let (declare, directory) = (core.declare, directory)
        let answer = try await pool.run {
            let answer = declare(request)
            switch command {
            case .registerInstrument, .changeInstrument: try directory.readReferences()
            default: break
            }
            return answer
        }
        return try await respond(to: answer, created: created)
    }

    /// The moment from which queries tell what came of a command; of a global fact, when the shard of
    /// accounts had its copy.
    func token(_ receipt: CommandReceipt) -> PositionToken {
        token(receipt.shard == core.trading.shard ? receipt.lastPosition : core.trading.committed)
    }

    private func respond(to answer: CommandAnswer, created: Bool) async throws -> Response {
        let reply = try await reply(to: answer, created: created)
        var response = Response.reply(reply).at(token(reply.receipt))
        if reply.isReplay, let name = HTTPField.Name.idempotencyReplayed { response.headers[name] = "true" }
        return response
    }

    /// What came of a command, for a client; a rejection when nothing was recorded of it.
    func reply(to answer: CommandAnswer, created: Bool) async throws -> CommandReply {
        switch answer {
        case .decided(let receipt, let outcome):
            return CommandReply(receipt, outcome, created: created, isReplay: false)
        case .repeated(let receipt):
            let log = core.log
            let outcome = try await pool.run { try CommandOutcome.stored(receipt, in: log) }
            return CommandReply(receipt, outcome, created: created, isReplay: true)
        case .idReused(let receipt):
            throw GatewayRejection(
                .idempotencyKeyReused,
                "The command at position \(receipt.firstPosition) has this key and other content; nothing was"
                    + " done. Give every command a key of its own."
            )
        case .unknownAccount:
            throw GatewayRejection(.unknownAccount, "Name an account by its alias or by its id.")
        case .busy:
            throw GatewayRejection(
                .busy,
                "This request did nothing, whatever an earlier one with this key did: try again in a moment with"
                    + " the same key."
            )
        case .storageLow(let shortage):
            throw GatewayRejection(
                .storageLow,
                "This request did nothing, whatever an earlier one with this key did: \(shortage). Free some space,"
                    + " then try again with the same key. Cancels and kill switches are taken meanwhile."
            )
        case .stopped(let reason):
            throw GatewayRejection(
                .stopped,
                "Whether it was done is unknown: ask again with the same key. The engine says: \(reason)."
            )
        }
    }
}
