public import BifrostKernel
public import EventStore
internal import PostgresClient

/// What an account was at a position, in bytes that only their maker reads.
public struct AccountSnapshot: Hashable, Sendable {
    /// The account.
    public var account: AccountOrdinal
    /// The last position that it knows: what the account did up to there is in it.
    public var position: Int64
    /// The hash of the event at that position: the log decides whether that is so.
    public var hash: EventHash
    /// What it knows.
    public var content: [UInt8]
    /// Puts the parts together.
    public init(account: AccountOrdinal, position: Int64, hash: EventHash, content: [UInt8]) {
        self.account = account
        self.position = position
        self.hash = hash
        self.content = content
    }
}

/// Snapshots of the accounts of one shard, made and used by one build, beside the log that they follow from.
public struct PostgresAccountSnapshots: Sendable {
    private let log: PostgresLog
    private let shard: ShardNumber
    private let build: String

    /// Those of `shard` that `build` makes and uses.
    public init(_ log: PostgresLog, _ shard: ShardNumber, build: String) {
        self.log = log
        self.shard = shard
        self.build = build
    }

    private var shardParameter: PostgresParameter { .int32(Int32(shard.value)) }

    /// The latest of `account` up to a position; `nil` where there is none.
    public func latest(
        of account: AccountOrdinal,
        through position: Int64
    ) throws(SnapshotError) -> AccountSnapshot? {
        try reading { connection throws(PostgresError) in
            let rows = try connection.query(
                "select position, hash, content, sha256 from bifrost.account_snapshot where shard = $1"
                    + " and account = $2 and position <= $3 and build = $4 order by position desc limit 1",
                [shardParameter, .int64(account.value), .int64(position), .text(build)]
            )
            guard rows.count == 1 else { return nil }
            let (position, content) = (try rows.int64(0, 0), try rows.bytes(0, 2))
            guard let hash = EventHash(bytes: try rows.bytes(0, 1)),
                EventHash(digesting: content).bytes == (try rows.bytes(0, 3))
            else {
                throw .misuse("the snapshot of account \(account.value) at \(position) is not what was kept")
            }
            return AccountSnapshot(account: account, position: position, hash: hash, content: content)
        }
    }

    /// The last position that any of them knows, 0 where there is none; all accounts were looked at up to it.
    public func end() throws(SnapshotError) -> Int64 {
        try reading { connection throws(PostgresError) in
            try connection.query(
                "select coalesce(max(position), 0) from bifrost.account_snapshot where shard = $1 and build = $2",
                [shardParameter, .text(build)]
            ).int64(0, 0)
        }
    }

    /// How many there are.
    public func count() throws(SnapshotError) -> Int64 {
        try reading { connection throws(PostgresError) in
            try connection.query(
                "select count(*) from bifrost.account_snapshot where shard = $1 and build = $2",
                [shardParameter, .text(build)]
            ).int64(0, 0)
        }
    }

    /// Keeps all of these, or none; those that are there already stay.
    public func keep(_ snapshots: [AccountSnapshot]) throws(SnapshotError) {
        try writing { connection throws(PostgresError) in
            // One that is lost is made again when somebody asks.
            try connection.execute("set synchronous_commit = off; begin")
            for snapshot in snapshots {
                _ = try connection.queryKept(
                    "insert into bifrost.account_snapshot (shard, account, position, build, hash, content, sha256)"
                        + " values ($1, $2, $3, $4, $5, $6, $7)"
                        + " on conflict on constraint account_snapshot_pkey do nothing",
                    [
                        shardParameter, .int64(snapshot.account.value), .int64(snapshot.position),
                        .text(build), .bytes(snapshot.hash.bytes), .bytes(snapshot.content),
                        .bytes(EventHash(digesting: snapshot.content).bytes),
                    ]
                )
            }
            try connection.execute("commit")
        }
    }

    /// Drops those of other builds, and of this one too where `all`; how many that were.
    @discardableResult
    public func drop(all: Bool) throws(SnapshotError) -> Int {
        try writing { connection throws(PostgresError) in
            try connection.query(
                "delete from bifrost.account_snapshot where shard = $1 and ($2 or build <> $3)",
                [shardParameter, .bool(all), .text(build)]
            ).affectedRows
        }
    }

    private func reading<Answer>(
        _ body: (PostgresConnection) throws(PostgresError) -> Answer
    ) throws(SnapshotError) -> Answer {
        do throws(PostgresError) {
            return try log.readers.withConnection(body)
        } catch {
            throw SnapshotError(error)
        }
    }

    private func writing<Answer>(
        _ body: (PostgresConnection) throws(PostgresError) -> Answer
    ) throws(SnapshotError) -> Answer {
        do throws(PostgresError) {
            return try body(try PostgresConnection(log.access.writer))
        } catch {
            throw SnapshotError(error)
        }
    }
}

extension SnapshotError {
    init(_ error: PostgresError) {
        switch error {
        case .misuse(let message): self = .damaged(message)
        default: self = .unavailable("PostgreSQL did not do what was asked (\(error))")
        }
    }
}
