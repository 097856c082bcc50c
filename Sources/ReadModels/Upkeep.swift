internal import BifrostKernel
internal import EventStore
public import EventStorePostgres
internal import PostgresClient

/// What operators do with the builds of read models beside making new ones.
public struct Upkeep: Sendable {
    private let log: PostgresLog

    /// Of the read models beside this log.
    public init(_ log: PostgresLog) { self.log = log }

    /// One shard of one build.
    public struct Status: Sendable {
        /// The build.
        public let build: Build
        /// Whether readers read it.
        public let isActive: Bool
        /// Whether a rollback would go to it.
        public let isPrevious: Bool
        /// The shard.
        public let shard: Int32
        /// The last event in the rows.
        public let position: Int64
        /// Events of the log behind it.
        public let lag: Int64
        /// The hash of all rows.
        public let stateHash: String
        /// Whether a process folds it now.
        public let isFollowed: Bool
        /// What stopped it, where something did.
        public let failure: String?
        /// What to do about that.
        public let wayOut: String?
    }

    /// Whether the database has a read side at all.
    public func isReady() throws(ProjectionError) -> Bool {
        let connection = try connect()
        return try translated { () throws(PostgresError) in
            try connection.query("select to_regclass('bifrost_read.build') is not null").bool(0, 0)
        }
    }

    /// Every shard of every build of a read model.
    public func status(_ name: String) throws(ProjectionError) -> [Status] {
        let connection = try connect()
        let known = try translated { () throws(PostgresError) in try Build.all(name, connection) }
        var list: [Status] = []
        for build in known.builds {
            let rows = try translated { () throws(PostgresError) in
                try connection.query(Self.statusQuery, [.text(name), .int32(build.version)])
            }
            for row in 0..<rows.count {
                let (shard, position) = try translated { () throws(PostgresError) in
                    (try rows.int32(row, 0), try rows.int64(row, 1))
                }
                let end = try log.end(of: shard)
                list.append(
                    try translated { () throws(PostgresError) in
                        Status(
                            build: build,
                            isActive: build == known.active,
                            isPrevious: build.version == known.previous,
                            shard: shard,
                            position: position,
                            lag: max(end - position, 0),
                            stateHash: StateHash(bytes: try rows.bytes(row, 2))?.text ?? "",
                            isFollowed: try rows.bool(row, 5),
                            failure: try rows.optionalText(row, 3),
                            wayOut: try rows.optionalText(row, 4)
                        )
                    }
                )
            }
        }
        return list
    }

    /// Whether the build that readers read is at the end of the log in every shard; not where there is none.
    public func isAtEnd(_ name: String) throws(ProjectionError) -> Bool {
        let active = try status(name).filter(\.isActive)
        return !active.isEmpty && active.allSatisfy { $0.lag == 0 }
    }

    /// The lock of a shard is an advisory one on a number, which `pg_locks` shows in two halves.
    private static let statusQuery = """
        select c.shard, c.position, c.state_hash, c.failure, c.way_out, exists (
            select from pg_locks l, hashtextextended(
                format('bifrost projector of %s_v%s, shard %s', c.name, c.version, c.shard), 0) as lock (number)
            where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
                and l.database = (select oid from pg_database where datname = current_database())
                and l.classid = ((lock.number >> 32) & 4294967295)::oid and l.objid = (lock.number & 4294967295)::oid)
        from bifrost_read.checkpoint c where c.name = $1 and c.version = $2 order by c.shard
        """

    /// Lets the build before the present one take over again, caught up first.
    public func rollback(_ model: ReadModel) throws(ProjectionError) -> Build {
        let connection = try connect()
        let known = try translated { () throws(PostgresError) in try Build.all(model.name, connection) }
        guard let active = known.active,
            let previous = known.builds.first(where: { $0.version == known.previous })
        else { throw .refused("\(model.name) has no build to roll back to") }
        guard previous.isOf(model) else {
            throw .refused(
                "\(previous.schema) was made by other code: roll back with the build of Bifrost that made it"
            )
        }
        try Swap(model: model, log: log, limits: ProjectionLimits())
            .perform(from: active, to: previous, connection)
        return previous
    }

    /// Removes a build that nobody reads.
    public func drop(_ name: String, version: Int32) throws(ProjectionError) {
        let connection = try connect()
        let known = try translated { () throws(PostgresError) in try Build.all(name, connection) }
        guard let build = known.builds.first(where: { $0.version == version }) else {
            throw .refused("\(name) has no build \(version)")
        }
        guard build != known.active else {
            throw .refused("readers read \(build.schema): rebuild or roll back first")
        }
        for row in try Swap.positions(build, connection) {
            guard let shard = UInt16(exactly: row.shard) else { continue }
            guard try build.lock(ShardNumber(shard), connection) else {
                throw .refused("a process folds \(build.schema): wait for it, or end it")
            }
        }
        let parameters: [PostgresParameter] = [.text(name), .int32(version)]
        try translated { () throws(PostgresError) in
            try connection.execute("begin; drop schema \(build.schema) cascade")
            for table in ["milestone", "checkpoint", "build"] {
                _ = try connection.query(
                    "delete from bifrost_read.\(table) where name = $1 and version = $2",
                    parameters
                )
            }
            _ = try connection.query(
                "update bifrost_read.read_model set previous_version = null where name = $1 and previous_version = $2",
                parameters
            )
            try connection.execute("commit")
        }
    }

    private func connect() throws(ProjectionError) -> PostgresConnection {
        try translated { () throws(PostgresError) in try PostgresConnection(log.access.projector) }
    }
}
