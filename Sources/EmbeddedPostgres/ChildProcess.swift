import CSpawn
import Glibc

/// Programs run by `posix_spawn`: no fork of a threaded process, no descriptor of ours passed on.
package enum ChildProcess {
    /// How a finished program ended, and what it printed.
    struct Ending {
        /// The exit code; a program that died of a signal counts as 128 and the signal.
        let code: Int32
        let output: String
    }

    private static let outputBytesMax = 65_536

    /// Runs a program to its end and returns what it printed.
    ///
    /// One that is `endingWithUs` ends with all its children when we are killed: they would go on to write,
    /// and to keep the server from dropping its log.
    static func run(
        _ arguments: [String],
        endingWithUs: Bool = false
    ) throws(EmbeddedPostgresError) -> Ending {
        var ends: [Int32] = [0, 0]
        // A pair of sockets is made close-on-exec in one step; with a pipe another thread's child could come
        // between.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw FileSystem.failure("Making a pipe") }
        defer { close(ends[0]) }
        let pid: pid_t
        do throws(EmbeddedPostgresError) {
            pid = try spawn(
                endingWithUs ? bound(arguments) : arguments,
                output: ends[1],
                environment: environment,
                newSession: endingWithUs
            )
            close(ends[1])
        } catch {
            close(ends[1])
            throw error
        }
        let output = readAll(ends[0])
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw FileSystem.failure("Waiting for \(arguments[0])") }
        }
        let signal = status & 0x7f
        return Ending(code: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: output)
    }

    /// The command under a shell that the kernel tells of our death, and that passes it on to its session.
    private static func bound(_ arguments: [String]) -> [String] {
        guard let setpriv = ServerUser.setpriv else { return arguments }
        let script = #"trap 'trap - TERM; kill 0' TERM; "$@" & wait $!"#
        return [setpriv, "--pdeathsig=TERM", "--", "/bin/sh", "-c", script, "sh"] + arguments
    }

    /// Starts a program that outlives us: in a session of its own, with its output in a log.
    package static func launch(
        _ arguments: [String],
        appendingTo log: String,
        environment extra: [String]
    ) throws(EmbeddedPostgresError) -> Int32 {
        let file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileSystem.failure("Opening the log \(log)") }
        defer { close(file) }
        return try spawn(arguments, output: file, environment: environment + extra, newSession: true)
    }

    /// Takes a dead child of ours from the process table; false where it lives or is not our child.
    @discardableResult
    static func reap(_ pid: pid_t) -> Bool {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid
    }

    /// Whether a process, a child of ours or not, has ended; a child is taken from the process table.
    package static func hasEnded(_ pid: Int32) -> Bool {
        var status: Int32 = 0
        switch waitpid(pid, &status, WNOHANG) {
        case pid: return true
        // A child of ours. Its first thread may look dead while others live: it can't be waited for yet.
        case 0: return false
        default: return !ProcessTable.isAlive(pid)
        }
    }

    /// Nothing of our own environment: a stray PGDATA or locale would change what the server does.
    private static let environment = [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC",
    ]

    private static func spawn(
        _ arguments: [String],
        output: Int32,
        environment: [String],
        newSession: Bool
    ) throws(EmbeddedPostgresError) -> pid_t {
        var pid: pid_t = 0
        let code = withCStrings(arguments) { argv in
            withCStrings(environment) { envp in bifrost_spawn(&pid, argv, envp, output, newSession ? 1 : 0) }
        }
        guard code == 0 else { throw .system(doing: "Starting \(arguments[0])", code: code) }
        return pid
    }

    private static func withCStrings<Answer>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Answer
    ) -> Answer {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }

    /// Everything up to the end of the pipe, of which the last part is kept.
    private static func readAll(_ file: Int32) -> String {
        var kept: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let length = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if length < 0 && errno == EINTR { continue }
            guard length > 0 else { break }
            kept.append(contentsOf: buffer.prefix(length))
            kept.removeFirst(max(0, kept.count - outputBytesMax))
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
