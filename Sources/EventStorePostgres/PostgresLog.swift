public import BifrostKernel
public import EventStore
internal import PostgresClient

/// The log in PostgreSQL: plain leaf tables per shard, written by one fenced writer each and read by anybody.
public final class PostgresLog: EventLog {
    /// The log's own id, made by the database when the log was created.
    public let id: Identifier

    /// The connection strings that it was opened with.
    public let access: PostgresAccess
    let limits: PostgresLimits
    /// Sessions that only read, for those who read the database beside the log.
    package let readers: ReaderPool
    /// What writers of this log and its like in this process committed last.
    let recent: RecentRows
    private let isFollowed: Bool

    /// What stands in `bifrost.log` when this build can read the log.
    static let formatVersion: Int32 = 1

    private init(
        id: Identifier,
        _ access: PostgresAccess,
        _ limits: PostgresLimits,
        _ recent: RecentRows,
        following readers: ReaderPool? = nil,
        givingWay: Bool = false
    ) {
        self.id = id
        self.access = access
        self.limits = limits
        self.recent = recent
        self.readers = readers ?? ReaderPool(access.reader, limits, givingWay: givingWay)
        isFollowed = readers != nil
    }

    /// The same log for those who follow it closely: what writers of this process committed last is read from
    /// memory, as long as nothing else has to be asked for it.
    ///
    /// It shows nothing that is not committed. An account's events come up to what this process wrote, also
    /// where another one has written more since. What is to be proven is read from the log itself.
    public var followed: PostgresLog { PostgresLog(id: id, access, limits, recent, following: readers) }

    /// Opens the log of a prepared database: migrates it as its owner and reads the log's id.
    public static func open(
        _ access: PostgresAccess,
        limits: PostgresLimits = PostgresLimits()
    ) throws(SetupError) -> PostgresLog {
        try PostgresSetup.migrate(access.owner)
        do throws(PostgresError) {
            let connection = try PostgresConnection(access.reader)
            let rows = try connection.query("select id, format_version from bifrost.log")
            guard rows.count == 1 else { throw .misuse("expected one log, was \(rows.count)") }
            let format = try rows.int32(0, 1)
            guard format == formatVersion else {
                throw .misuse("expected log format \(formatVersion), was \(format)")
            }
            let id = try rows.uuid(0, 0)
            let recent = RecentRows(bytesMax: limits.recentBytesMax)
            return PostgresLog(id: Identifier(high: id.high, low: id.low), access, limits, recent)
        } catch {
            throw SetupError(error)
        }
    }

    /// The same log with readers of its own, so that whoever reads much keeps nobody else waiting for one.
    public func withReadersOfItsOwn() -> PostgresLog { PostgresLog(id: id, access, limits, recent) }

    /// The same log with at most so many readers of its own, who connect by `conninfo` where it is given.
    ///
    /// With `givingWay` the server computes for them only while nobody else wants to: for work that nobody
    /// waits for.
    public func withReaders(
        atMost readersMax: Int,
        as conninfo: String? = nil,
        givingWay: Bool = false
    ) -> PostgresLog {
        var (access, limits) = (access, limits)
        limits.readersMax = readersMax
        if let conninfo { access.reader = conninfo }
        return PostgresLog(id: id, access, limits, recent, givingWay: givingWay)
    }

    /// Takes the shard; a holder that beats and whose session lives is refused unless `takingOver`.
    ///
    /// The same holder may take it again: its earlier writer ends.
    public func acquire(
        _ shard: ShardNumber,
        holder: String,
        takingOver: Bool
    ) throws(AcquireError) -> any ShardWriter {
        try Acquisition(log: self, shard: shard, holder: holder, takingOver: takingOver).run()
    }

    /// The end of what is committed.
    public func head(of shard: ShardNumber) throws(ReadError) -> Head {
        try reading(shard) { leaves, connection throws(PostgresError) in
            for leaf in leaves.reversed() {
                let head = try withLeaf(leaf, connection) { leaf throws(PostgresError) in
                    guard let segment = leaf.segment else { return try leaf.head(connection) }
                    return try segment.head(Chain(log: id, shard: shard), connection)
                }
                if let head { return head }
            }
            return genesis(of: shard)
        }
    }

    /// Hands the selected events to `body`.
    ///
    /// `body` runs while the server sends: it must not wait for long, and may read the log only for itself.
    public func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        if isFollowed, let count = try recent.read(shard, selection, limit: limit, body) { return count }
        var count = 0
        try reading(shard) { leaves, connection throws(PostgresError) in
            for leaf in leaves where leaf.mayHold(selection) {
                guard count < limit else { return }
                try withLeaf(leaf, connection) { leaf throws(PostgresError) in
                    count += try read(leaf, selection, limit: limit - count, connection, body)
                }
            }
        }
        return count
    }

    /// Hands the selected events of one leaf to `body`.
    func read(
        _ leaf: Leaf,
        _ selection: LogSelection,
        limit: Int,
        _ connection: PostgresConnection,
        _ body: (RecordedEvent) -> Void
    ) throws(PostgresError) -> Int {
        if let segment = leaf.segment {
            let chain = Chain(log: id, shard: leaf.shard)
            return try segment.read(selection, limit: limit, chain, connection, body)
        }
        var count = 0
        let query = leaf.query(selection, limit: limit)
        try connection.copyOut("copy (\(query)) to stdout (format binary)") { row throws(PostgresError) in
            let event = try EventRow.read(row)
            count += 1
            body(event)
        }
        return count
    }

    /// Runs `body` with the leaf; once more with its segment where its table was dropped meanwhile.
    ///
    /// A table that is not there is refused before a row is sent.
    func withLeaf<Answer>(
        _ leaf: Leaf,
        _ connection: PostgresConnection,
        _ body: (Leaf) throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer {
        do throws(PostgresError) {
            return try body(leaf)
        } catch {
            // undefined_table
            guard leaf.segment == nil, case .server(let answer) = error, answer.sqlState == "42P01",
                let sealed = try Leaf.opened(leaf.shard, connection).first(where: {
                    $0.number == leaf.number && $0.segment != nil
                })
            else { throw error }
            return try body(sealed)
        }
    }

    func genesis(of shard: ShardNumber) -> Head {
        Head(
            position: 0,
            hash: Chain(log: id, shard: shard).genesis,
            recordedAt: Timestamp(nanos: .min)
        )
    }

    /// Runs `body` with the leaves of a shard and a reader.
    ///
    /// A reader that was lost while nobody used it is found by asking for the leaves, before anything is
    /// handed over, and replaced once.
    func reading<Answer>(
        _ shard: ShardNumber,
        _ body: ([Leaf], PostgresConnection) throws(PostgresError) -> Answer
    ) throws(ReadError) -> Answer {
        var isHandedOver = false
        func read(_ connection: PostgresConnection) throws(PostgresError) -> Answer {
            let leaves = try Leaf.opened(shard, connection)
            isHandedOver = true
            return try body(leaves, connection)
        }
        do throws(PostgresError) {
            return try readers.withConnection(read)
        } catch {
            guard case .connectionLost = error, !isHandedOver else { throw ReadError(error) }
            readers.closeIdle()
        }
        do throws(PostgresError) {
            return try readers.withConnection(read)
        } catch {
            throw ReadError(error)
        }
    }
}

extension ReadError {
    init(_ error: PostgresError) {
        switch error {
        case .misuse(let message): self = .corrupt(message)
        case .server(let answer) where ["XX001", "XX002"].contains(answer.sqlState):
            self = .corrupt(error.description)
        default: self = .unavailable(error.description)
        }
    }
}
