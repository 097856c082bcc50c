import AMQPClient
import Foundation
import Glibc
import PostgresTesting
import Synchronization
import Testing
import Threads

@testable import EmbeddedPostgres

/// A RabbitMQ of this process's own, in `/tmp/bf-<process>-rabbit`, on ports of its own and on the loopback
/// interface only; it ends and vanishes with the process.
///
/// The same for root and for everybody else: the scripts of the Debian package that insist on the user
/// `rabbitmq` are not used.
final class RealBroker: Sendable {
    static let shared = Result { try RealBroker() }

    let port: Int
    let directory: String
    private let environment: [String]

    private static let programs = "/usr/lib/rabbitmq/bin/"
    private static let startSecondsMax = 60

    private init() throws {
        try #require(
            FileSystem.exists(Self.programs + "rabbitmq-server"),
            "RabbitMQ is missing: apt-get install rabbitmq-server python3-pika, as ops/test does"
        )
        Self.endLeftovers { !ProcessTable.isAlive($0) }
        directory = try SharedCluster.scratchDirectory(named: "rabbit")
        // Registered behind the removal of the directory, so that it runs before it.
        atexit { RealBroker.endLeftovers { $0 == getpid() } }
        let ports = try Self.freePorts(3)
        port = ports[0]
        let settings = [
            "listeners.tcp.1 = 127.0.0.1:\(port)", "log.file = false", "log.console = true",
            "log.console.level = warning",
        ]
        try settings.joined(separator: "\n").write(
            toFile: directory + "/rabbitmq.conf",
            atomically: true,
            encoding: .utf8
        )
        try "\(ports[2])".write(toFile: directory + "/epmd-port", atomically: true, encoding: .utf8)
        environment = [
            "HOME=\(directory)", "RABBITMQ_NODENAME=bifrost-\(getpid())@localhost",
            "RABBITMQ_CONFIG_FILE=\(directory)/rabbitmq.conf", "RABBITMQ_MNESIA_BASE=\(directory)/mnesia",
            "RABBITMQ_LOG_BASE=\(directory)/log", "RABBITMQ_PID_FILE=\(directory)/pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE=\(directory)/plugins",
            "RABBITMQ_CONF_ENV_FILE=\(directory)/none", "RABBITMQ_DIST_PORT=\(ports[1])",
            "ERL_EPMD_PORT=\(ports[2])", "ERL_EPMD_ADDRESS=127.0.0.1",
            // Idle schedulers must not spin beside the tests.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        ]
        try start()
    }

    /// The URL of a user that the broker knows.
    var url: String { "amqp://guest:guest@127.0.0.1:\(port)" }

    var address: AMQPAddress { get throws { try AMQPAddress(url) } }

    func connect(_ name: String = "test") throws -> AMQPConnection {
        try AMQPConnection(address, name: name)
    }

    /// Returns when it takes clients.
    func start() throws {
        _ = unlink(directory + "/pid")
        _ = try ChildProcess.launch(
            [Self.programs + "rabbitmq-server"],
            appendingTo: directory + "/server.log",
            environment: environment
        )
        let isUp = poll(seconds: Self.startSecondsMax) {
            FileSystem.read(directory + "/pid") != nil && (try? connect().close()) != nil
        }
        try #require(isUp, "RabbitMQ did not start: \(FileSystem.read(directory + "/server.log") ?? "")")
    }

    /// Ends it in good order.
    func stop() throws { try end(SIGTERM) }

    /// Ends it as a crash does.
    func crash() throws { try end(SIGKILL) }

    private func end(_ signal: Int32) throws {
        let pid = try #require(Self.pid(directory))
        kill(pid, signal)
        try #require(poll(seconds: 30) { !ProcessTable.isAlive(pid) })
    }

    /// Runs `rabbitmqctl`.
    @discardableResult
    func control(_ arguments: [String]) throws -> String {
        let ending = try ChildProcess.run(
            ["/usr/bin/env"] + environment + [Self.programs + "rabbitmqctl", "-q"] + arguments
        )
        try #require(ending.code == 0, "rabbitmqctl \(arguments): \(ending.output)")
        return ending.output
    }

    /// Lets the broker believe that its memory is full, or not.
    func setMemoryAlarm(_ isOn: Bool) throws {
        try control(["set_vm_memory_high_watermark", isOn ? "0.0001" : "0.8"])
    }

    private static func pid(_ directory: String) -> Int32? {
        FileSystem.read(directory + "/pid").flatMap {
            Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// Ends the brokers, and the name servers that Erlang starts beside them, of the processes that satisfy
    /// the condition.
    private static func endLeftovers(of isOver: (Int32) -> Bool) {
        for name in FileSystem.entries(of: "/tmp") where name.hasPrefix("bf-") && name.hasSuffix("-rabbit") {
            let owner = Int32(name.dropFirst("bf-".count).prefix(while: \.isNumber))
            guard let owner, isOver(owner) else { continue }
            let directory = "/tmp/" + name
            if let pid = pid(directory), ProcessTable.isAlive(pid),
                FileSystem.read("/proc/\(pid)/comm")?.hasPrefix("beam") == true
            {
                kill(pid, SIGKILL)
                _ = poll(seconds: 10) { !ProcessTable.isAlive(pid) }
            }
            if let port = FileSystem.read(directory + "/epmd-port") {
                _ = try? ChildProcess.run(["/usr/bin/epmd", "-port", port, "-kill"])
            }
        }
    }

    /// Ports that nobody uses now.
    private static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(socket)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    bind(socket, raw, length) == 0 && getsockname(socket, raw, &length) == 0
                }
            }
            try #require(isBound)
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }
}

/// Asks again and again until the answer is yes; false when the time is over.
func poll(seconds: Int, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = MonotonicTime.now.advanced(millis: seconds * 1_000)
    while MonotonicTime.now < deadline {
        if try condition() { return true }
        _ = Glibc.poll(nil, 0, 20)
    }
    return try condition()
}
