public import EventStore
public import EventStorePostgres
internal import PostgresClient
internal import ProjectionKit

/// Proves a read model: its tables, its checkpoint and a fold from the first event have one hash.
public struct ReadModelVerification: Sendable {
    /// What one shard came to.
    public struct Verdict: Sendable {
        /// The shard.
        public let shard: ShardNumber
        /// The position that was looked at.
        public let position: Int64
        /// What the checkpoint says.
        public let recorded: StateHash
        /// What the rows of the tables add up to.
        public let stored: StateHash
        /// What the log folds to.
        public let folded: StateHash

        /// Whether all three agree.
        public var isProven: Bool { recorded == stored && recorded == folded }
    }

    private let model: ReadModel
    private let log: PostgresLog

    /// Of the build that readers read.
    public init(_ model: ReadModel, _ log: PostgresLog) {
        self.model = model
        self.log = log
    }

    /// Verifies every shard; told how many events of how many are folded.
    public func run(_ progress: (_ done: Int64, _ total: Int64) -> Void) throws(ProjectionError) -> [Verdict]
    {
        let connection = try translated { () throws(PostgresError) in
            try PostgresConnection(log.access.projector)
        }
        guard
            let build = try translated({ () throws(PostgresError) in
                try Build.all(model.name, connection).active
            })
        else { throw .refused("\(model.name) has no build yet") }
        guard build.isOf(model) else { throw .refused("\(build.schema) was made by other code") }
        var verdicts: [Verdict] = []
        for shard in model.shards {
            let (checkpoint, stored) = try snapshot(build, shard, connection)
            let folded = try model.makeFold(shard).fold(log, through: checkpoint.position) {
                progress($0, checkpoint.position)
            }
            verdicts.append(
                Verdict(
                    shard: shard,
                    position: checkpoint.position,
                    recorded: checkpoint.stateHash,
                    stored: stored,
                    folded: folded
                )
            )
        }
        return verdicts
    }

    /// The checkpoint and the hash of the rows, of one moment.
    private func snapshot(
        _ build: Build,
        _ shard: ShardNumber,
        _ connection: PostgresConnection
    ) throws(ProjectionError) -> (Checkpoint, StateHash) {
        try translated { () throws(PostgresError) in
            try connection.execute("begin isolation level repeatable read read only")
            let checkpoint = try Checkpoint.read(build, shard, connection)
            var hash = StateHash()
            for (number, table) in model.tables.enumerated() {
                let columns = ["shard"] + table.columns + (table.isAppended ? [] : ["state"])
                try connection.copyOut(
                    "copy (select \(columns.joined(separator: ", ")) from \(build.schema).\(table.name) "
                        + "where shard = \(shard.value)) to stdout (format binary)"
                ) { tuple throws(PostgresError) in
                    hash.change(from: nil, to: StateHash.row(table: number, tuple))
                }
            }
            try connection.execute("commit")
            return (checkpoint, hash)
        }
    }
}
