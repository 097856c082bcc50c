import Glibc
import Synchronization
import Threads

/// A proxy between clients and PostgreSQL's socket that cuts a connection after a number of bytes.
final class ConnectionCutter: Sendable {
    enum Direction: String, CaseIterable, Sendable {
        case toServer
        case toClient
    }

    /// When to cut, counted from the moment of arming.
    private struct Cut {
        /// Which connection, in order of their beginning; `nil` for whichever is next to carry bytes.
        let connection: Int?
        let direction: Direction
        var bytesLeft: Int
    }

    private struct State {
        var connections = 0
        var cut: Cut?
        var cuts = 0
    }

    /// What stands for the server's socket directory.
    let directory: String
    private let server: String
    private let listener: Int32
    private let state = Mutex(State())

    private static let socketName = "/.s.PGSQL.5432"

    /// Listens in `directory`, which exists, for the server whose socket is in `serverDirectory`.
    init(directory: String, serverDirectory: String) throws {
        self.directory = directory
        server = serverDirectory + Self.socketName
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        unlink(directory + Self.socketName)
        let isBound = Self.withAddress(directory + Self.socketName) { bind(listener, $0, $1) } == 0
        guard isBound, listen(listener, 64) == 0 else { throw CutterError(code: errno) }
        SystemThread.needed { [self] in accept() }.detach()
    }

    deinit { close(listener) }

    /// Stops listening.
    func end() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Connections begun so far.
    var connections: Int { state.withLock { $0.connections } }
    /// Connections cut so far.
    var cuts: Int { state.withLock { $0.cuts } }

    /// Cuts once, after so many bytes from now.
    func arm(_ direction: Direction, after bytes: Int, connection: Int? = nil) {
        state.withLock { $0.cut = Cut(connection: connection, direction: direction, bytesLeft: bytes) }
    }

    func disarm() { state.withLock { $0.cut = nil } }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            let isConnected = Self.withAddress(server) { connect(upstream, $0, $1) } == 0
            let number = state.withLock { state -> Int in
                defer { state.connections += 1 }
                return state.connections
            }
            guard isConnected else {
                close(client)
                close(upstream)
                continue
            }
            SystemThread.needed { [self] in carry(number, client, upstream) }.detach()
        }
    }

    /// Carries bytes both ways until one side ends or the connection is cut.
    private func carry(_ number: Int, _ client: Int32, _ upstream: Int32) {
        defer {
            close(client)
            close(upstream)
        }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var ends = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ends, 2, -1) > 0 else { return }
            for (index, end) in ends.enumerated() where end.revents != 0 {
                let count = recv(end.fd, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                let direction = index == 0 ? Direction.toServer : .toClient
                let allowed = allowance(number, direction, count)
                guard send(buffer[..<allowed], to: index == 0 ? upstream : client), allowed == count else {
                    return
                }
            }
        }
    }

    /// How many of `count` bytes may pass; fewer than all is a cut.
    private func allowance(_ number: Int, _ direction: Direction, _ count: Int) -> Int {
        state.withLock { state in
            guard var cut = state.cut, cut.direction == direction, cut.connection ?? number == number else {
                return count
            }
            guard cut.bytesLeft < count else {
                cut.bytesLeft -= count
                state.cut = cut
                return count
            }
            state.cut = nil
            state.cuts += 1
            return cut.bytesLeft
        }
    }

    private func send(_ bytes: ArraySlice<UInt8>, to end: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(end, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

struct CutterError: Error {
    let code: Int32
}
