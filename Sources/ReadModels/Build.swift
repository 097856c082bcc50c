internal import BifrostKernel
internal import Crypto
internal import EventStore
internal import PostgresClient
internal import ProjectionKit

/// One build of a read model: its tables in a schema of their own.
public struct Build: Hashable, Sendable {
    /// The read model.
    public let name: String
    /// 1, 2, 3, …: builds of a read model are counted.
    public let version: Int32
    /// The version of the code that folds it.
    public let foldVersion: UInt32
    /// The SHA-256 of the statements that made its tables.
    let schemaHash: [UInt8]
    /// Whether it has caught up once and may be read.
    public let isFinished: Bool

    /// The schema that holds its tables.
    public var schema: String { Self.schema(name, version) }

    static func schema(_ name: String, _ version: Int32) -> String { "\(name)_v\(version)" }

    /// Whether `model` folds to the tables of this build.
    public func isOf(_ model: ReadModel) -> Bool {
        foldVersion == model.foldVersion && schemaHash == Self.hash(model.schema)
    }

    private static func hash(_ schema: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: schema)) }
}

extension Build {
    /// All builds of a read model in order, with the one that readers read.
    static func all(
        _ name: String,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> (builds: [Build], active: Build?, previous: Int32?) {
        let rows = try connection.query(
            "select b.version, b.fold_version, b.schema_sha256, b.finished_at is not null, "
                + "m.active_version, m.previous_version from bifrost_read.build b "
                + "left join bifrost_read.read_model m on m.name = b.name where b.name = $1 order by b.version",
            [.text(name)]
        )
        var builds: [Build] = []
        var active: Int32?
        var previous: Int32?
        for row in 0..<rows.count {
            builds.append(
                Build(
                    name: name,
                    version: try rows.int32(row, 0),
                    foldVersion: UInt32(bitPattern: try rows.int32(row, 1)),
                    schemaHash: try rows.bytes(row, 2),
                    isFinished: try rows.bool(row, 3)
                )
            )
            active = try rows.optionalInt32(row, 4)
            previous = try rows.optionalInt32(row, 5)
        }
        return (builds, builds.first { $0.version == active }, previous)
    }

    /// The build that readers read; where there is none yet, an empty one, which they read from now on.
    static func active(
        _ model: ReadModel,
        of log: any EventLog,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> Build {
        if let active = try all(model.name, connection).active { return active }
        return try create(model, of: log, isFirst: true, connection)
    }

    /// Makes the next build of `model`, empty; where it is the first, readers read it from now on.
    ///
    /// With `isFirst`, that of a process that was faster is taken. Any other is made without the indexes of
    /// readers, which `makeIndexes` adds once the rows are there.
    static func create(
        _ model: ReadModel,
        of log: any EventLog,
        isFirst: Bool = false,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> Build {
        try connection.execute("begin")
        do throws(PostgresError) {
            _ = try connection.query(
                "select pg_advisory_xact_lock(hashtextextended($1, 0))",
                [.text("bifrost build of \(model.name)")]
            )
            let known = try all(model.name, connection).builds
            if isFirst, let first = known.first {
                try connection.execute("commit")
                return first
            }
            let build = Build(
                name: model.name,
                version: (known.last?.version ?? 0) + 1,
                foldVersion: model.foldVersion,
                schemaHash: hash(model.schema),
                isFinished: false
            )
            try connection.execute(
                "create schema \(build.schema); set local search_path = \(build.schema);"
                    + String(decoding: model.schema, as: UTF8.self)
                    + "; grant usage on schema \(build.schema) to bifrost_reader;"
                    + "grant select on all tables in schema \(build.schema) to bifrost_reader"
            )
            try build.record(log, model.shards, isFirst: known.isEmpty, connection)
            _ = try connection.query("select bifrost_read.pace_vacuum($1)", [.text(build.schema)])
            if !known.isEmpty { try build.deferIndexes(connection) }
            try connection.execute("commit")
            return build
        } catch {
            if connection.isUsable { try connection.execute("rollback") }
            throw error
        }
    }

    private func record(
        _ log: any EventLog,
        _ shards: [ShardNumber],
        isFirst: Bool,
        _ connection: PostgresConnection
    ) throws(PostgresError) {
        _ = try connection.query(
            "insert into bifrost_read.build (name, version, fold_version, schema_sha256) values ($1, $2, $3, $4)",
            [.text(name), .int32(version), .int32(Int32(bitPattern: foldVersion)), .bytes(schemaHash)]
        )
        for shard in shards {
            _ = try connection.query(
                "insert into bifrost_read.checkpoint (name, version, shard, position, log_hash, state_hash) "
                    + "values ($1, $2, $3, 0, $4, $5)",
                [
                    .text(name), .int32(version), .int32(Int32(shard.value)),
                    .bytes(Chain(log: log.id, shard: shard).genesis.bytes), .bytes(StateHash().bytes),
                ]
            )
        }
        guard isFirst else { return }
        _ = try connection.query(
            "insert into bifrost_read.read_model (name, active_version) values ($1, $2)",
            [.text(name), .int32(version)]
        )
    }
}
