// State is kept in snapshots in the form that events have: a type names its fields once, and that list writes
// and reads them. Here is what state has and events have not: tables, sets and plain values in lists.

extension FieldVisitor {
    /// A value in its box, absent when there is none.
    @inlinable
    public mutating func rarely<M: WireFields & Sendable>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Rarely<M>
    ) throws(WireError) {
        var inside = value.value
        try message(number, name, &inside)
        if isReading { value = inside.map { .kept($0) } ?? .never }
    }

    /// A number of any size, absent when it is zero.
    @inlinable
    public mutating func sum(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Int128
    ) throws(WireError) {
        var some = value == 0 ? nil : Optional(value)
        try wide(number, name, &some)
        value = some ?? 0
    }

    /// A count: a number that is never negative.
    @inlinable
    public mutating func count(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Int
    ) throws(WireError) {
        var wide = Int64(value)
        try position(number, name, &wide)
        value = Int(wide)
    }

    /// A table, by key.
    @inlinable
    public mutating func table<Key: WireFields & Hashable & Comparable, Value: WireFields>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [Key: Value]
    ) throws(WireError) {
        var rows: [TableRow<Key, Value>] = []
        if !isReading {
            rows = value.map { TableRow(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
        }
        try list(number, name, &rows)
        guard isReading else { return }
        value = Dictionary(minimumCapacity: rows.count)
        for row in rows where value.updateValue(row.value, forKey: row.key) != nil {
            throw .notCanonical(field: number)
        }
    }

    /// A set, in order.
    @inlinable
    public mutating func set<Element: WireFields & Hashable & Comparable>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Set<Element>
    ) throws(WireError) {
        var elements = isReading ? [] : value.sorted()
        try list(number, name, &elements)
        guard isReading else { return }
        value = Set(elements)
        guard value.count == elements.count else { throw .notCanonical(field: number) }
    }
}

/// One row of a table.
public struct TableRow<Key: WireFields, Value: WireFields>: WireFields {
    /// What it is found by.
    public var key: Key
    /// What is found.
    public var value: Value
    /// Puts the parts together.
    @inlinable public init(key: Key, value: Value) {
        self.key = key
        self.value = value
    }
    /// An empty row.
    @inlinable public init() { self.init(key: Key(), value: Value()) }
    /// Visits both.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "key", &key)
        try visitor.message(2, "value", &value)
    }
}

extension TableRow: Sendable where Key: Sendable, Value: Sendable {}

extension Array: WireFields where Element: WireFields {
    /// Visits the elements.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "elements", &self)
    }
}

extension Dictionary: WireFields where Key: WireFields & Comparable, Value: WireFields {
    /// Visits the rows by key.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.table(1, "rows", &self)
    }
}

extension String: WireFields {
    /// Visits the text.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "text", &self)
    }
}

extension Int64: WireFields {
    /// Visits the number.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.int(1, "number", &self)
    }
}

extension UInt32: WireFields {
    /// Visits the number.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.uint(1, "number", &self)
    }
}

extension UInt64: WireFields {
    /// Visits the number.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.uint(1, "number", &self)
    }
}

extension Int128: WireFields {
    /// Visits the number.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.sum(1, "number", &self)
    }
}

extension Money: WireFields {
    /// Nothing.
    @inlinable public init() { self = .zero }
    /// Visits the amount.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.money(1, "amount", &self)
    }
}

extension Quantity: WireFields {
    /// Nothing.
    @inlinable public init() { self = .zero }
    /// Visits the units.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.quantity(1, "units", &self)
    }
}

extension Timestamp: WireFields {
    /// 1970-01-01.
    @inlinable public init() { self.init(nanos: 0) }
    /// Visits the time.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.time(1, "time", &self)
    }
}

extension BusinessDate: WireFields {
    /// 1970-01-01.
    @inlinable public init() { self.init(days: 0) }
    /// Visits the date.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.date(1, "date", &self)
    }
}

extension Currency: WireFields {
    /// A currency to be read over.
    @inlinable public init() { self = .usd }
    /// Visits the code.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "code", &self)
    }
}

extension Identifier: WireFields {
    /// No identifier.
    @inlinable public init() { self.init(high: 0, low: 0) }
    /// Visits the bits.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "id", &self)
    }
}

extension OwnerID: WireFields {
    /// No owner.
    @inlinable public init() { self.init(Identifier()) }
    /// Visits the id.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.owner(1, "id", &self)
    }
}

extension AccountID: WireFields {
    /// No account.
    @inlinable public init() { self.init(Identifier()) }
    /// Visits the id.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "id", &self)
    }
}

extension InstrumentID: WireFields {
    /// No instrument.
    @inlinable public init() { self.init(Identifier()) }
    /// Visits the id.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "id", &self)
    }
}

extension OrderID: WireFields {
    /// No order.
    @inlinable public init() { self.init(Identifier()) }
    /// Visits the id.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "id", &self)
    }
}

extension Symbol: WireFields {
    /// A symbol that no instrument has.
    public init() { self = .none }
    /// Visits the text.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.symbol(1, "text", &self)
    }
}

extension ClientName: WireFields {
    /// A name to be read over.
    public init() { self.init(unchecked: "-") }
    /// Visits the text; it is never empty.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var name = Optional(self)
        try visitor.name(1, "text", &name)
        guard let name else { throw .missingField(number: 1) }
        self = name
    }
}

extension AccountAlias: WireFields {
    /// An alias to be read over.
    public init() { self.init(unchecked: "a") }
    /// Visits the text; it is never empty.
    @inlinable public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var text = self.text
        try visitor.text(1, "text", &text)
        guard let known = AccountAlias(text) else { throw .outOfRange(field: 1) }
        self = known
    }
}
