import Glibc
import PostgresTesting
import Testing

/// A writer in a process of its own, which can be stopped and woken.
final class ProbeProcess {
    let pid: pid_t
    private var isOver = false

    init(database: String, shard: UInt16, rows: Int) throws {
        let own = String(validating: Self.executable(), as: UTF8.self)
        let folder = try #require(own).split(separator: "/").dropLast().joined(separator: "/")
        let conninfo = try SharedCluster.conninfo(database: database, user: "nobody")
            .replacing("user='nobody'", with: "")
        let arguments = ["/\(folder)/EventStoreProbe", conninfo, "\(shard)", "\(rows)"]
        var pid: pid_t = 0
        let strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        let status = posix_spawn(&pid, arguments[0], nil, nil, strings, environ)
        try #require(status == 0, "\(arguments[0]): error \(status)")
        self.pid = pid
    }

    deinit {
        guard !isOver else { return }
        kill(pid, SIGKILL)
        _ = wait()
    }

    func stop() { kill(pid, SIGSTOP) }
    func wake() { kill(pid, SIGCONT) }

    /// The exit code, 128 and more for a signal.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        isOver = true
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }

    private static func executable() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? 0
            }
        }
        return Array(bytes.prefix(max(count, 0)))
    }
}
