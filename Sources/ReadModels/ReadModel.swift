internal import BifrostKernel
public import EventStore
internal import PostgresClient
public import ProjectionKit

/// A projection as the runner knows it: what every one has, without its rows.
public struct ReadModel: Sendable {
    /// What operators call it.
    public let name: String
    /// The version of its fold.
    public let foldVersion: UInt32
    /// The shards that it reads.
    public let shards: [ShardNumber]
    let schema: [UInt8]
    let tables: [ProjectedTable]
    let makeRunner: @Sendable (RunnerSeat) throws(ProjectionError) -> any ProjectionTurns
    let makeFold: @Sendable (ShardNumber) -> any FreshTurns

    /// A projection over these shards: global facts first, then those of accounts.
    public init<P: Projection>(_ projection: P.Type, reference: ShardNumber, trading: [ShardNumber]) {
        precondition(
            !P.name.isEmpty && P.name.utf8.count <= 32
                && P.name.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) },
            "a read model's name has 1 to 32 lower-case letters"
        )
        name = P.name
        foldVersion = P.foldVersion
        shards = (P.readsReference ? [reference] : []) + trading
        schema = P.schema
        tables = P.tables
        makeRunner = { seat throws(ProjectionError) in try ProjectionRunner<P>(seat) }
        makeFold = { shard in FreshFold<P>(shard) }
    }
}

/// Where a runner works: a build of one shard, and the session that it has for itself.
struct RunnerSeat {
    let build: Build
    let shard: ShardNumber
    let log: any EventLog
    /// The same for reading on, where there is a faster way.
    var followed: (any EventLog)?
    let connection: PostgresConnection
    var limits = ProjectionLimits()
    /// Called between the statements of a batch, so that a test can end it there.
    var onStep: (ProjectionStep) throws(ProjectionError) -> Void = { _ throws(ProjectionError) in }
}

/// The steps of one batch, in order.
enum ProjectionStep: CaseIterable {
    case read
    case loaded
    case folded
    case written
    case committed
}

/// The numbers by which projections keep their time and their size.
public struct ProjectionLimits: Sendable {
    /// Most events of one batch.
    public var batchEventsMax = 10_000
    /// Most rows that are kept between batches.
    public var cachedRowsMax = 100_000
    /// How soon the log is read again after events came.
    public var busyMillis = 4
    /// How soon it is read again when none came for a while.
    public var idleMillis = 50
    /// How long a while is.
    public var busyMillisMax = 1_000
    /// How often one that is busy looks whether readers have another build.
    public var lookMillis = 200
    /// How soon a projection that stands by, or that stopped, tries again.
    public var retryMillis = 1_000

    /// The standard numbers.
    public init() {}
}

/// A runner without its rows: takes one batch after another.
protocol ProjectionTurns: AnyObject {
    /// The last position that is in the rows and committed.
    var position: Int64 { get }
    /// Folds what the log has, at most one batch; the number of events that it was.
    func turn() throws(ProjectionError) -> Int
}
