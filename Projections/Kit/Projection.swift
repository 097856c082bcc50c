public import BifrostKernel

/// A read model: which rows an event touches, and how it changes them.
///
/// Both are pure, so that the same log always folds to the same rows. All else is the runner's: reading the
/// log, keeping rows, checkpoints, rebuilding.
public protocol Projection: SendableMetatype {
    /// What its tables hold.
    associatedtype Row: ProjectionRow

    /// Its name for operators, and the first part of the names of its schemas: lower-case letters alone.
    static var name: String { get }
    /// A new number says that equal logs no longer give equal rows: rebuild, then swap.
    static var foldVersion: UInt32 { get }
    /// Its tables, in the order of the numbers that keys have.
    static var tables: [ProjectedTable] { get }
    /// The statements that make its tables, run once in each new schema.
    static var schema: [UInt8] { get }
    /// Whether it reads the shard of global facts beside those of accounts.
    static var readsReference: Bool { get }

    /// Whether an event can matter, by its columns: what does not is not decoded.
    static func concerns(_ header: EventHeader) -> Bool
    /// The rows that `apply` will ask for.
    static func keys(of fact: RecordedFact) -> [Row.Key]
    /// Changes rows; throws where the fact breaks a rule, which stops this projection and no other.
    static func apply(_ fact: RecordedFact, to rows: inout RowCache<Row>) throws(ProjectionFault)
}

extension Projection {
    /// Accounts alone, unless a projection says otherwise.
    public static var readsReference: Bool { false }
    /// Every event, unless a projection says otherwise.
    public static func concerns(_ header: EventHeader) -> Bool { true }
}

/// Which facts come together.
public enum FoldedBatch {
    /// A batch ends where a command does, or at a multiple of this: it can have no room for a command, and
    /// state hashes are kept at multiples of it.
    public static let positions: Int64 = 50
}

/// What names a row within its shard.
public protocol ProjectionKey: Hashable, Sendable {
    /// The table, by its place in `Projection.tables`.
    var table: Int { get }
    /// No event up to this position can have made the row; `nil` where the key does not tell.
    var bornAfter: Int64? { get }
    /// Writes the columns of the key, in the order of `ProjectedTable.key`.
    func write(to tuple: inout TupleWriter)
}

extension ProjectionKey {
    /// The only table, unless a key says otherwise.
    public var table: Int { 0 }
    /// Unknown, unless a key says otherwise.
    public var bornAfter: Int64? { nil }
}

/// A row of a read model.
public protocol ProjectionRow: Sendable {
    /// What names it.
    associatedtype Key: ProjectionKey

    /// Its name.
    var key: Key { get }
    /// All that the fold needs to go on from here, in canonical bytes.
    var state: [UInt8] { get }
    /// Reads a state that was stored.
    init(table: Int, state: [UInt8]) throws(WireError)
    /// Writes the columns, in the order of `ProjectedTable.columns`.
    func write(to tuple: inout TupleWriter)
}

extension ProjectionRow where Self: WireFields {
    /// Its fields.
    public var state: [UInt8] { WireEncoder.encode(self) }
    /// Reads its fields.
    public init(table: Int, state: [UInt8]) throws(WireError) {
        self = try WireDecoder.decode(Self.self, state)
    }
}

/// A table of a read model, as its `schema.sql` makes it.
public struct ProjectedTable: Sendable {
    /// Its name within the schema.
    public let name: String
    /// The columns that name a row, behind `shard` in its primary key.
    public let key: [String]
    /// The columns for readers, those of the key among them; in front of them stands `shard int4`, and behind
    /// them, where rows change, `state bytea`.
    public let columns: [String]
    /// Whether rows are only ever added: such a table has no `state`.
    public let isAppended: Bool

    /// Puts the parts together.
    public init(_ name: String, key: [String], columns: [String], isAppended: Bool = false) {
        self.name = name
        self.key = key
        self.columns = columns
        self.isAppended = isAppended
    }
}

/// Why a fact cannot be applied.
public enum ProjectionFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The fact is about something that no earlier one made.
    case missing(String)
    /// The projection asked for a row that `keys` did not name: a mistake of its own.
    case undeclaredKey(String)
    /// A stored row or event cannot be read.
    case unreadable(String)

    /// One line for the operator.
    public var description: String {
        switch self {
        case .missing(let what): "expected \(what), was none"
        case .undeclaredKey(let key): "expected \(key) among the keys of the event"
        case .unreadable(let what): what
        }
    }
}
