internal import AMQPClient
internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Glibc
internal import Threads

/// Why a publication ended before it was told to.
enum PublisherProblem: Error, Equatable {
    /// It passes by itself: begin anew after a while.
    case passing(String)
    /// Somebody has to do something; looked at again from time to time.
    case standing(String)

    var text: String {
        switch self {
        case .passing(let text), .standing(let text): text
        }
    }
}

/// The thread of one shard's publisher: finds database, lock and broker, publishes, and begins anew when one
/// of them is lost.
final class ShardPublisher: Sendable {
    private struct State {
        var status: PublisherStatus
        var isStopping = false
        /// The broker's socket while there is one, so that an end does not wait for a broker that hangs.
        var socket: Int32?
    }

    let log: PostgresLog
    let shard: ShardNumber
    let options: PublisherOptions
    private let state: Monitor<State>

    /// Engines in this process go first.
    private static let niceness: Int32 = 10

    init(_ log: PostgresLog, _ shard: ShardNumber, _ options: PublisherOptions) {
        self.log = log
        self.shard = shard
        self.options = options
        state = Monitor(State(status: PublisherStatus(shard: shard)))
    }

    /// Where it stands.
    var status: PublisherStatus { state.look { $0.status } }

    /// Whether it was told to end.
    var isStopping: Bool { state.look { $0.isStopping } }

    /// Publishes until it is told to end.
    func run() {
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
        var delayMillis = options.limits.retryMillisMin
        while !isStopping {
            let before = status.confirmed
            do throws(PublisherProblem) {
                guard try attempt() else { continue }
                break
            } catch {
                report(error)
                // What got on before it failed is tried again soon.
                if status.confirmed > before { delayMillis = options.limits.retryMillisMin }
                wait(millis: delayMillis)
                delayMillis = min(delayMillis * 2, options.limits.retryMillisMax)
            }
        }
        set(.over)
    }

    /// Publishes with one session each; true when there is nothing left to do.
    private func attempt() throws(PublisherProblem) -> Bool {
        let session = try database { () throws(CheckpointError) in try log.publisherSession(shard) }
        guard try waitForLock(session) else { return false }
        do throws(PublisherProblem) {
            let genesis = Chain(log: log.id, shard: shard).genesis
            let checkpoint = try database { () throws(CheckpointError) in
                try session.checkpoint(orNewAt: genesis, of: log.id)
            }
            try compare(checkpoint)
            state.change { $0.status.confirmedPosition = checkpoint.position }
            let end =
                options.endsWithLog ? try reading { () throws(ReadError) in try log.head(of: shard) } : nil
            let connection = try connect()
            defer {
                state.change { $0.socket = nil }
                connection.close()
            }
            var publication = Publication(self, session, connection, checkpoint, until: end?.position)
            try publication.run()
            return true
        } catch {
            // The database may be what was lost, and then there is nowhere to note it: the status has it.
            _ = try? session.note(error.text)
            throw error
        }
    }

    /// True with the lock, false when told to end.
    private func waitForLock(_ session: PublisherSession) throws(PublisherProblem) -> Bool {
        while !isStopping {
            if try database({ () throws(CheckpointError) in try session.tryLock() }) { return true }
            set(.standingBy)
            wait(millis: options.limits.standbyMillis)
        }
        return false
    }

    /// Refuses a checkpoint that the log at hand cannot have led to.
    private func compare(_ checkpoint: PublisherCheckpoint) throws(PublisherProblem) {
        var found: EventHash?
        if checkpoint.log == log.id, checkpoint.position > 0 {
            try reading { () throws(ReadError) in
                try log.read(shard, .all(after: checkpoint.position - 1), limit: 1) { event in
                    if event.header.position == checkpoint.position { found = event.hash }
                }
            }
        }
        if let reason = checkpoint.mismatch(with: log.id, hash: found) { throw .standing(reason) }
    }

    private func connect() throws(PublisherProblem) -> AMQPConnection {
        set(.starting)
        return try broker { () throws(AMQPError) in
            let connection = try AMQPConnection(
                options.address,
                name: "bifrost publisher of shard \(shard.value)",
                limits: options.limits.broker
            )
            try connection.declareTopicExchange(options.exchange)
            try connection.selectConfirms()
            state.change { $0.socket = connection.socketDescriptor }
            return connection
        }
    }
}

// MARK: - State that others see

extension ShardPublisher {
    func set(_ new: PublisherState) { state.change { $0.status.state = new } }

    /// Says that the broker takes nothing, and returns the words.
    func blocked(_ reason: String) -> String {
        set(.blocked(reason: reason))
        let text = "the broker takes nothing for now: \(reason)"
        tell(text)
        return text
    }

    func confirmed(_ count: Int64, upTo position: Int64) {
        state.change { state in
            state.status.confirmed += count
            state.status.confirmedPosition = position
        }
    }

    func beginStop() { state.change { $0.isStopping = true } }

    /// Waits for the end, then lets calls to a broker that does not answer fail.
    func cutWhenLate() {
        let deadline = MonotonicTime.now.advanced(millis: options.limits.drainMillisMax * 2)
        state.wait(until: { $0.status.state == .over }, orDeadline: deadline)
        state.change { state in if let socket = state.socket { AMQPConnection.cut(socket) } }
    }

    private func report(_ problem: PublisherProblem) {
        if case .standing = problem { set(.refused) } else { set(.starting) }
        tell(problem.text)
    }

    /// Keeps for the status, and says once, what went wrong.
    private func tell(_ text: String) {
        let isNew = state.change { state in
            defer { state.status.lastError = text }
            return state.status.lastError != text
        }
        if isNew { options.onTrouble("the publisher of shard \(shard.value): \(text)") }
    }

    private func wait(millis: Int) {
        state.wait(until: { $0.isStopping }, orDeadline: MonotonicTime.now.advanced(millis: millis))
    }
}

// MARK: - Errors of the parts as problems

extension ShardPublisher {
    func database<Answer>(
        _ body: () throws(CheckpointError) -> Answer
    ) throws(PublisherProblem) -> Answer {
        do throws(CheckpointError) { return try body() } catch { throw Self.problem(error) }
    }

    func broker<Answer>(_ body: () throws(AMQPError) -> Answer) throws(PublisherProblem) -> Answer {
        do throws(AMQPError) {
            return try body()
        } catch {
            switch error {
            case .cannotConnect, .connectionLost: throw .passing(error.description)
            case .badAddress, .refused, .misuse: throw .standing(error.description)
            }
        }
    }

    @discardableResult
    func reading<Answer>(_ body: () throws(ReadError) -> Answer) throws(PublisherProblem) -> Answer {
        do throws(ReadError) {
            return try body()
        } catch {
            switch error {
            case .unavailable(let text): throw .passing("the log cannot be read: \(text)")
            case .corrupt(let text):
                throw .standing("the log is not what it should be: \(text). Run bifrost verify.")
            }
        }
    }

    private static func problem(_ error: CheckpointError) -> PublisherProblem {
        switch error {
        case .unavailable(let text): .passing("the database does not answer: \(text)")
        case .moved(let text): .passing(text)
        }
    }
}
