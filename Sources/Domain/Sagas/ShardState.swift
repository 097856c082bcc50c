public import BifrostKernel
public import ComplianceRules
public import Orders
public import Portfolios
public import References
public import RiskLimits

/// One account with its books.
public struct AccountEntry: Sendable {
    /// What was said when it was opened.
    public internal(set) var opened: AccountOpened
    /// Its limits and reservations.
    public internal(set) var risk = RiskBook.initial
    /// What compliance remembers of it.
    public internal(set) var compliance = ComplianceBook.initial
    /// Its ledger.
    public internal(set) var portfolio = Portfolio.initial
    /// What its losses are measured against.
    public internal(set) var watch = EquityWatch()
    /// The last day that was rolled before the account opened, and that it has no part in.
    public internal(set) var rolledBefore: BusinessDate?
    /// The orders by the names that the client gave them.
    public internal(set) var orderByName: [ClientName: OrderID] = [:]
}

/// One order with what the shard knows about it beside its own facts.
public struct OrderEntry: Sendable {
    /// Its own facts.
    public internal(set) var state = Order.initial
    /// The account that it trades for.
    public internal(set) var account: AccountID
    /// The position of the event that approved it; what follows at the venue is caused by it.
    public internal(set) var approvedAt: Int64 = 0
    /// The trading day that it was placed on.
    public internal(set) var placedOn: BusinessDate
    /// The position since which its venue owes an answer by a deadline; 0 when none is set.
    public internal(set) var waitsSince: Int64 = 0
}

/// The saga that deals with the orders which were open when a kill switch was pulled, a rule changed or a
/// day of their instrument began.
public struct Sweep: Equatable, Sendable {
    /// The position of what happened.
    public private(set) var position: Int64
    /// The orders that were open then, in the order in which they are dealt with.
    public private(set) var orders: [OrderID]
    /// Whether each is judged again; a kill switch cancels all.
    public var reassesses = false
    /// The day that begins with it, by whose corporate actions and terms each order goes on.
    public internal(set) var day: BusinessDate?
    /// How many of them have been dealt with.
    public internal(set) var done = 0
}

/// The session of a trading day.
public struct Session: Equatable, Sendable {
    /// The day.
    public private(set) var date: BusinessDate
    /// Whether it is open.
    public private(set) var isOpen: Bool
}

/// Everything that a shard decides by.
///
/// It is changed by logged events alone, and rebuilt from them after a restart.
public struct ShardState: Sendable {
    /// How the shard began; `nil` before its first event.
    public internal(set) var opened: ShardOpened?
    /// The reign of the present writer.
    public internal(set) var epoch: Int64 = 0
    /// This shard's own copy of the facts that all accounts share.
    public internal(set) var reference = ReferenceBook()
    /// Every account.
    public internal(set) var accountByID: [AccountID: AccountEntry] = [:]
    /// The accounts by their short names.
    public internal(set) var accountByAlias: [AccountAlias: AccountID] = [:]
    /// The accounts of each owner, in the order in which they were opened.
    public internal(set) var accountsByOwner: [OwnerID: [AccountID]] = [:]
    /// Every order, closed ones included.
    public internal(set) var orderByID = OrderStore()
    /// The order that each execution stands in.
    public internal(set) var orderByExecution = ExecutionTable()
    /// The orders that the core did not send.
    public internal(set) var externalByName: [ExternalName: OrderID] = [:]
    /// The trades that no account was found for.
    public internal(set) var suspense = Suspense()
    /// Orders that may still trade.
    public internal(set) var openOrders: Set<OrderID> = []
    /// Whether the shard's own kill switch is pulled.
    public internal(set) var killed = false
    /// The sweeps that are not finished, oldest first.
    public internal(set) var sweeps: [Sweep] = []
    /// The last day rolled of each calendar.
    public internal(set) var rolledByName: [String: BusinessDate] = [:]
    /// The last day rolled of any calendar.
    public internal(set) var rolledDate: BusinessDate?
    /// The calendar that it was rolled of.
    public internal(set) var rolledCalendar = ""
    /// What the last roll made due and has not been applied yet.
    public internal(set) var entitlements: [Entitlement] = []
    /// When the corporate actions began that accounts were treated by.
    public internal(set) var actionBegunAt: [Identifier: Timestamp] = [:]
    /// The latest session of each calendar that opens its sessions.
    public internal(set) var sessionByName: [String: Session] = [:]
    /// The differences between venues' books and ours that nobody has resolved: the positions at which they
    /// were found, with the accounts that they name.
    public internal(set) var openBreaks: [Int64: AccountID] = [:]
    /// The open orders that end at a moment.
    public internal(set) var expiries = Expiries()
    /// The accounts with an open margin call.
    public internal(set) var marginCalls: Set<AccountID> = []
    /// What venues have to answer.
    public internal(set) var venueWaits = VenueWaits()
    /// The rebalances that have not ended, oldest first.
    public internal(set) var rebalances: [RebalanceSaga] = []
    /// Counts what happened to rebalances: it tells whether one may have to be carried on.
    public internal(set) var rebalanceSteps: UInt64 = 0
    /// Every group of orders, those that ended included, by the id of its first order.
    public internal(set) var groupByID: [OrderID: GroupSaga] = [:]
    /// The groups that can be carried on now.
    public internal(set) var dueGroups: Set<OrderID> = []
    /// Counts what happened to groups: it tells whether one may have to be carried on.
    public internal(set) var groupSteps: UInt64 = 0
    /// What became of the slices of every order that is worked by them, those that ended included.
    public internal(set) var workByID: [OrderID: WorkSaga] = [:]
    /// The worked orders that can be carried on now.
    public internal(set) var dueWork: Set<OrderID> = []
    /// Counts what happened to worked orders: it tells whether one may have to be carried on.
    public internal(set) var workSteps: UInt64 = 0
    /// The days that are still to be rolled, one after another.
    public internal(set) var dueRolls: DayRolled?
    /// The first day that is not over.
    public internal(set) var openDay: BusinessDate?
    /// The latest effective time so far: the present of a simulated shard.
    public internal(set) var effectiveAt = Timestamp(nanos: 0)

    /// The state before the first event.
    public init() {}

    /// The business date of something that takes effect at `time`.
    public func businessDate(at time: Timestamp) -> BusinessDate { openDay ?? time.date }

    /// Counts what happened to whatever has several steps.
    public var sagaSteps: UInt64 { rebalanceSteps &+ groupSteps &+ workSteps }

    /// The sweeps that may go on now: what a day does to orders comes after what it does to positions.
    public var readySweeps: [Sweep] {
        let areDaysHeld = sweeps.contains { $0.day != nil } && rollIsUnfinished
        return areDaysHeld ? sweeps.filter { $0.day == nil } : sweeps
    }

    /// Whether accounts still wait for the last rolled day to close them, or orders while another calendar
    /// has the date still; all orders that end with a date do so before its accounts close.
    ///
    /// An order that a venue lets live again after its day holds no account up: the next day ends it.
    public var rollIsUnfinished: Bool {
        guard let date = rolledDate else { return false }
        if isOver(date, rolling: rolledCalendar) {
            return accountByID.values.contains { $0.isOpen(on: date) } || !entitlements.isEmpty
        }
        return openOrders.contains { order in
            orderByID.look(at: order) { $0.ends(on: date) && trades($0, by: rolledCalendar) } ?? false
        }
    }
}

extension AccountEntry {
    /// Whether `date` still has to be closed for this account.
    func isOpen(on date: BusinessDate) -> Bool {
        guard let last = portfolio.closedDay?.date ?? rolledBefore else { return true }
        return last < date
    }
}

/// The named profile that gives a new account its limits.
public enum PaperProfile {
    /// The name that stands in the account's first limits.
    public static let name = "paper"
    /// The largest value of one order: 10 million of the account's currency.
    public static let orderValueMax = Money(nanos: 10_000_000_000_000_000)
    /// 10 %.
    public static let priceCollar = BasisPoints(1000)
    /// The venue.
    public static let venue = "paper"
}

extension AccountEntry: WireFields {
    /// An account to be read over.
    public init() { self.init(opened: AccountOpened()) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "opened", &opened)
        try visitor.message(2, "risk", &risk)
        try visitor.message(3, "compliance", &compliance)
        try visitor.message(4, "portfolio", &portfolio)
        try visitor.message(5, "watch", &watch)
        try visitor.date(6, "rolledBefore", &rolledBefore)
        try visitor.table(7, "orderByName", &orderByName)
    }
}

extension OrderEntry: WireFields {
    /// An order to be read over.
    public init() { self.init(account: .none, placedOn: BusinessDate(days: 0)) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "state", &state)
        try visitor.account(2, "account", &account)
        try visitor.position(3, "approvedAt", &approvedAt)
        try visitor.date(4, "placedOn", &placedOn)
        try visitor.position(5, "waitsSince", &waitsSince)
    }
}

extension Sweep: WireFields {
    /// Nothing to deal with.
    public init() { self.init(position: 0, orders: []) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "position", &position)
        try visitor.list(2, "orders", &orders)
        try visitor.flag(3, "reassesses", &reassesses)
        try visitor.date(4, "day", &day)
        try visitor.count(5, "done", &done)
    }
}

extension Session: WireFields {
    /// A session to be read over.
    public init() { self.init(date: BusinessDate(days: 0), isOpen: false) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.date(1, "date", &date)
        try visitor.flag(2, "isOpen", &isOpen)
    }
}
