import Glibc

/// What the kernel tells about processes that need not be ours.
package enum ProcessTable {
    /// Whether the process runs; one that has ended but was not yet waited for does not.
    package static func isAlive(_ pid: Int32) -> Bool {
        // The name in brackets may hold anything, a bracket too, so the state follows the last one.
        guard let line = FileSystem.read("/proc/\(pid)/stat"), let bracket = line.lastIndex(of: ")") else {
            return false
        }
        let state = line[bracket...].dropFirst(2).first
        return state != "Z" && state != "X"
    }

    /// Whether the number belongs to any process, even to one that has ended and was not waited for.
    static func isNumberInUse(_ pid: pid_t) -> Bool { kill(pid, 0) == 0 || errno == EPERM }

    /// Whether the process is a living PostgreSQL that works in this directory.
    ///
    /// A process that we may not look at belongs to another user, hence is none of ours.
    static func isPostmaster(_ pid: pid_t, of directory: String) -> Bool {
        isAlive(pid) && FileSystem.read("/proc/\(pid)/comm") == "postgres\n"
            && FileSystem.linkTarget("/proc/\(pid)/cwd") == directory
    }

    /// Asks the kernel to spare the process when memory runs out, which only root may and a
    /// container may forbid.
    static func spareFromMemoryKiller(_ pid: pid_t) {
        let file = open("/proc/\(pid)/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        let score = Array("-900".utf8)
        _ = write(file, score, score.count)
    }
}
