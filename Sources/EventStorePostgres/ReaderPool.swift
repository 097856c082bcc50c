package import PostgresClient
internal import Threads

/// A connection on its way between threads.
// SAFETY: whoever holds it is its only user; it changes hands under the lock of a monitor or when a thread
// starts.
struct LentConnection: @unchecked Sendable {
    let connection: PostgresConnection
}

/// At most a few connections for reading, made when needed and used by one thread at a time.
package final class ReaderPool: Sendable {
    private struct State {
        var idle: [LentConnection] = []
        var open = 0
    }

    private enum Turn {
        case use(LentConnection)
        case connect
    }

    private let conninfo: String
    private let limits: PostgresLimits
    private let isGivingWay: Bool
    private let state = Monitor(State())

    init(_ conninfo: String, _ limits: PostgresLimits, givingWay: Bool = false) {
        self.conninfo = conninfo
        self.limits = limits
        isGivingWay = givingWay
    }

    /// Reads only, sees what is committed at each statement, and never scans a leaf that has an index for the
    /// question: a leaf that grew since it was last analysed would look small to the planner.
    static let session =
        "set default_transaction_read_only = on; set default_transaction_isolation = 'read committed'; "
        + "set enable_seqscan = off"

    /// Lends a connection to `body`; throws `cannotConnect` when none becomes free in time.
    package func withConnection<Answer>(
        _ body: (PostgresConnection) throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer {
        let lent = try take()
        do throws(PostgresError) {
            let answer = try body(lent.connection)
            giveBack(lent)
            return answer
        } catch {
            giveBack(lent)
            throw error
        }
    }

    /// Closes the connections that nobody uses, as after the server has gone.
    package func closeIdle() {
        state.change { state in
            state.open -= state.idle.count
            state.idle.removeAll()
        }
    }

    private func take() throws(PostgresError) -> LentConnection {
        let deadline = MonotonicTime.now.advanced(millis: limits.readerWaitMillisMax)
        let turn = state.await(until: deadline) { state -> Turn? in
            if let lent = state.idle.popLast() { return .use(lent) }
            guard state.open < limits.readersMax else { return nil }
            state.open += 1
            return .connect
        }
        switch turn {
        case .use(let lent): return lent
        case .connect:
            do throws(PostgresError) {
                let connection = try PostgresConnection(conninfo)
                if isGivingWay { connection.giveWay() }
                try connection.execute(Self.session)
                return LentConnection(connection: connection)
            } catch {
                state.change { $0.open -= 1 }
                throw error
            }
        case nil:
            throw .cannotConnect(message: "all \(limits.readersMax) readers were busy for too long")
        }
    }

    private func giveBack(_ lent: LentConnection) {
        let isGood = lent.connection.isFree
        state.change { state in
            if isGood { state.idle.append(lent) } else { state.open -= 1 }
        }
    }
}
