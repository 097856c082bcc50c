public import EventStore
public import EventStorePostgres
public import PostgresClient

/// Why a read model could not be read.
public enum ReadModelError: Error, Equatable, Sendable {
    /// There is none of that name yet: start a projector, or wait for one.
    case absent(String)
    /// The database cannot be reached or does not answer: try again.
    case unavailable(String)
    /// The tables are not those of this build.
    case corrupt(String)
}

/// One read model at one moment: the build that was read then, and how far it was.
///
/// All that is asked of a snapshot is of the same moment, whatever projectors and swaps do meanwhile.
public struct ReadSnapshot {
    /// The read model.
    public let model: String
    /// The build that is read.
    public let version: Int32
    /// The last event that is in the rows, by shard.
    public private(set) var positions: [ShardNumber: Int64]
    /// Whether something stopped it, so that time alone does not bring it to the end of the log.
    public private(set) var isStopped: Bool
    let foldVersion: UInt32
    let schemaHash: [UInt8]
    let schema: String
    let connection: PostgresConnection

    /// Whether its tables are those that this build of Bifrost makes.
    public func isOf(_ model: ReadModel) -> Bool {
        Build(
            name: self.model,
            version: version,
            foldVersion: foldVersion,
            schemaHash: schemaHash,
            isFinished: true
        ).isOf(model)
    }

    /// Lends a snapshot of the present to `body`; blocks.
    public static func read<Answer>(
        _ model: String,
        of log: PostgresLog,
        _ body: (ReadSnapshot) throws(PostgresError) -> Answer
    ) throws(ReadModelError) -> Answer {
        try read([model], of: log) { snapshots throws(PostgresError) in try body(snapshots[0]) }
    }

    /// Lends snapshots of several read models of one moment, in the order of `models`; blocks.
    ///
    /// Each has a position of its own. A session that was lost while nobody used it is replaced once.
    public static func read<Answer>(
        _ models: [String],
        of log: PostgresLog,
        _ body: ([ReadSnapshot]) throws(PostgresError) -> Answer
    ) throws(ReadModelError) -> Answer {
        var missing = models.first ?? ""
        do throws(PostgresError) {
            var isBegun = false
            func attempt() throws(PostgresError) -> Answer? {
                try log.readers.withConnection { connection throws(PostgresError) -> Answer? in
                    try inTransaction(connection) { () throws(PostgresError) -> Answer? in
                        let found = try open(models, connection)
                        isBegun = true
                        missing = models.first { found[$0] == nil } ?? missing
                        let snapshots = models.compactMap { found[$0] }
                        return snapshots.count == models.count ? try body(snapshots) : nil
                    }
                }
            }
            let answer: Answer?
            do throws(PostgresError) {
                answer = try attempt()
            } catch {
                guard case .connectionLost = error, !isBegun else { throw error }
                log.readers.closeIdle()
                answer = try attempt()
            }
            if let answer { return answer }
        } catch {
            throw ReadModelError(error, missing)
        }
        throw .absent(missing)
    }

    /// Ends the transaction that `body` begins; nobody waits for the end of one that only read.
    private static func inTransaction<Answer>(
        _ connection: PostgresConnection,
        _ body: () throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer {
        do throws(PostgresError) {
            let answer = try body()
            try connection.executeLater("commit")
            return answer
        } catch {
            if connection.isUsable, connection.transactionStatus != .idle {
                try connection.execute("rollback")
            }
            throw error
        }
    }

    /// Begins a transaction and looks the builds up that are read, by the names of their read models, which
    /// have no comma.
    private static func open(
        _ models: [String],
        _ connection: PostgresConnection
    ) throws(PostgresError) -> [String: ReadSnapshot] {
        let rows = try connection.queryKept(
            behind: "begin isolation level repeatable read read only",
            "select m.name, m.active_version, c.shard, c.position, c.failure is not null, b.fold_version, b.schema_sha256 "
                + "from bifrost_read.read_model m "
                + "join bifrost_read.build b on b.name = m.name and b.version = m.active_version "
                + "join bifrost_read.checkpoint c on c.name = m.name and c.version = m.active_version "
                + "where m.name = any(string_to_array($1, ','))",
            [.text(models.joined(separator: ","))]
        )
        var found: [String: ReadSnapshot] = [:]
        for row in 0..<rows.count {
            let name = try rows.text(row, 0)
            if found[name] == nil { found[name] = try ReadSnapshot(name, rows, row, connection) }
            if let shard = UInt16(exactly: try rows.int32(row, 2)) {
                found[name]?.positions[ShardNumber(shard)] = try rows.int64(row, 3)
                if try rows.bool(row, 4) { found[name]?.isStopped = true }
            }
        }
        return found
    }

    /// What a row says of its build, without any shard.
    private init(
        _ model: String,
        _ rows: PostgresRows,
        _ row: Int,
        _ connection: PostgresConnection
    ) throws(PostgresError) {
        self.model = model
        self.connection = connection
        version = try rows.int32(row, 1)
        foldVersion = UInt32(bitPattern: try rows.int32(row, 5))
        schemaHash = try rows.bytes(row, 6)
        schema = Build.schema(model, version)
        positions = [:]
        isStopped = false
    }

    /// How far the builds that are read have come with a shard, by name; blocks.
    public static func positions(
        of shard: ShardNumber,
        in log: PostgresLog
    ) throws(ReadModelError) -> [String: Int64] {
        do throws(PostgresError) {
            return try log.readers.withConnection { connection throws(PostgresError) in
                let rows = try connection.query(
                    "select m.name, c.position from bifrost_read.read_model m join bifrost_read.checkpoint c "
                        + "on c.name = m.name and c.version = m.active_version where c.shard = $1",
                    [.int32(Int32(shard.value))]
                )
                var positions: [String: Int64] = [:]
                for row in 0..<rows.count { positions[try rows.text(row, 0)] = try rows.int64(row, 1) }
                return positions
            }
        } catch {
            throw ReadModelError(error, "")
        }
    }
}

extension ReadModelError {
    fileprivate init(_ error: PostgresError, _ model: String) {
        switch error {
        case .misuse(let message): self = .corrupt(message)
        // No projector has made the tables of the read side yet.
        case .server(let answer) where answer.sqlState == "42P01": self = .absent(model)
        default: self = .unavailable(error.description)
        }
    }
}
