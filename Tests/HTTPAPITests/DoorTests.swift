import Foundation
import Logging
import NIOPosix
import Testing

@testable import HTTPAPI

@Suite("The door on its socket")
struct DoorTests {
    /// A directory of its own, removed after.
    private static func withDirectory(
        _ name: String = "",
        _ body: (String) async throws -> Void
    ) async throws {
        let root = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("door-\(UUID().uuidString.prefix(8))")
        let directory = name.isEmpty ? root : root.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try await body(directory.path)
    }

    private static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    /// Blocking calls of the client, off the cooperative pool.
    private static func call<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    @Test("the socket answers, is private, and goes with the door; so does the port")
    func serves() async throws {
        let fixture = try Fixture()
        defer { fixture.stop() }
        try await Self.withDirectory { directory in
            let place = SocketPlace(dataDirectory: directory)
            let door = try await Door.open(fixture.core, at: place, port: 0, logger: Self.quiet)
            #expect(door.socketPath == directory + "/bifrost.sock")
            #expect((door.port ?? 0) > 0)
            let client = DoorClient(dataDirectory: directory)
            let health = try await Self.call { try client.send("GET", "/v1/health") }
            #expect(health.status == 200)
            let attributes = try FileManager.default.attributesOfItem(atPath: door.socketPath)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let opened = try await Self.call {
                try client.send(
                    "POST",
                    "/v1/accounts",
                    idempotencyKey: "1",
                    body: ["alias": "x", "currency": "USD"]
                )
            }
            #expect(opened.status == 201)
            // What the door asks itself when it opens has answers; this one keeps no prices.
            for question in FirstLooks.questions {
                let answer = try await Self.call { try client.send("GET", "/v1/accounts/x\(question)") }
                #expect(answer.status == (question == "/valuation" ? 503 : 200), "\(question)")
            }
            try await door.close()
            #expect(!FileManager.default.fileExists(atPath: place.path))
            #expect(try await Self.call { client.isOpen() } == false)
        }
    }

    @Test("a socket that a crash left is replaced, any other file is not")
    func stale() async throws {
        let fixture = try Fixture()
        defer { fixture.stop() }
        try await Self.withDirectory { directory in
            let place = SocketPlace(dataDirectory: directory)
            let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: place.path.utf8) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            #expect(bound == 0)
            close(left)
            let door = try await Door.open(fixture.core, at: place, logger: Self.quiet)
            #expect(try await Self.call { DoorClient(dataDirectory: directory).isOpen() })
            try await door.close()
            #expect(FileManager.default.createFile(atPath: place.path, contents: Data("mine".utf8)))
            await #expect(throws: DoorError.self) {
                try await Door.open(fixture.core, at: place, logger: Self.quiet)
            }
            #expect(FileManager.default.contents(atPath: place.path) == Data("mine".utf8))
        }
    }

    @Test("a data directory with a long path has its socket in /tmp and says where")
    func longPath() async throws {
        let fixture = try Fixture()
        defer { fixture.stop() }
        try await Self.withDirectory(String(repeating: "long/", count: 20)) { directory in
            let place = SocketPlace(dataDirectory: directory)
            #expect(place.path.hasPrefix("/tmp/bifrost-door-"))
            #expect(place.path.utf8.count <= SocketPlace.pathBytesMax)
            let door = try await Door.open(fixture.core, at: place, logger: Self.quiet)
            let note = try String(contentsOfFile: directory + "/bifrost.sock.path", encoding: .utf8)
            #expect(note == place.path + "\n")
            let client = DoorClient(dataDirectory: directory)
            #expect(try await Self.call { try client.send("GET", "/health") }.status == 200)
            let parent = (place.path as NSString).deletingLastPathComponent
            let attributes = try FileManager.default.attributesOfItem(atPath: parent)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            try await door.close()
            try FileManager.default.removeItem(atPath: parent)
        }
    }

    @Test("broken and oversized requests are answered or cut off, and the door stays open")
    func raw() async throws {
        let fixture = try Fixture()
        defer { fixture.stop() }
        try await Self.withDirectory { directory in
            let place = SocketPlace(dataDirectory: directory)
            let door = try await Door.open(fixture.core, at: place, logger: Self.quiet)
            let client = DoorClient(dataDirectory: directory)
            let long = String(repeating: "x", count: 1 << 20)
            let head = "Host: x\r\nConnection: close\r\n"
            let requests: [(String, ClosedRange<Int>)] = [
                ("GET /v1/accounts/\(long) HTTP/1.1\r\n\(head)\r\n", 400...431),
                (
                    "POST /v1/accounts HTTP/1.1\r\nIdempotency-Key: \(long)\r\n\(head)Content-Length: 2\r\n\r\n{}",
                    400...431
                ),
                ("NONSENSE\r\n\r\n", 400...400),
                (
                    "POST /v1/accounts HTTP/1.1\r\n\(head)Idempotency-Key: k\r\nContent-Length: 99999999\r\n\r\n",
                    413...413
                ),
            ]
            for (request, statuses) in requests {
                let answer = try await Self.call { try client.send(Array(request.utf8)) }
                #expect(statuses.contains(answer.status), "\(request.prefix(40)) → \(answer.status)")
                #expect(try await Self.call { try client.send("GET", "/health") }.status == 200)
            }
            try await door.close()
        }
    }
}
