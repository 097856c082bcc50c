// A stream's ordinal, the `int8` under which the log files it, is a function of its kind and of the birth of
// the thing it belongs to: birth × 16 + kind. The ids of things hold their birth, so an id finds its stream
// without a table of names, and nothing has to be interned while appending. The numbers are frozen.

/// What a stream tells about.
public enum StreamKind: UInt8, Sendable, CaseIterable {
    /// The shard itself: its clock, its writers, its days.
    case shard = 0
    /// An account's opening and what is said of it as a whole.
    case account = 1
    /// The facts of one order.
    case order = 2
    /// An account's limits, verdicts and reservations.
    case risk = 3
    /// An account's compliance verdicts.
    case compliance = 4
    /// An account's ledger and its closed days.
    case portfolio = 5
    /// One instrument's terms.
    case instrument = 6
    /// One beneficial owner.
    case owner = 7
    /// Global facts: on the reference shard as they are made, on trading shards as copies.
    case reference = 8

    /// The word in front of the id in a stream's readable name.
    public var word: String {
        switch self {
        case .shard: "shard"
        case .account: "account"
        case .order: "order"
        case .risk: "risk"
        case .compliance: "compliance"
        case .portfolio: "portfolio"
        case .instrument: "instrument"
        case .owner: "owner"
        case .reference: "reference"
        }
    }
}

/// The number of a stream inside its shard.
public struct StreamOrdinal: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Birth × 16 + kind.
    public let value: Int64
    /// Takes a number as read from the log.
    @inlinable public init(_ value: Int64) { self.value = value }
    /// The stream of `kind` of the thing born at `birth`.
    @inlinable public init(_ kind: StreamKind, birth: Int64) {
        self.value = birth << 4 | Int64(kind.rawValue)
    }
    /// The stream of `kind` of the thing that `id` names.
    @inlinable public init(_ kind: StreamKind, of id: Identifier) { self.init(kind, birth: id.birth) }
    /// The shard's own stream.
    public static let shard = StreamOrdinal(.shard, birth: 0)
    /// The stream of global facts.
    public static let reference = StreamOrdinal(.reference, birth: 0)
    /// The kind, `nil` when the number is of a kind that this build does not know.
    public var kind: StreamKind? { StreamKind(rawValue: UInt8(value & 15)) }
    /// The position of the event that made the thing.
    public var birth: Int64 { value >> 4 }
    /// Orders by number.
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// The number of an account inside its shard, the birth of its id; zero stands for events of no account.
public struct AccountOrdinal: Hashable, Comparable, Sendable {
    /// The position of the event that opened the account.
    public let value: Int64
    /// Takes a number as read from the log.
    @inlinable public init(_ value: Int64) { self.value = value }
    /// The number of the account that `id` names.
    @inlinable public init(_ account: AccountID) { self.value = account.id.birth }
    /// No account.
    public static let none = AccountOrdinal(0)
    /// Orders by number.
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}
