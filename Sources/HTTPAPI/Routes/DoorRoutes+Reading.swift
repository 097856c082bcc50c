internal import AuditViewProjection
internal import BifrostKernel
internal import Engine
internal import EventStore
internal import Hummingbird
internal import PostgresClient
internal import ReadModels

/// Which moment a query asks for.
struct ReadMoment: Sendable {
    /// Everything up to here has to be in the answer.
    var least: Int64
    /// The client named it: an answer without it is none.
    var isAsked = false
    /// Nothing behind here may be in the answer; `nil` for the present.
    var at: Int64?
}

/// How queries are answered: from read models where they can, else by folding the log, and always with the
/// position that the answer is of.
extension DoorRoutes {
    /// How long an answer waits for the position that the client asked for.
    private static let askedWait = Duration.seconds(2)
    /// How long it waits for what was acknowledged when the question came.
    private static let presentWait = Duration.milliseconds(250)
    /// Events that are read at once backward.
    private static let backwardPage = 200

    /// The moment that `min_position` and `at` name.
    ///
    /// Without either it is the present: everything that was acknowledged before the question.
    func moment(_ query: inout QueryFields) throws(GatewayRejection) -> ReadMoment {
        let committed = core.trading.committed
        let at = try query.number("at", 1...Int64.max)
        var moment = ReadMoment(least: min(at ?? .max, committed), at: at)
        guard let text = query.text("min_position") else { return moment }
        guard let token = PositionToken(text) else {
            throw GatewayRejection(
                .positionMalformed,
                "`min_position` is what an answer's header Bifrost-Position said, unchanged."
            )
        }
        guard token.isOf(core.log.id, core.trading.shard), token.position <= committed else {
            throw GatewayRejection(
                .positionUnknown,
                "The token is of another log, or of one that was restored since. Ask without `min_position`, and go"
                    + " on with the Bifrost-Position of that answer."
            )
        }
        if let at, at < token.position {
            throw GatewayRejection(
                .fieldMalformed,
                "`at` is before the position of `min_position`: leave one of them out."
            )
        }
        if at == nil { moment.least = token.position }
        moment.isAsked = true
        return moment
    }

    /// Answers from read models of one moment, or where they cannot be read from the log.
    ///
    /// `read` is given the snapshots in the order of `names`; `fold` the last position that counts.
    func answer<Answer: Sendable>(
        _ moment: ReadMoment,
        _ names: [String],
        read: @escaping @Sendable ([ReadSnapshot]) throws(PostgresError) -> Answer,
        fold: @escaping @Sendable (_ through: Int64) throws -> Answer
    ) async throws -> (answer: Answer, position: Int64) {
        if let models = core.models {
            let deadline = ContinuousClock.now + (moment.isAsked ? Self.askedWait : Self.presentWait)
            var hasWaited = false
            waiting: while true {
                let isOver = hasWaited && ContinuousClock.now >= deadline
                let mayBeBehind = isOver && !moment.isAsked && moment.at == nil
                switch try await models.look(names, at: moment.least, isLast: mayBeBehind, read) {
                case .answered(let answer, let position):
                    return (answer, min(position, moment.at ?? .max))
                case .unusable: break waiting
                case .behind:
                    if isOver, moment.isAsked { throw Self.notReached }
                    if isOver { break waiting }
                    try await models.wait(names, for: moment.least, until: deadline)
                    hasWaited = true
                }
            }
        }
        let through = min(moment.at ?? .max, try await end())
        return (try await pool.run { try fold(through) }, through)
    }

    /// The moment of a query that says nothing else.
    func onlyMoment(_ request: Request) throws(GatewayRejection) -> ReadMoment {
        var query = try QueryFields(request)
        let moment = try moment(&query)
        try query.end()
        return moment
    }

    /// Hands over the events of a kind up to a moment one by one, latest first, until `body` has enough;
    /// answers the position that they are of.
    ///
    /// Where the audit trail cannot be read, the log is, which does not know instruments: `body` looks for
    /// itself.
    @discardableResult
    func backward(
        _ query: AuditQuery,
        _ moment: ReadMoment,
        _ body: (EventPages.Read) -> Bool
    ) async throws -> Int64 {
        let (log, shard) = (core.log, core.trading.shard)
        let types = query.kind?.types ?? []
        let selection = query.account.map { LogSelection.account(AccountOrdinal($0), after: 0) }
        var before = moment.at.map { $0 < .max ? $0 + 1 : $0 } ?? .max
        var position: Int64?
        while true {
            let page = before
            let found = try await answer(moment, ["audit"]) {
                snapshots throws(PostgresError) -> BackwardPage in
                .positions(
                    try AuditView.positions(query, before: page, limit: Self.backwardPage, at: snapshots[0])
                )
            } fold: { through in
                var events: [EventPages.Read] = []
                try EventPages.read(
                    log,
                    shard,
                    selection ?? .all(after: 0),
                    through: min(through, page - 1),
                    where: { types.contains($0.type) }
                ) { events.append($0) }
                return .events(events.reversed())
            }
            position = position ?? found.position
            let (events, isLast) = try await read(found.answer)
            guard events.allSatisfy(body), !isLast, let last = events.last else { return position ?? 0 }
            before = last.header.position
        }
    }

    /// The events, and whether there are no more before them.
    private func read(_ source: BackwardPage) async throws -> (events: [EventPages.Read], isLast: Bool) {
        switch source {
        case .events(let events): return (events, true)
        case .positions(let positions):
            guard let models = core.models else { preconditionFailure("a read model was read") }
            let shard = core.trading.shard
            let events = try await pool.run { try models.events(shard, at: positions).events }
            return (events, positions.count < Self.backwardPage)
        }
    }

    private enum BackwardPage: Sendable {
        case positions([Int64])
        case events([EventPages.Read])
    }

    /// The end of the log: what the engine committed, or where it has stopped, what stands there.
    func end() async throws -> Int64 {
        let trading = core.trading
        guard trading.status != .running else { return trading.committed }
        let log = core.log
        return try await pool.run { try log.head(of: trading.shard).position }
    }

    private static var notReached: GatewayRejection {
        GatewayRejection(
            .positionNotReached,
            "The read models are behind that position. Try again, or leave `min_position` out and look at"
                + " Bifrost-Position."
        )
    }

    /// The header that says which moment an answer is of.
    func token(_ position: Int64) -> PositionToken {
        PositionToken(core.log.id, core.trading.shard, position)
    }
}
