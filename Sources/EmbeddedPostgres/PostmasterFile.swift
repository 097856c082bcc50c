import Glibc

/// What `postmaster.pid` says, and whether it is true.
///
/// Lines: process, data directory, start time, port, socket directory, listen address, shared memory, state.
/// The server writes them one after another, and leaves the file behind when it is killed.
struct PostmasterFile {
    let pid: pid_t
    /// Nil until the server has made its socket.
    let socketDirectory: String?

    /// Who stands behind the file.
    enum State {
        case absent
        /// The process has ended, or its number has gone to another one since.
        case stale(pid: pid_t)
        case alive(PostmasterFile)
    }

    static func state(_ layout: ClusterLayout) -> State {
        guard let text = FileSystem.read(layout.postmasterFile) else { return .absent }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let pid = lines.first.flatMap({ pid_t($0) }), pid > 0 else { return .absent }
        guard ProcessTable.isPostmaster(pid, of: layout.cluster) else { return .stale(pid: pid) }
        let socket = lines.count > 4 && !lines[4].isEmpty ? String(lines[4]) : nil
        return .alive(PostmasterFile(pid: pid, socketDirectory: socket))
    }

    /// A number that no process can have, so that the server sees a dead one.
    private static let impossiblePID = "2147483647"

    /// Makes a stale file harmless whose number is in use, for the server would take its bearer for a
    /// postmaster.
    ///
    /// The bearer is a foreign process, or our own dead child that nobody has waited for. The file is not
    /// removed: its last lines name the shared memory by which the server finds out whether sessions of a
    /// killed postmaster still write into the cluster.
    static func disarm(_ layout: ClusterLayout, user: ServerUser) throws(EmbeddedPostgresError) {
        if case .stale(let pid) = state(layout), !ChildProcess.reap(pid), ProcessTable.isNumberInUse(pid),
            let text = FileSystem.read(layout.postmasterFile)
        {
            let rest = text.drop { $0 != "\n" }
            try FileSystem.replace(layout.postmasterFile, with: impossiblePID + rest, owner: user)
        }
        // The socket's lock has no such duty, and its directory is ours alone.
        let lock = FileSystem.read(layout.socketLock)?.split(separator: "\n").first.flatMap { pid_t($0) }
        guard let pid = lock, ProcessTable.isNumberInUse(pid) else { return }
        guard !ProcessTable.isPostmaster(pid, of: layout.cluster) else { return }
        guard unlink(layout.socketLock) == 0 || errno == ENOENT else {
            throw FileSystem.failure("Removing \(layout.socketLock)")
        }
    }
}
