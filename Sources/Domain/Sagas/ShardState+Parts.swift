public import BifrostKernel
internal import Orders

/// A piece of a shard's state, small enough to be written and read at once.
///
/// The first one has everything but the large tables; each of the others has some rows of one of them.
public struct StatePart: WireFields, Sendable {
    /// Most rows of a part.
    private static let rowsMax = 256

    /// All but the tables below.
    public internal(set) var rest: ShardState?
    /// Accounts.
    var accounts: [TableRow<AccountID, AccountEntry>] = []
    /// Where some orders stand, as the table of them has it in memory.
    var places: [UInt8] = []
    /// Orders, in the order of their placement; behind the places of all.
    var orders: [OrderBlock] = []
    /// The orders of some executions, as the table of them has it in memory.
    var executions: [UInt8] = []
    /// Groups of orders.
    var groups: [TableRow<OrderID, GroupSaga>] = []
    /// Worked orders.
    var work: [TableRow<OrderID, WorkSaga>] = []

    /// Nothing.
    public init() {}

    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "rest", &rest)
        try visitor.list(2, "accounts", &accounts)
        try visitor.list(3, "orders", &orders)
        try visitor.bytes(4, "executions", &executions)
        try visitor.list(5, "groups", &groups)
        try visitor.list(6, "work", &work)
        try visitor.bytes(7, "places", &places)
    }

    /// Cuts rows into parts.
    fileprivate static func each<Row>(
        _ rows: some Sequence<Row>,
        _ field: WritableKeyPath<StatePart, [Row]>,
        _ body: (StatePart) -> Void
    ) {
        var part = StatePart()
        for row in rows {
            part[keyPath: field].append(row)
            guard part[keyPath: field].count == rowsMax else { continue }
            body(part)
            part[keyPath: field].removeAll(keepingCapacity: true)
        }
        if !part[keyPath: field].isEmpty { body(part) }
    }

    fileprivate static func image(_ field: WritableKeyPath<StatePart, [UInt8]>, _ bytes: [UInt8]) -> Self {
        var part = StatePart()
        part[keyPath: field] = bytes
        return part
    }

    fileprivate static func each<Key: Comparable, Value>(
        _ table: [Key: Value],
        _ field: WritableKeyPath<StatePart, [TableRow<Key, Value>]>,
        _ body: (StatePart) -> Void
    ) {
        let keys = table.keys.sorted()
        each(keys.lazy.compactMap { key in table[key].map { TableRow(key: key, value: $0) } }, field, body)
    }
}

extension ShardState {
    /// Hands over the state in parts; the same state gives the same parts.
    public func parts(_ body: (StatePart) -> Void) {
        var rest = StatePart()
        rest.rest = self
        body(rest)
        StatePart.each(accountByID, \.accounts, body)
        orderByID.images { body(StatePart.image(\.places, $0)) }
        StatePart.each(orderByID.all, \.orders, body)
        orderByExecution.images { body(StatePart.image(\.executions, $0)) }
        StatePart.each(groupByID, \.groups, body)
        StatePart.each(workByID, \.work, body)
    }

    /// Expects so many orders and executions, once the first part is taken in and before the others come.
    public mutating func reserve(orders: Int, executions: Int) {
        orderByID.reserve(orders)
        orderByExecution.reserve(executions)
    }

    /// Takes a part in; those of one state come in the order in which `parts` hands them over.
    public mutating func take(_ part: consuming StatePart) throws(WireError) {
        if let rest = part.rest { self = rest }
        for row in part.accounts { accountByID[row.key] = row.value }
        try orderByID.take(part.places)
        for block in part.orders { try orderByID.add(block) }
        try orderByExecution.take(part.executions)
        for row in part.groups { groupByID[row.key] = row.value }
        for row in part.work { workByID[row.key] = row.value }
    }
}

extension ShardState: WireFields {
    /// Visits everything but the tables that have parts of their own.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "opened", &opened)
        try visitor.position(2, "epoch", &epoch)
        try visitor.message(3, "reference", &reference)
        try visitor.table(4, "accountByAlias", &accountByAlias)
        try visitor.table(5, "accountsByOwner", &accountsByOwner)
        try visitor.table(6, "externalByName", &externalByName)
        try visitor.message(7, "suspense", &suspense)
        try visitor.set(8, "openOrders", &openOrders)
        try visitor.flag(9, "killed", &killed)
        try visitor.list(10, "sweeps", &sweeps)
        try visitor.table(11, "rolledByName", &rolledByName)
        try visitor.date(12, "rolledDate", &rolledDate)
        try visitor.text(13, "rolledCalendar", &rolledCalendar)
        try visitor.list(14, "entitlements", &entitlements)
        try visitor.table(15, "actionBegunAt", &actionBegunAt)
        try visitor.table(16, "sessionByName", &sessionByName)
        try visitor.table(17, "openBreaks", &openBreaks)
        try visitor.message(18, "expiries", &expiries)
        try visitor.set(19, "marginCalls", &marginCalls)
        try visitor.message(20, "venueWaits", &venueWaits)
        try visitor.list(21, "rebalances", &rebalances)
        try visitor.uint(22, "rebalanceSteps", &rebalanceSteps)
        try visitor.set(23, "dueGroups", &dueGroups)
        try visitor.uint(24, "groupSteps", &groupSteps)
        try visitor.set(25, "dueWork", &dueWork)
        try visitor.uint(26, "workSteps", &workSteps)
        try visitor.message(27, "dueRolls", &dueRolls)
        try visitor.date(28, "openDay", &openDay)
        try visitor.time(29, "effectiveAt", &effectiveAt)
    }
}
