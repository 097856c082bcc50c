// Threads that note when something was first seen. They look every fifth of a millisecond, every two where
// a look is a query.

import BifrostKernel
import Engine
import EventStore
import Glibc
import Nodes
import PostgresClient
import Threads

/// Notes when positions become durable.
final class DurableWatch: Sendable {
    private let steps = Monitor((steps: Steps(), isEnding: false))
    private let thread: SystemThread

    init(_ engine: ShardEngine) {
        let steps = steps
        thread = .needed {
            while !steps.look({ $0.isEnding }) {
                let committed = engine.committed
                steps.look { $0.steps.take(committed, at: monotonicNanos()) }
                usleep(200)
            }
        }
    }

    func end() -> Steps {
        steps.change { $0.isEnding = true }
        thread.join()
        return steps.look { $0.steps }
    }
}

/// Notes when positions can be read in each of some read models, by one session: one that looks for each of
/// them would take as much of the machine as what it looks at.
final class CheckpointWatch: Sendable {
    private struct State {
        var steps: [String: Steps]
        var isEnding = false
        var failure: PostgresError?
    }
    private let state: Monitor<State>
    private let thread: SystemThread

    init(_ conninfo: String, _ names: [String]) {
        let state = Monitor(State(steps: Dictionary(uniqueKeysWithValues: names.map { ($0, Steps()) })))
        self.state = state
        thread = .needed {
            do throws(PostgresError) {
                let connection = try PostgresConnection(conninfo)
                try connection.execute("prepare look as \(Self.query)")
                while !state.look({ $0.isEnding }) {
                    let found = try connection.query("execute look")
                    let now = monotonicNanos()
                    for row in 0..<found.count {
                        let (name, position) = (try found.text(row, 0), try found.int64(row, 1))
                        state.look { $0.steps[name]?.take(position, at: now) }
                    }
                    usleep(2_000)
                }
            } catch {
                state.look { $0.failure = error }
            }
        }
    }

    private static let query = """
        select c.name, c.position from bifrost_read.checkpoint c
        join bifrost_read.read_model m on m.name = c.name and m.active_version = c.version
        where c.shard = \(Node.tradingShard.value)
        """

    /// What was seen of each read model, by its name.
    func end() throws -> [String: Steps] {
        state.change { $0.isEnding = true }
        thread.join()
        let state = state.look { $0 }
        if let failure = state.failure { throw failure }
        return state.steps
    }
}

/// Notes when an account's stream told of positions, as a client of the socket gets them.
final class StreamWatch: Sendable {
    private let steps = Monitor(Steps())
    private let thread: SystemThread
    private let socket: Int32

    init(_ path: String, _ account: AccountID) throws {
        let socket = try Self.connect(path)
        self.socket = socket
        let steps = steps
        let request = "GET /v1/accounts/\(account.id.text)/stream HTTP/1.1\r\nHost: bench\r\n\r\n"
        guard send(socket, request, request.utf8.count, 0) == request.utf8.count else {
            throw BenchServer.Refusal(description: "expected to ask for a stream at \(path)")
        }
        thread = .needed {
            var line: [UInt8] = []
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(socket, &bytes, bytes.count, 0)
                guard count > 0 else { return }
                let now = monotonicNanos()
                for byte in bytes[..<count] {
                    if byte != UInt8(ascii: "\n") {
                        line.append(byte)
                        continue
                    }
                    if let position = Self.position(line) { steps.look { $0.take(position, at: now) } }
                    line.removeAll(keepingCapacity: true)
                }
            }
        }
    }

    private static func position(_ line: [UInt8]) -> Int64? {
        guard line.starts(with: Array("id: ".utf8)) else { return nil }
        return Int64(String(decoding: line.dropFirst(4), as: UTF8.self))
    }

    private static func connect(_ path: String) throws -> Int32 {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard socket >= 0, result == 0 else {
            throw BenchServer.Refusal(description: "expected to connect to \(path)")
        }
        return socket
    }

    func end() -> Steps {
        shutdown(socket, Int32(SHUT_RDWR))
        thread.join()
        close(socket)
        return steps.look { $0 }
    }
}
