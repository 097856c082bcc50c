import Glibc
import PostgresClient

/// One attempt to get from whatever is in the data directory to a server that answers.
struct ClusterStart {
    let layout: ClusterLayout
    let user: ServerUser
    let places: ServerBinaries.Places

    /// The recovery that the server starts with, `nil` for an ordinary start.
    private let recovery: ClusterRecovery?
    private let readySecondsMax: Int

    /// The server that this attempt has started, until it is known to have ended.
    private var child: pid_t?
    /// Where the log ended when the server was started.
    private var logStart = 0

    /// Four times the budget for recovery after a crash at full load.
    private static let readySecondsMax = 60
    /// A year of write-ahead log may have to be replayed before a restored server answers.
    private static let recoverySecondsMax = 86_400
    private static let lookMillis: UInt32 = 5
    /// The server logs every look, and a recovery may take hours.
    private static let recoveryLookMillis: UInt32 = 100
    private static let retryMillis: UInt32 = 100
    private static let logBytesMax = 16 * 1_024 * 1_024
    private static let logTailBytesMax = 2_048

    init(
        layout: ClusterLayout,
        user: ServerUser,
        places: ServerBinaries.Places,
        recovery: ClusterRecovery? = nil
    ) {
        self.layout = layout
        self.user = user
        self.places = places
        self.recovery = recovery
        readySecondsMax = recovery == nil ? Self.readySecondsMax : Self.recoverySecondsMax
    }

    /// Whom the attempt ended with, and whether it started it.
    struct Running {
        let postmaster: PostmasterFile
        let isOurs: Bool
    }

    mutating func run() throws(EmbeddedPostgresError) -> Running {
        let deadline = Deadline(seconds: readySecondsMax)
        try user.checkSearchable(layout.dataDirectory)
        let lock = try startLock(deadline)
        return try bringUp(holding: lock, until: deadline)
    }

    private mutating func bringUp(
        holding lock: borrowing FileLock,
        until deadline: Deadline
    ) throws(EmbeddedPostgresError) -> Running {
        // An empty directory of another user is replaced, so only a cluster has to be ours.
        if let owner = FileSystem.directoryOwner(layout.cluster), owner != user.id,
            layout.clusterVersion != nil
        {
            throw .foreignOwner(path: layout.cluster, owner: owner, expected: user.name)
        }
        while !deadline.isOver {
            switch PostmasterFile.state(layout) {
            case .alive(let postmaster) where answers(postmaster):
                return Running(postmaster: postmaster, isOurs: postmaster.pid == child)
            case .alive: break
            case .absent, .stale:
                if child == nil { try launch() }
            }
            try checkChild(deadline)
            deadline.pause(millis: recovery == nil ? Self.lookMillis : Self.recoveryLookMillis)
        }
        throw .notReady(seconds: readySecondsMax, log: layout.log)
    }

    /// Two processes that start the same cluster take turns; the second adopts.
    private func startLock(_ deadline: Deadline) throws(EmbeddedPostgresError) -> FileLock {
        while true {
            if let lock = try FileLock(path: layout.startLock) { return lock }
            guard !deadline.isOver else { throw .heldBy(pid: nil, dataDirectory: layout.dataDirectory) }
            deadline.pause()
        }
    }

    private mutating func launch() throws(EmbeddedPostgresError) {
        let binaries = try ServerBinaries.choose(
            cluster: layout.clusterVersion,
            path: layout.cluster,
            places: places
        )
        let creation = ClusterCreation(layout: layout, user: user, binaries: binaries)
        try layout.prepareSocketDirectory(for: user)
        try creation.createIfMissing()
        try creation.writeSettings(in: layout.cluster, recovery: recovery)
        try PostmasterFile.disarm(layout, user: user)
        if FileSystem.size(of: layout.log) > Self.logBytesMax {
            guard rename(layout.log, layout.log + ".1") == 0 else {
                throw FileSystem.failure("Putting the old log aside")
            }
        }
        logStart = FileSystem.size(of: layout.log)
        // The main process is spared by the memory killer; its sessions are not, or nothing would be left to
        // kill.
        let spared = ["PG_OOM_ADJUST_FILE=/proc/self/oom_score_adj", "PG_OOM_ADJUST_VALUE=0"]
        let pid = try ChildProcess.launch(
            user.command([binaries.postgres, "-D", layout.cluster]),
            appendingTo: layout.log,
            environment: user.isSwitched ? spared : []
        )
        if user.isSwitched { ProcessTable.spareFromMemoryKiller(pid) }
        child = pid
    }

    /// Throws when our server has ended for a reason that time does not mend.
    private mutating func checkChild(_ deadline: Deadline) throws(EmbeddedPostgresError) {
        guard let pid = child, ChildProcess.hasEnded(pid) else { return }
        let tail = FileSystem.read(layout.log, from: logStart, bytesMax: Self.logTailBytesMax) ?? ""
        // Sessions of a killed postmaster end by themselves; until then the server refuses, and rightly.
        let isTransient = tail.contains("pre-existing shared memory block") || tail.contains("lock file \"")
        guard isTransient else { throw .startFailed(log: layout.log, tail: tail) }
        child = nil
        deadline.pause(millis: Self.retryMillis)
    }

    private func answers(_ postmaster: PostmasterFile) -> Bool {
        guard let socket = postmaster.socketDirectory else { return false }
        let conninfo = EmbeddedCluster.conninfo(
            socketDirectory: socket,
            user: ClusterCreation.superuser,
            database: "postgres",
            timeoutSeconds: 2
        )
        do throws(PostgresError) {
            try PostgresConnection(conninfo).execute("select 1")
            return true
        } catch {
            // Starting up, recovering or shutting down: the loop looks again until its deadline.
            return false
        }
    }
}

/// A moment until which something is tried again.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(seconds: Int) { end = .now + .seconds(seconds) }

    var isOver: Bool { ContinuousClock.now >= end }

    /// Waits a little before the next look.
    func pause(millis: UInt32 = 5) { usleep(millis * 1_000) }
}
