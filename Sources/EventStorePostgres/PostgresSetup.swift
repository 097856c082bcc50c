internal import PostgresClient

/// Why a database could not be made ready.
public enum SetupError: Error, Equatable, Sendable {
    /// The database cannot be reached or does not answer: try again.
    case unavailable(String)
    /// The database is not one that this build can work with: trying again will not help.
    case refused(String)
}

/// The connection strings of the roles that a process needs; each role may do no more than its work.
public struct PostgresAccess: Equatable, Sendable {
    /// As `bifrost_owner`: migrations, at start only.
    public var owner: String
    /// As `bifrost_writer`: appends, leases, heartbeats.
    public var writer: String
    /// As `bifrost_reader`: reads.
    public var reader: String
    /// As `bifrost_projector`: reads the log and writes read models.
    public var projector: String
    /// As `bifrost_publisher`: moves the publisher's checkpoints.
    public var publisher: String
    /// As `bifrost_privacy`: keeps and erases people, and reads nothing else.
    public var privacy: String

    /// Puts the parts together.
    public init(
        owner: String,
        writer: String,
        reader: String,
        projector: String,
        publisher: String,
        privacy: String
    ) {
        self.owner = owner
        self.writer = writer
        self.reader = reader
        self.projector = projector
        self.publisher = publisher
        self.privacy = privacy
    }

    /// The strings from one that differs in the user alone.
    public init(_ conninfo: (_ user: String) throws -> String) rethrows {
        self.init(
            owner: try conninfo("bifrost_owner"),
            writer: try conninfo("bifrost_writer"),
            reader: try conninfo("bifrost_reader"),
            projector: try conninfo("bifrost_projector"),
            publisher: try conninfo("bifrost_publisher"),
            privacy: try conninfo("bifrost_privacy")
        )
    }
}

/// Makes a database ready for a log: once as superuser, then at every start as `bifrost_owner`.
public enum PostgresSetup {
    /// How long a start waits for another one that is migrating.
    static let lockSecondsMax = 60

    /// Creates roles and schemas as superuser, after which nothing needs to connect as one; safe to repeat.
    public static func prepare(_ conninfo: String) throws(SetupError) {
        do throws(PostgresError) {
            let connection = try PostgresConnection(conninfo)
            try lock(connection)
            for sql in SQLFiles.embedded.prepare { try connection.execute(sql) }
        } catch {
            throw SetupError(error)
        }
    }

    /// Brings the log's tables to the shape of this build; safe to repeat and to run from many processes at
    /// once.
    ///
    /// A database with a migration that this build does not know, or knows with other content, is refused.
    public static func migrate(_ ownerConninfo: String) throws(SetupError) {
        try migrate(ownerConninfo, SQLFiles.embedded.migrations)
    }

    static func migrate(_ ownerConninfo: String, _ migrations: [Migration]) throws(SetupError) {
        try migrate(ownerConninfo, SQLFiles.embedded, migrations)
    }

    /// The same for the schema of `files`, as the role that owns it.
    package static func migrate(_ ownerConninfo: String, _ files: SQLFiles) throws(SetupError) {
        try migrate(ownerConninfo, files, files.migrations)
    }

    private static func migrate(
        _ ownerConninfo: String,
        _ files: SQLFiles,
        _ migrations: [Migration]
    ) throws(SetupError) {
        do throws(PostgresError) {
            let connection = try PostgresConnection(ownerConninfo)
            // The lock ends with the session, and with it when this process dies.
            try lock(connection)
            for sql in files.always { try connection.execute(sql) }
            let table = files.schema + ".migration"
            let applied = try connection.query("select coalesce(max(number), 0) from \(table)").int32(0, 0)
            if let refusal = try refusal(of: connection, migrations, in: table, applied: applied) {
                throw PostgresError.misuse(refusal)
            }
            for migration in migrations where migration.number > applied {
                try apply(migration, in: table, connection)
            }
        } catch {
            throw SetupError(error)
        }
    }

    private static func lock(_ connection: PostgresConnection) throws(PostgresError) {
        try connection.execute("set lock_timeout = '\(lockSecondsMax)s'")
        _ = try connection.query("select pg_advisory_lock($1, 0)", [.int32(AdvisoryLock.migration)])
    }

    /// What is wrong with the migrations that the database has had; they are held against this build one by
    /// one.
    private static func refusal(
        of connection: PostgresConnection,
        _ migrations: [Migration],
        in table: String,
        applied: Int32
    ) throws(PostgresError) -> String? {
        guard applied <= Int32(migrations.count) else {
            return "expected at most migration \(migrations.count), was \(applied):"
                + " a newer build has been here, use that one"
        }
        for migration in migrations.prefix(Int(applied)) {
            let rows = try connection.query(
                "select name, sha256 = sha256($2) from \(table) where number = $1",
                [.int32(migration.number), .bytes(migration.sql)]
            )
            guard rows.count == 1 else {
                return "expected migration \(migration.number) \(migration.name), was none"
            }
            let name = try rows.text(0, 0)
            guard name == migration.name, try rows.bool(0, 1) else {
                return "expected migration \(migration.number) \(migration.name) as this build has it,"
                    + " was \(name) with other content"
            }
        }
        return nil
    }

    /// The step and its record are one implicit transaction.
    private static func apply(
        _ migration: Migration,
        in table: String,
        _ connection: PostgresConnection
    ) throws(PostgresError) {
        let name = try connection.escapeLiteral(migration.name)
        try connection.execute(
            String(decoding: migration.sql, as: UTF8.self)
                + "\n;insert into \(table) (number, name, sha256) values "
                + "(\(migration.number), \(name), sha256(\(hexLiteral(migration.sql))))"
        )
    }
}

/// The first keys of our advisory locks; the SQL files hold the same numbers.
package enum AdvisoryLock {
    /// A session of the writer of a shard, which is the second key.
    static let shard: Int32 = 1_112_098_386
    /// A session of the publisher of a shard, which is the second key.
    static let publisher: Int32 = 1_112_098_384
    /// Whoever records intraday prices, and whoever makes a month for them: 0 and 1 as second keys.
    package static let prices: Int32 = 1_112_098_383
    /// Whoever seals or drops leaves of a shard, which is the second key.
    static let sealing: Int32 = 1_112_098_382
    /// A transaction that changes which leaves a shard, which is the second key, has, or what keeps them.
    static let leaves: Int32 = 1_112_098_388
    /// A process that migrates.
    static let migration: Int32 = 1_112_098_389
}

/// The bytes as a literal of type `bytea`.
package func hexLiteral(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text = Array("'\\x".utf8)
    text.reserveCapacity(bytes.count * 2 + 12)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    text.append(contentsOf: "'::bytea".utf8)
    return String(decoding: text, as: UTF8.self)
}

extension SetupError {
    init(_ error: PostgresError) {
        switch error {
        case .cannotConnect, .connectionLost: self = .unavailable(error.description)
        case .server(let answer):
            let isPassing = ["08", "40", "53", "55", "57"].contains(answer.sqlStateClass)
            self = isPassing ? .unavailable(error.description) : .refused(error.description)
        case .misuse(let message): self = .refused(message)
        }
    }
}
