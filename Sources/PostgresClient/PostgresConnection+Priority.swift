internal import Glibc

extension PostgresConnection {
    /// Has the server compute for this session only while nobody else wants to, until the session ends: for
    /// work that nobody waits for.
    ///
    /// It takes effect where the server runs on this machine and lets this user say so; elsewhere nothing
    /// happens. Whoever waits for a lock of such a session waits as long as it does.
    public func giveWay() {
        let process = backendPID
        guard isLocal, process > 0, Self.isServer(process) else { return }
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process), Self.lowestPriority)
        // Each server process is a scheduling group of its own, and groups are weighed before processes.
        Self.write("\(Self.lowestPriority)", to: "/proc/\(process)/autogroup")
    }

    private static let lowestPriority: Int32 = 19
    private static let nameBytesMax = 64

    /// Whether the other end is a process of this machine.
    private var isLocal: Bool {
        var address = sockaddr()
        var length = socklen_t(MemoryLayout<sockaddr>.size)
        let answer = unsafe getsockname(socketDescriptor, &address, &length)
        return answer == 0 && Int32(address.sa_family) == AF_UNIX
    }

    /// Whether that process is a server's: one in a container has another number here.
    private static func isServer(_ process: Int32) -> Bool {
        let file = unsafe open("/proc/\(process)/comm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { _ = Glibc.close(file) }
        var bytes = [UInt8](repeating: 0, count: nameBytesMax)
        let count = unsafe read(file, &bytes, bytes.count)
        return count > 0 && String(decoding: bytes[..<count], as: UTF8.self) == "postgres\n"
    }

    private static func write(_ text: String, to path: String) {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { _ = Glibc.close(file) }
        _ = unsafe Glibc.write(file, text, text.utf8.count)
    }
}
