public import BifrostKernel

/// Why an append did not happen, or may have.
///
/// The engine has one answer to each case.
public enum AppendError: Error, Equatable, Sendable {
    /// Another writer took the shard, or the log's end is not where this writer left it: stop, nothing was
    /// written.
    case fenced(String)
    /// The connection was lost under way: acquire the shard anew, which ends what still runs, then read the
    /// log.
    case outcomeUnknown(String)
    /// Nothing was written and the store may recover (shortage, shutdown, conflict): acquire anew and try
    /// again.
    case unavailable(String)
    /// Nothing was written and trying again will not help: stop the shard loudly.
    case refused(String)
}

/// Why a shard could not be acquired.
public enum AcquireError: Error, Equatable, Sendable {
    /// A living writer holds it; a standby tries again.
    case held(by: String)
    /// The store cannot be reached or does not answer: try again.
    case unavailable(String)
    /// The log is not what it should be: trying again will not help.
    case refused(String)
}

/// Why a read failed.
public enum ReadError: Error, Equatable, Sendable {
    /// The store cannot be reached or does not answer: try again.
    case unavailable(String)
    /// What was read is not an event of this log.
    case corrupt(String)
}

/// Which events to read.
public enum LogSelection: Hashable, Sendable {
    /// All of the shard after a position, in order of position.
    case all(after: Int64)
    /// One stream's after a version and behind a position, in order of version.
    ///
    /// What a reader knows of where they begin spares looking for them in front of it.
    case stream(AccountOrdinal, StreamOrdinal, afterVersion: Int64, behind: Int64 = 0)
    /// One account's after a position, in order of position.
    case account(AccountOrdinal, after: Int64)

    /// How many events to read at once after so many full pages, of which the first has `first` events.
    ///
    /// Each page of an account's events costs a look at all that it has, and so takes twice as many as the
    /// one before: reading all of a long history costs some looks at it and not one for each page.
    public func pageEvents(_ first: Int, afterPages pages: Int) -> Int {
        guard case .account = self else { return first }
        // A million times the first is beyond any history.
        return first << min(pages, 20)
    }
}

/// A store of shards' logs.
///
/// What it promises is tested by one conformance suite for every adapter.
public protocol EventLog: Sendable {
    /// The log's own id, part of every hash.
    var id: Identifier { get }

    /// Takes the shard for a new writer: ends a predecessor that no longer beats, waits until nothing of it
    /// can still commit, raises the epoch, and reads the end of the log. `takingOver` also ends a living
    /// predecessor.
    func acquire(
        _ shard: ShardNumber,
        holder: String,
        takingOver: Bool
    ) throws(AcquireError) -> any ShardWriter

    /// The last position that is committed, with its hash; the genesis when there is none.
    func head(of shard: ShardNumber) throws(ReadError) -> Head

    /// Hands the selected events, at most `limit`, to `body` one after another; returns how many there were.
    ///
    /// Everything up to the last position handed over is committed and will never be joined by an event in
    /// between.
    @discardableResult
    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int
}

/// The one writer of a shard; it belongs to one thread.
public protocol ShardWriter: AnyObject {
    /// The reign that this writer has.
    var epoch: Epoch { get }
    /// The end of the log when the writer took the shard.
    var headAtStart: Head { get }

    /// Appends all events of `batch` behind `head`, or none. Returning means durable.
    func append(_ batch: EventBatch, after head: Head, epoch: Epoch) throws(AppendError) -> Head

    /// Gives the shard back, so that the next writer need not wait for a missing heartbeat.
    func release()
}

/// Follows a shard by its dense positions; nothing else is needed to miss nothing (invariant I3).
public struct LogSubscription: Sendable {
    private let log: any EventLog
    private let shard: ShardNumber
    /// The last position handed over.
    public private(set) var position: Int64

    /// Most events handed over by one call of `next`.
    public static let pageEventsMax = 10_000

    /// Follows `shard` behind `position`.
    public init(_ log: any EventLog, _ shard: ShardNumber, after position: Int64) {
        self.log = log
        self.shard = shard
        self.position = position
    }

    /// Hands over what was committed since the last call; returns at once when there is nothing.
    public mutating func next(_ body: (RecordedEvent) -> Void) throws(ReadError) -> Int {
        var last = position
        var gap: Int64? = nil
        let count = try log.read(shard, .all(after: position), limit: Self.pageEventsMax) { event in
            if event.header.position != last + 1, gap == nil { gap = event.header.position }
            guard gap == nil else { return }
            last = event.header.position
            body(event)
        }
        position = last
        if let gap { throw .corrupt("expected position \(last + 1), was \(gap)") }
        return count
    }
}
