import Glibc

/// Where the parts of a cluster lie in its data directory.
///
///     postgres/           the cluster
///     postgres.initdb/    a cluster being made; what a crash left of one is removed
///     postgres.log        the server's log
///     run/                its socket, if the path is short and plain enough
///     socket-directory    the path of the directory that the socket is in
///     wal-archive         the path of the directory that the write-ahead log is archived in, where it is
struct ClusterLayout {
    /// Absolute, without links.
    let dataDirectory: String
    let socketDirectory: String

    var cluster: String { dataDirectory + "/postgres" }
    var staging: String { dataDirectory + "/postgres.initdb" }
    var log: String { dataDirectory + "/postgres.log" }
    var startLock: String { dataDirectory + "/postgres.start-lock" }
    var socketNote: String { dataDirectory + "/socket-directory" }
    var archiveNote: String { dataDirectory + "/wal-archive" }
    var settings: String { cluster + "/bifrost.conf" }
    var postmasterFile: String { cluster + "/postmaster.pid" }
    var socketLock: String { socketDirectory + Self.socketName + ".lock" }

    static let port = 5432
    /// `sun_path` has 108 bytes and ends with a zero.
    static let socketPathBytesMax = 107
    private static let socketName = "/.s.PGSQL.\(port)"

    init(dataDirectory: String) throws(EmbeddedPostgresError) {
        self.dataDirectory = try Self.prepareDataDirectory(dataDirectory)
        socketDirectory = Self.socketDirectory(for: self.dataDirectory)
    }

    /// The major version of the cluster that is there, or nil where there is none yet.
    var clusterVersion: String? { EmbeddedCluster.version(of: cluster) }

    /// Makes the data directory where it is missing and returns its absolute path without links.
    static func prepareDataDirectory(_ path: String) throws(EmbeddedPostgresError) -> String {
        var absolute = path
        if !path.hasPrefix("/") {
            guard let current = FileSystem.resolved(".") else { throw FileSystem.failure("Finding \(path)") }
            absolute = current + "/" + path
        }
        while absolute.count > 1 && absolute.hasSuffix("/") { absolute.removeLast() }
        // As root another user must pass through, but need not see what is there.
        try FileSystem.makeDirectories(absolute, mode: geteuid() == 0 ? 0o711 : 0o700)
        guard let resolved = FileSystem.resolved(absolute) else {
            throw FileSystem.failure("Finding \(absolute)")
        }
        return resolved
    }

    /// `run` in the data directory, or a short name in /tmp where that path would be too long or need
    /// quoting.
    static func socketDirectory(for dataDirectory: String) -> String {
        let near = dataDirectory + "/run"
        let isShort = near.utf8.count + socketName.utf8.count <= socketPathBytesMax
        guard isShort, near.utf8.allSatisfy(isPlain) else {
            return "/tmp/bifrost-" + hexadecimal(hash(dataDirectory))
        }
        return near
    }

    /// A comma would be a list, a quote or a space would need quoting, in two syntaxes that differ.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// FNV-1a: the same in every process, unlike `Hasher`.
    private static func hash(_ text: String) -> UInt64 {
        // Wrapping multiplication is the definition of the hash.
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Makes the private directory of the socket and notes its place for other tools.
    func prepareSocketDirectory(for user: ServerUser) throws(EmbeddedPostgresError) {
        if mkdir(socketDirectory, 0o700) == 0 {
            try user.own(socketDirectory)
        } else if errno != EEXIST {
            throw FileSystem.failure("Making the directory \(socketDirectory)")
        }
        // In /tmp anybody may have been first; a directory of another user could be swapped under the server.
        let owner = FileSystem.directoryOwner(socketDirectory)
        guard owner == user.id || (user.isSwitched && owner == 0) else {
            throw .socketDirectoryTaken(path: socketDirectory)
        }
        try user.own(socketDirectory)
        guard chmod(socketDirectory, 0o700) == 0 else {
            throw FileSystem.failure("Setting the permissions of \(socketDirectory)")
        }
        if FileSystem.read(socketNote) != socketDirectory + "\n" {
            try FileSystem.replace(socketNote, with: socketDirectory + "\n", owner: user)
        }
    }
}
