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
    /// The cursor is none that an earlier page gave.
    case badCursor
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
    public let positions: [ShardNumber: Int64]
    let schema: String
    let connection: PostgresConnection

    /// Lends a snapshot of the present to `body`; blocks.
    public static func read<Answer>(
        _ model: String,
        of log: PostgresLog,
        _ body: (ReadSnapshot) throws(PostgresError) -> Answer
    ) throws(ReadModelError) -> Answer {
        let answer: Answer?
        do throws(PostgresError) {
            answer = try log.readers.withConnection { connection throws(PostgresError) -> Answer? in
                try read(model, connection, body)
            }
        } catch {
            throw ReadModelError(error, model)
        }
        guard let answer else { throw .absent(model) }
        return answer
    }

    private static func read<Answer>(
        _ model: String,
        _ connection: PostgresConnection,
        _ body: (ReadSnapshot) throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer? {
        try connection.execute("begin isolation level repeatable read read only")
        do throws(PostgresError) {
            guard let snapshot = try open(model, connection) else {
                try connection.execute("rollback")
                return nil
            }
            let answer = try body(snapshot)
            try connection.execute("commit")
            return answer
        } catch {
            if connection.isUsable { try connection.execute("rollback") }
            throw error
        }
    }

    private static func open(
        _ model: String,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> ReadSnapshot? {
        let rows = try connection.query(
            "select m.active_version, c.shard, c.position from bifrost_read.read_model m "
                + "join bifrost_read.checkpoint c on c.name = m.name and c.version = m.active_version "
                + "where m.name = $1",
            [.text(model)]
        )
        guard rows.count > 0 else { return nil }
        let version = try rows.int32(0, 0)
        var positions: [ShardNumber: Int64] = [:]
        for row in 0..<rows.count {
            guard let shard = UInt16(exactly: try rows.int32(row, 1)) else { continue }
            positions[ShardNumber(shard)] = try rows.int64(row, 2)
        }
        return ReadSnapshot(
            model: model,
            version: version,
            positions: positions,
            schema: Build.schema(model, version),
            connection: connection
        )
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
