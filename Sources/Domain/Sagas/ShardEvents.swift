public import BifrostKernel
public import ComplianceRules
public import Orders
public import Portfolios
public import References
public import RiskLimits

/// Where a shard takes its time from.
public enum ShardClock: UInt8, WireChoice {
    /// The time of the day.
    case wall = 1
    /// Times declared by the commands; a live venue refuses such a shard.
    case simulated = 2
}

/// A shard began: always its first event.
public struct ShardOpened: EventPayload {
    /// 1 in the registry.
    public static let eventType: UInt32 = 1
    /// The published name.
    public static let eventName: StaticString = "ShardOpened"
    /// The log that the shard is part of.
    public var log = Identifier.none
    /// Its number, 0 … 16,383.
    public var shard: UInt32 = 0
    /// Whether it holds global facts instead of accounts.
    public var isReference = false
    /// Where it takes its time from.
    public var clock = ShardClock.wall
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ShardOpened`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "logId", &log)
        try visitor.uint(2, "shard", &shard)
        try visitor.flag(3, "isReference", &isReference)
        try visitor.choice(4, "clock", &clock)
    }
}

/// A writer took the shard: every event until the next of these was decided by its build.
public struct WriterStarted: EventPayload {
    /// 2 in the registry.
    public static let eventType: UInt32 = 2
    /// The published name.
    public static let eventName: StaticString = "WriterStarted"
    /// The reign of the writer: 1, 2, 3, and so on.
    public var epoch: Int64 = 0
    /// The build that decides.
    public var build = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.WriterStarted`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "epoch", &epoch)
        try visitor.text(2, "build", &build)
    }
}

/// A command was turned down before it had any effect.
public struct CommandRejected: EventPayload {
    /// 3 in the registry.
    public static let eventType: UInt32 = 3
    /// The published name.
    public static let eventName: StaticString = "CommandRejected"
    /// The first rule that refused it.
    public var code: RejectionCode?
    /// The limit that it broke, in units of 10⁻⁹, where the rule has one.
    public var limit: Int128?
    /// The number that broke the limit, in units of 10⁻⁹.
    public var value: Int128?
    /// What was asked, in the canonical bytes that its digest is taken of.
    public var command: [UInt8] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.CommandRejected`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.code(1, "code", &code)
        try visitor.wide(2, "limit", &limit)
        try visitor.wide(3, "value", &value)
        try visitor.bytes(4, "command", &command)
    }
}

/// A command asked for what was already so.
public struct CommandHadNoEffect: EventPayload {
    /// 4 in the registry.
    public static let eventType: UInt32 = 4
    /// The published name.
    public static let eventName: StaticString = "CommandHadNoEffect"
    /// What was asked, in the canonical bytes that its digest is taken of.
    public var command: [UInt8] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.CommandHadNoEffect`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.bytes(4, "command", &command)
    }
}

/// A trading day of a calendar is over.
///
/// Its orders expire and its accounts close in this command and, where that is more than one command may
/// write, in the ones that follow.
public struct DayRolled: EventPayload {
    /// 5 in the registry.
    public static let eventType: UInt32 = 5
    /// The published name.
    public static let eventName: StaticString = "DayRolled"
    /// The calendar whose day it was.
    public var calendar = ""
    /// The day that is over.
    public var date = BusinessDate(days: 0)
    /// The last of the days that are rolled one after another; `nil` when it is this one.
    public var through: BusinessDate?
    /// Whether every calendar is rolled through that day.
    public var ofEvery = false
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.DayRolled`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "calendar", &calendar)
        try visitor.date(2, "date", &date)
        try visitor.date(3, "through", &through)
        try visitor.flag(4, "ofEveryCalendar", &ofEvery)
    }
}

/// The saga that cancels orders after a kill switch got this far.
public struct SweepAdvanced: EventPayload {
    /// 6 in the registry.
    public static let eventType: UInt32 = 6
    /// The published name.
    public static let eventName: StaticString = "SweepAdvanced"
    /// The position of the kill switch.
    public var sweep: Int64 = 0
    /// How many of the orders that were open then have been dealt with.
    public var done: UInt64 = 0
    /// How many orders were open when the kill switch was pulled.
    public var total: UInt64 = 0
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.SweepAdvanced`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "sweep", &sweep)
        try visitor.uint(2, "done", &done)
        try visitor.uint(3, "total", &total)
    }
}

/// A day that had more to close than one command may write goes on being closed.
public struct DayCloseContinued: EventPayload {
    /// 7 in the registry.
    public static let eventType: UInt32 = 7
    /// The published name.
    public static let eventName: StaticString = "DayCloseContinued"
    /// The day that is being closed.
    public var date = BusinessDate(days: 0)
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.DayCloseContinued`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.date(1, "date", &date)
    }
}

/// A beneficial owner became known, by an opaque id.
public struct OwnerRegistered: EventPayload {
    /// 10 in the registry.
    public static let eventType: UInt32 = 10
    /// The published name.
    public static let eventName: StaticString = "OwnerRegistered"
    /// The id that the owner has from now on.
    public var owner = OwnerID.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OwnerRegistered`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.owner(1, "ownerId", &owner)
    }
}

/// The margin regime of an account.
public enum AccountKind: UInt8, WireChoice {
    /// Cash is never negative, positions are never short.
    case cash = 1
    /// Cash may be a loan and positions may be short, within requirements by position.
    case margin = 2
}

/// An account was opened.
public struct AccountOpened: EventPayload {
    /// 11 in the registry.
    public static let eventType: UInt32 = 11
    /// The published name.
    public static let eventName: StaticString = "AccountOpened"
    /// The id that it has from now on.
    public var account = AccountID.none
    /// The beneficial owner.
    public var owner = OwnerID.none
    /// Its short name, unique in the shard.
    public var alias = ""
    /// The currency that it is kept in.
    public var currency = Currency.usd
    /// Its margin regime.
    public var kind = AccountKind.cash
    /// Where its cash and instruments are kept; for now the venue that it trades at.
    public var custodian = ""
    /// The dated set of margin rules that binds it, empty for a cash account.
    public var marginRegime = ""
    /// How closing trades choose among open lots; the oldest first where absent.
    public var lotMethod: LotMethod?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.AccountOpened`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.owner(2, "ownerId", &owner)
        try visitor.text(3, "alias", &alias)
        try visitor.currency(4, "currency", &currency)
        try visitor.choice(5, "kind", &kind)
        try visitor.text(6, "custodian", &custodian)
        try visitor.text(7, "marginRegime", &marginRegime)
        try visitor.choice(10, "lotMethod", &lotMethod)
    }
}

/// Everything that can happen in a shard.
public enum DomainEvent: Equatable, Sendable {
    /// The shard began.
    case shardOpened(ShardOpened)
    /// A writer took the shard.
    case writerStarted(WriterStarted)
    /// A command had no effect because it was refused.
    case commandRejected(CommandRejected)
    /// A command had no effect because it was so already.
    case commandHadNoEffect(CommandHadNoEffect)
    /// A trading day ended.
    case dayRolled(DayRolled)
    /// Orders of a kill switch were dealt with.
    case sweepAdvanced(SweepAdvanced)
    /// A day went on being closed.
    case dayCloseContinued(DayCloseContinued)
    /// A session opened.
    case sessionOpened(SessionOpened)
    /// A session closed.
    case sessionClosed(SessionClosed)
    /// An owner became known.
    case ownerRegistered(OwnerRegistered)
    /// An account was opened.
    case accountOpened(AccountOpened)
    /// A fact of what is kept about people.
    case person(PersonEvent)
    /// A fact of one rebalance.
    case rebalance(RebalanceEvent)
    /// A fact of one group of orders.
    case group(GroupEvent)
    /// A fact of a trade that no account was found for.
    case suspense(SuspenseEvent)
    /// A fact that all accounts share.
    case reference(ReferenceEvent)
    /// A fact of one order.
    case order(OrderEvent)
    /// A fact of one account's risk book.
    case risk(RiskEvent)
    /// A fact of one account's compliance book.
    case compliance(ComplianceEvent)
    /// A fact of one account's ledger.
    case portfolio(PortfolioEvent)
}

/// An event that a decision wants, with its place in the shard; the engine adds the rest of the columns.
public struct Draft: Sendable, Equatable {
    /// The account that it is filed under, or none.
    public var account: AccountOrdinal
    /// The stream that it belongs to.
    public var stream: StreamOrdinal
    /// The thing whose story it is part of.
    public var correlation: Identifier
    /// Its business date when that is not the open day.
    public var businessDate: BusinessDate?
    /// When it took effect, where that is not the command's own time.
    public var effectiveAt: Timestamp?
    /// What happened.
    public var event: DomainEvent

    /// Puts the parts together.
    public init(
        _ event: DomainEvent,
        _ stream: StreamOrdinal,
        account: AccountOrdinal = .none,
        correlation: Identifier,
        businessDate: BusinessDate? = nil
    ) {
        self.account = account
        self.stream = stream
        self.correlation = correlation
        self.businessDate = businessDate
        self.event = event
    }
}

/// The columns of an event that state depends on.
public struct FactPlace: Sendable {
    /// Its place in the shard's log.
    public let position: Int64
    /// When it took effect.
    public let effectiveAt: Timestamp
    /// The trading day that it belongs to.
    public let businessDate: BusinessDate
    /// The account that it is filed under, or none.
    public let account: AccountOrdinal
    /// The thing whose story it is part of.
    public let correlation: Identifier

    /// The columns of a stored event.
    public init(_ header: EventHeader) {
        self.init(
            position: header.position,
            effectiveAt: header.effectiveAt,
            businessDate: header.businessDate,
            account: header.account,
            correlation: header.correlation
        )
    }

    /// Puts the parts together.
    public init(
        position: Int64,
        effectiveAt: Timestamp,
        businessDate: BusinessDate,
        account: AccountOrdinal,
        correlation: Identifier
    ) {
        self.position = position
        self.effectiveAt = effectiveAt
        self.businessDate = businessDate
        self.account = account
        self.correlation = correlation
    }
}

/// An event with the columns that state depends on.
public struct Fact: Sendable {
    /// Where and when.
    public let place: FactPlace
    /// What happened.
    public let event: DomainEvent

    /// Its place in the shard's log.
    public var position: Int64 { place.position }
    /// The trading day that it belongs to.
    public var businessDate: BusinessDate { place.businessDate }
    /// The thing whose story it is part of.
    public var correlation: Identifier { place.correlation }

    /// A stored event by its columns.
    public init(_ header: EventHeader, _ event: DomainEvent) { self.init(FactPlace(header), event) }

    /// Puts the parts together.
    public init(_ place: FactPlace, _ event: DomainEvent) {
        self.place = place
        self.event = event
    }
}
