public import BifrostKernel
public import EventRegistry
public import EventStore
internal import Sagas
internal import Venues

/// A batch on its way to the log, with everything that must wait for its commit.
package struct PreparedBatch: Sendable {
    /// One request and the answer that it gets once the batch is durable.
    package struct Settled: Sendable {
        let pending: PendingCommand
        package let answer: CommandAnswer
    }

    package var events = EventBatch()
    package var settled: [Settled] = []
    var instructions: [VenueInstruction] = []
    var followUps: [CommandRequest] = []

    /// Nothing.
    package init() {}

    var isEmpty: Bool { events.isEmpty && settled.isEmpty }

    /// Forgets everything and keeps the memory.
    package mutating func removeAll() {
        events.removeAll()
        settled.removeAll(keepingCapacity: true)
        instructions.removeAll(keepingCapacity: true)
        followUps.removeAll(keepingCapacity: true)
    }
}

/// A request with the one who waits for its answer.
package struct PendingCommand: Sendable {
    package let request: CommandRequest
    let answer: @Sendable (CommandAnswer) -> Void

    /// Puts the parts together.
    package init(request: CommandRequest, answer: @escaping @Sendable (CommandAnswer) -> Void) {
        self.request = request
        self.answer = answer
    }
}

/// The engine's thinking: dedupe, decide, evolve, encode.
///
/// No thread, no I/O, no clock of its own.
///
/// State runs ahead of the log by what is prepared and not committed; to take that back is to drop the
/// sequencer and recover another one.
package struct Sequencer: Sendable {
    let shard: ShardNumber
    private(set) var state = Shard.initial
    /// The last position, committed or prepared.
    package private(set) var position: Int64 = 0
    private var recordedAt = Timestamp(nanos: .min)
    private var versions = PartedTable<StreamOrdinal, Int64>()
    private var index: CommandIndex
    private let room = DecisionRoom()

    /// Before the first event of `shard`.
    package init(shard: ShardNumber, recentCommandsMin: Int = EngineOptions.recentCommandsMin) {
        self.shard = shard
        index = CommandIndex(recentMin: recentCommandsMin)
    }

    /// Takes in a stored event, in order of position.
    mutating func recover(_ event: RecoveredEvent) {
        Shard.evolve(&state, by: event.fact)
        versions.updateValue(event.version, forKey: event.stream)
        position = event.fact.position
        recordedAt = event.recordedAt
        if let (key, digest) = event.command {
            index.insert(key, CommandIndex.Entry(digest: digest, firstPosition: position, count: 1))
            lastCommand = key
        } else if let lastCommand {
            index.lengthen(lastCommand, to: position)
        }
    }

    /// The command that the last recovered event belongs to.
    private var lastCommand: CommandKey?

    /// Hands over all that it knows, in parts; the same knowledge gives the same bytes.
    package func save(_ body: ([UInt8]) -> Void) {
        var end = MemoryPart.End()
        end.position = position
        end.recordedAt = recordedAt
        end.lastCommand = lastCommand.map { Identifier(high: $0.hashedBits.high, low: $0.hashedBits.low) }
        end.streams = versions.count
        end.commands = index.count
        var first = MemoryPart()
        first.end = end
        body(WireEncoder.encode(first))
        versions.images { body(MemoryPart.encoded(\.streams, $0)) }
        index.images { body(MemoryPart.encoded(\.places, $0)) }
        MemoryPart.each(index.recent, body)
        state.parts { part in
            var whole = MemoryPart()
            whole.state = part
            if part.rest != nil {
                whole.orders = state.orderByID.count
                whole.executions = state.orderByExecution.count
            }
            body(WireEncoder.encode(whole, keepsPacked: true))
        }
    }

    /// Takes in a part that `save` handed over; they come in that order.
    package mutating func take(_ part: MemoryPart) throws(WireError) {
        if let end = part.end {
            position = end.position
            recordedAt = end.recordedAt
            lastCommand = end.lastCommand.map { CommandKey($0) }
            versions = PartedTable(reserving: end.streams)
            index.reserve(end.commands)
        }
        try versions.take(part.streams)
        try index.take(part.places)
        for row in part.commands { try index.remember(row) }
        if let state = part.state {
            let isFirst = state.rest != nil
            try self.state.take(state)
            if isFirst { self.state.reserve(orders: part.orders, executions: part.executions) }
        }
    }

    /// A command that was decided so long ago that the log has to say what it was.
    package struct Doubt {
        let key: CommandKey
        /// Of its first event.
        let position: Int64
    }

    /// Decides one command and adds what follows to `batch`; nothing is done when that is in doubt.
    ///
    /// The command is posed again then, with what the log says of its id.
    @discardableResult
    package mutating func step(
        _ pending: PendingCommand,
        now: Timestamp,
        stored: CommandIndex.Entry? = nil,
        into batch: inout PreparedBatch
    ) -> Doubt? {
        let request = named(pending.request)
        var scope = AccountOrdinal.none
        if let account = request.command.account {
            guard state.accountByID.index(forKey: account) != nil || request.command.isVenueReport else {
                batch.settled.append(.init(pending: pending, answer: .unknownAccount))
                return nil
            }
            scope = AccountOrdinal(account)
        }
        let key = request.key
        switch index.find(key) {
        case .new: break
        case .known(let entry):
            batch.settled.append(.init(pending: pending, answer: answer(request, before: entry)))
            return nil
        case .logged(let position):
            guard let entry = stored ?? request.entry(at: position) else {
                return Doubt(key: key, position: position)
            }
            batch.settled.append(.init(pending: pending, answer: answer(request, before: entry)))
            return nil
        }
        let effectiveAt = request.effectiveAt ?? present(request)
        let sagaSteps = state.sagaSteps
        decide(request, scope, effectiveAt, into: &room.decision)
        let receipt = CommandReceipt(
            shard: shard,
            firstPosition: position + 1,
            count: Int64(room.decision.events.count)
        )
        let outcome = record(request, scope, effectiveAt, now, &room.decision, into: &batch)
        index.insert(
            key,
            CommandIndex.Entry(
                digest: request.digest,
                firstPosition: receipt.firstPosition,
                count: receipt.count
            )
        )
        batch.settled.append(.init(pending: pending, answer: .decided(receipt, outcome)))
        batch.followUps += followUps(to: request, receipt, outcome)
        if state.sagaSteps != sagaSteps { batch.followUps += dueSagas(receipt.lastPosition) }
        return nil
    }

    /// The answer to a command whose id stands for one that was decided before.
    private func answer(_ request: CommandRequest, before entry: CommandIndex.Entry) -> CommandAnswer {
        let receipt = CommandReceipt(shard: shard, firstPosition: entry.firstPosition, count: entry.count)
        return entry.digest == request.digest ? .repeated(receipt) : .idReused(receipt)
    }

    /// The present of the shard's clock.
    private func present(_ request: CommandRequest) -> Timestamp {
        state.opened?.clock == .simulated ? max(state.effectiveAt, Timestamp(nanos: 0)) : request.receivedAt
    }

    /// Leaves the command's events in `decision`; a rejection and a no-op are events as well.
    private func decide(
        _ request: CommandRequest,
        _ scope: AccountOrdinal,
        _ effectiveAt: Timestamp,
        into decision: inout Decision<Draft>
    ) {
        let posed = PosedCommand(
            request.command,
            position: position + 1,
            effectiveAt: effectiveAt,
            actor: request.actor
        )
        var instead: DomainEvent? = nil
        do throws(Rejection) {
            try Shard.decide(posed, given: state, into: &decision)
            if decision.events.isEmpty {
                var fact = CommandHadNoEffect()
                fact.command = request.command.content
                instead = .commandHadNoEffect(fact)
            }
        } catch {
            var fact = CommandRejected()
            fact.code = error.code
            fact.limit = error.limit
            fact.value = error.value
            fact.command = request.command.content
            instead = .commandRejected(fact)
        }
        guard let instead else { return }
        decision.clear()
        let slot = request.command.account?.id.slot ?? 0
        let root = Identifier(.command, slot: slot, shard: shard.value, birth: position + 1)
        let stream = request.command.account.map { StreamOrdinal(.account, of: $0.id) } ?? .shard
        do throws(Rejection) {
            try decision.emit(Draft(instead, stream, account: scope, correlation: root))
        } catch {
            preconditionFailure("an empty decision has room for one event")
        }
    }

    /// What all events of one command share.
    private struct Recording {
        let request: CommandRequest
        let scope: AccountOrdinal
        let effectiveAt: Timestamp
        let openDay: BusinessDate
        let firstPosition: Int64
        let cause: Int64
        var result = CommandOutcome.Result.accepted
        var subject = Identifier.none
    }

    /// Gives every draft its columns, encodes it, and changes the state by it; says what came of the command.
    private mutating func record(
        _ request: CommandRequest,
        _ scope: AccountOrdinal,
        _ effectiveAt: Timestamp,
        _ now: Timestamp,
        _ decision: inout Decision<Draft>,
        into batch: inout PreparedBatch
    ) -> CommandOutcome {
        if now > recordedAt { recordedAt = now }
        var recording = Recording(
            request: request,
            scope: scope,
            effectiveAt: effectiveAt,
            openDay: state.businessDate(at: effectiveAt),
            firstPosition: position + 1,
            cause: cause(of: request)
        )
        decision.events.lendEach { record($0, &recording, into: &batch) }
        decision.clear()
        return CommandOutcome(result: recording.result, subject: recording.subject)
    }

    @inline(never)
    private mutating func record(
        _ draft: Draft,
        _ recording: inout Recording,
        into batch: inout PreparedBatch
    ) {
        position += 1
        let isFirst = position == recording.firstPosition
        if isFirst {
            precondition(
                draft.account == recording.scope,
                "a command's first event names the scope of its id"
            )
            recording.subject = draft.correlation
        }
        let place = FactPlace(
            position: position,
            effectiveAt: draft.effectiveAt ?? recording.effectiveAt,
            businessDate: draft.businessDate ?? recording.openDay,
            account: draft.account,
            correlation: draft.correlation
        )
        batch.events.begin(
            EventHeader(
                position: position,
                account: draft.account,
                stream: draft.stream,
                version: nextVersion(of: draft.stream),
                type: 0,
                schemaVersion: 0,
                receivedAt: recording.request.receivedAt,
                recordedAt: recordedAt,
                effectiveAt: place.effectiveAt,
                businessDate: place.businessDate,
                commandID: recording.request.id,
                commandDigest: isFirst ? recording.request.digest : nil,
                causation: isFirst ? recording.cause : recording.firstPosition,
                correlation: draft.correlation,
                actor: recording.request.actor
            )
        )
        EventRegistry.visit(draft.event, &batch.events)
        Shard.evolve(&state, by: draft.event, at: place)
        instruct(after: draft.event, &batch.instructions)
        if let turnedDown = draft.event.turnedDown { recording.result = turnedDown }
    }

    private mutating func nextVersion(of stream: StreamOrdinal) -> Int64 {
        versions.change(stream, default: 0) { version in
            version += 1
            return version
        }
    }
}

extension CommandRequest {
    /// What was decided under the id of a command of the core's own or of a venue's report, which says all
    /// that the command does; nobody waits for its answer.
    fileprivate func entry(at position: Int64) -> CommandIndex.Entry? {
        guard !Self.isFree(id.text) else { return nil }
        return CommandIndex.Entry(digest: digest, firstPosition: position, count: 1)
    }
}

extension EventBatch: PayloadVisitor {
    /// Encodes the payload of the event that was begun last.
    public mutating func visit<P: EventPayload>(_ payload: consuming P) { finish(payload) }
}

/// A decision that is used by one command after another, for the memory that it keeps.
// SAFETY: a sequencer belongs to one thread, and the decision is empty between two commands.
private final class DecisionRoom: @unchecked Sendable {
    var decision = Decision<Draft>()
}
