internal import Glibc

/// Speaks to the door over its Unix socket: one connection a request, blocking.
///
/// For the command line and for tests; never call it from the cooperative pool.
public struct DoorClient: Sendable {
    /// What the door answered.
    public struct Answer: Sendable {
        /// The status of HTTP.
        public let status: Int
        /// The headers, names in lower case.
        public let headers: [(name: String, value: String)]
        /// The body; `null` when there is none.
        public let body: JSON

        /// The value of a header, `nil` when it is absent.
        public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    /// The path of the socket.
    public let socketPath: String

    /// The longest answer that is read.
    private static let answerBytesMax = 64 << 20
    /// How long the door may be silent.
    private static let silenceSecondsMax = 60

    /// Speaks to the socket at `socketPath`.
    public init(socketPath: String) { self.socketPath = socketPath }

    /// Speaks to the door of a data directory, given as an absolute path without links.
    public init(dataDirectory: String) { socketPath = SocketPlace.find(dataDirectory: dataDirectory) }

    /// Whether somebody listens.
    public func isOpen() -> Bool {
        do {
            close(try connected())
            return true
        } catch {
            return false
        }
    }

    /// Sends a request and returns the answer.
    ///
    /// An error means that what happened is unknown, unless it says that there is no door.
    public func send(
        _ method: String,
        _ path: String,
        idempotencyKey: String? = nil,
        body: JSON? = nil
    ) throws(DoorError) -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: bifrost\r\nConnection: close\r\n"
        if let idempotencyKey { head += "Idempotency-Key: \(idempotencyKey)\r\n" }
        let content = Array((body?.text ?? "").utf8)
        if body != nil { head += "Content-Type: application/json\r\n" }
        head += "Content-Length: \(content.count)\r\n\r\n"
        return try send(Array(head.utf8) + content)
    }

    /// Sends the bytes of a whole request.
    func send(_ request: [UInt8]) throws(DoorError) -> Answer {
        let socket = try connected()
        defer { close(socket) }
        try write(request, to: socket)
        return try Self.answer(in: try readAll(from: socket))
    }

    private func connected() throws(DoorError) -> Int32 {
        guard socketPath.utf8.count <= SocketPlace.pathBytesMax else {
            throw DoorError("The path \(socketPath) is too long for a socket.")
        }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Self.failure("make a socket") }
        var silence = timeval(tv_sec: Self.silenceSecondsMax, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &silence, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &silence, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let error = Self.failure("reach the service at \(socketPath)")
            close(socket)
            throw error
        }
        return socket
    }

    /// Sends the bytes, or as many as the server takes before it answers: one that refuses a long request
    /// reads no further, and whoever only writes would wait for it as it waits for him.
    private func write(_ bytes: [UInt8], to socket: Int32) throws(DoorError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count < 0, errno == EPIPE || errno == ECONNRESET { return }
            if count < 0, errno == EAGAIN {
                if try Self.isAnswering(socket) { return }
                continue
            }
            guard count > 0 || errno == EINTR else { throw Self.failure("send to \(socketPath)") }
            sent += max(count, 0)
        }
    }

    /// Waits until the socket takes bytes or has some; whether it has.
    private static func isAnswering(_ socket: Int32) throws(DoorError) -> Bool {
        var wanted = pollfd(fd: socket, events: Int16(POLLIN | POLLOUT), revents: 0)
        let found = poll(&wanted, 1, Int32(silenceSecondsMax) * 1000)
        guard found > 0 || errno == EINTR else { throw failure("send: the service takes nothing") }
        return wanted.revents & Int16(POLLIN) != 0
    }

    private func readAll(from socket: Int32) throws(DoorError) -> [UInt8] {
        var out: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count == 0 { return out }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == ECONNRESET, !out.isEmpty { return out }
            guard count > 0 else { throw Self.failure("read the answer of \(socketPath)") }
            out += buffer[..<count]
            guard out.count <= Self.answerBytesMax else { throw DoorError("The answer is too long.") }
        }
    }

    /// The parts of an answer whose end is the end of the connection.
    static func answer(in bytes: [UInt8]) throws(DoorError) -> Answer {
        let broken = DoorError("The service ended before it had answered: ask again with the same --id.")
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) else {
            throw broken
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw broken
        }
        let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (line[..<colon].lowercased(), String(value))
        }
        let content = Array(bytes[(end + 4)...])
        if let length = headers.first(where: { $0.name == "content-length" }).flatMap({ Int($0.value) }) {
            guard content.count == length else { throw broken }
        }
        guard !content.isEmpty else { return Answer(status: status, headers: headers, body: .null) }
        do throws(JSONError) {
            return Answer(status: status, headers: headers, body: try JSONReader.read(content))
        } catch {
            throw DoorError("The service answered something that is no JSON: \(error.description).")
        }
    }

    private static func failure(_ what: String) -> DoorError {
        DoorError("Cannot \(what): \(String(cString: strerror(errno))).")
    }
}
