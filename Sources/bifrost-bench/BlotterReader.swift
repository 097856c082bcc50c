import AccountsViewProjection
import BifrostKernel
import EventStore
import EventStorePostgres
import Glibc
import Nodes
import OrdersViewProjection
import PostgresClient
import ReadModels
import Threads

/// Reads the latest orders of one account a hundred times a second, as a trader's screen does.
final class BlotterReader: Sendable {
    private static let pauseMicros: UInt32 = 10_000

    private struct State {
        var times: [Int64] = []
        var isEnding = false
        var failure: ReadModelError?
    }
    private let state = Monitor(State())
    private let thread: SystemThread

    init(_ log: PostgresLog, _ account: AccountID) {
        let state = state
        thread = .needed {
            while !state.look({ $0.isEnding }) {
                let began = monotonicNanos()
                do throws(ReadModelError) {
                    _ = try ReadSnapshot.read(OrdersView.name, of: log) { snapshot throws(PostgresError) in
                        try OrdersView.rows(OrderQuery(account), limit: 50, at: snapshot)
                    }
                    let nanos = monotonicNanos() - began
                    state.look { $0.times.append(nanos) }
                } catch {
                    state.look { $0.failure = error }
                    return
                }
                usleep(Self.pauseMicros)
            }
        }
    }

    /// How long the reads took since the last call.
    func lap() throws -> Sample {
        let (times, failure) = state.look { state in
            defer { state.times = [] }
            return (state.times, state.failure)
        }
        if let failure { throw failure }
        return Sample(times)
    }

    func end() {
        state.change { $0.isEnding = true }
        thread.join()
    }

    /// The account with the first name in the read model of accounts.
    static func firstAccount(_ log: PostgresLog) throws -> AccountID? {
        try ReadSnapshot.read(AccountsView.name, of: log) { snapshot throws(PostgresError) in
            try AccountsView.names(of: Node.tradingShard, at: snapshot).first?.account
        }
    }
}
