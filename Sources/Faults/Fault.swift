internal import EmbeddedPostgres
internal import Glibc
internal import PostgresClient
internal import SeededChoices
internal import Threads

/// Something that goes wrong under load.
package enum Fault: String, CaseIterable, Sendable {
    case engineKilled = "engine killed"
    case databaseStopped = "PostgreSQL stopped at once"
    case sessionKilled = "writer's session killed"
    case bothKilled = "engine and PostgreSQL killed"
    case databaseRestarted = "PostgreSQL restarted"
    case engineStalled = "engine stopped and woken"
    case databaseKilled = "PostgreSQL killed"
    case sessionEnded = "writer's session ended"
    case engineAsked = "engine asked to end"
    case databaseStoppedTwice = "PostgreSQL stopped at once, and again when it is back"
    case killedUnderSnapshot = "engine killed under a long snapshot"
    case killedInSnapshot = "engine killed while what it knows is kept"

    /// Whether the service's own process is to be started again.
    var endsService: Bool {
        switch self {
        case .engineKilled, .bothKilled, .engineAsked, .killedUnderSnapshot, .killedInSnapshot: true
        default: false
        }
    }

    /// Does it to the service and the database under it.
    func inflict(on service: ServiceProcess, _ dice: inout Generator) throws {
        let dataDirectory = service.setup.dataDirectory
        switch self {
        case .engineKilled, .killedUnderSnapshot: service.crash()
        case .databaseStopped: try Self.cluster(dataDirectory).stop(.immediate)
        case .databaseStoppedTwice:
            let first = try Self.cluster(dataDirectory)
            try first.stop(.immediate)
            let isBack = try wait(millis: 20_000) {
                let next = try EmbeddedCluster.running(dataDirectory: dataDirectory)
                guard let next, next.postmasterPID != first.postmasterPID else { return false }
                return (try? Self.connect(dataDirectory)) != nil
            }
            guard isBack else { throw FaultError("PostgreSQL was not started again") }
            pause(millis: dice.int(0...400))
            try Self.cluster(dataDirectory).stop(.immediate)
        case .databaseRestarted: try Self.cluster(dataDirectory).stop(.fast)
        case .databaseKilled: kill(try Self.cluster(dataDirectory).postmasterPID, SIGKILL)
        case .sessionKilled: kill(try Self.writerPID(dataDirectory), SIGKILL)
        case .sessionEnded:
            let pid = try Self.writerPID(dataDirectory)
            let connection = try Self.connect(dataDirectory)
            _ = try connection.query("select pg_terminate_backend($1)", [.int32(pid)])
        case .bothKilled:
            let postmaster = try Self.cluster(dataDirectory).postmasterPID
            if dice.chance(50) { kill(postmaster, SIGKILL) }
            service.crash()
            kill(postmaster, SIGQUIT)
        case .engineStalled:
            service.signal(SIGSTOP)
            pause(millis: dice.int(100...1_500))
            service.signal(SIGCONT)
        case .engineAsked:
            service.signal(SIGTERM)
            guard service.waitForEnd() else { throw FaultError("the service does not end when asked to") }
        case .killedInSnapshot:
            try Self.breakOffSnapshot(of: service.setup, &dice)
            service.crash()
        }
    }

    /// Makes a snapshot of what the engine knows, for the next start to begin with; every other time it is
    /// broken off.
    private static func breakOffSnapshot(of setup: ServiceProcess.Setup, _ dice: inout Generator) throws {
        let command = [setup.binary, "snapshot", "make", "--data-dir", setup.dataDirectory]
        let maker = try ChildProcess.launch(command, appendingTo: setup.log, environment: [])
        if dice.chance(50) {
            pause(millis: dice.int(0...800))
            kill(maker, SIGKILL)
        }
        guard wait(millis: 30_000, until: { ChildProcess.hasEnded(maker) }) else {
            throw FaultError("`bifrost snapshot make` does not end")
        }
    }

    /// A session that holds a snapshot of everything, has read every table, and is idle.
    func hold(_ dataDirectory: String) throws -> PostgresConnection? {
        guard self == .killedUnderSnapshot else { return nil }
        let connection = try Self.connect(dataDirectory)
        try connection.execute("begin isolation level repeatable read; select count(*) from bifrost.event")
        return connection
    }

    private static func cluster(_ dataDirectory: String) throws -> EmbeddedCluster {
        guard let cluster = try EmbeddedCluster.running(dataDirectory: dataDirectory) else {
            throw FaultError("no server runs in \(dataDirectory)")
        }
        return cluster
    }

    private static func connect(_ dataDirectory: String) throws -> PostgresConnection {
        let cluster = try cluster(dataDirectory)
        return try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost")
        )
    }

    /// The session that appends to the trading shard.
    private static func writerPID(_ dataDirectory: String) throws -> Int32 {
        let rows = try connect(dataDirectory).query(
            "select backend_pid from bifrost.lease where shard = 1 and backend_pid is not null"
        )
        guard rows.count == 1 else { throw FaultError("nobody writes the trading shard") }
        return try rows.int32(0, 0)
    }
}
