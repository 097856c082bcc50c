/// A dictionary that grows a little with each row and never stops its owner to move all of them.
///
/// It is made of small dictionaries, of which one is split in two whenever there are so many rows more
/// (linear hashing: W. Litwin, 1980). A dictionary stands still for as long as moving all its rows takes
/// when it doubles; this one for as long as some thousand rows take.
public struct PartedTable<Key: Hashable, Value> {
    @usableFromInline var parts: [[Key: Value]] = [[:]]
    /// The largest power of two that is at most the number of parts.
    @usableFromInline var level = 1
    /// The number of rows.
    public private(set) var count = 0

    private static var partRows: Int { 2048 }
    private static var reservedRowsMax: Int { 1 << 22 }

    /// No rows.
    public init() {}

    /// Makes room in an empty table, so that rows stay where they come to stand; for a few million at most.
    public mutating func reserve(_ rows: Int) {
        guard count == 0, rows > 0 else { return }
        let rows = min(rows, Self.reservedRowsMax)
        while parts.count * Self.partRows < rows {
            parts.append([:])
            if parts.count == level * 2 { level *= 2 }
        }
        for part in parts.indices { parts[part].reserveCapacity(min(rows, Self.partRows)) }
    }

    /// The part that a key belongs to; dictionaries look at the lower bits themselves.
    @inlinable func place(of key: Key) -> Int {
        let bits = Int(truncatingIfNeeded: UInt(bitPattern: key.hashValue) >> 32)
        let place = bits & (level * 2 - 1)
        return place < parts.count ? place : place & (level - 1)
    }

    /// The value of a key.
    @inlinable public subscript(key: Key) -> Value? { parts[place(of: key)][key] }

    /// Sets the value of a key; answers the one before.
    @discardableResult
    public mutating func updateValue(_ value: Value, forKey key: Key) -> Value? {
        let old = parts[place(of: key)].updateValue(value, forKey: key)
        if old == nil { grow() }
        return old
    }

    /// Changes the value of a key where it stands, beginning with `initial` where there is none.
    public mutating func change<Answer>(
        _ key: Key,
        default initial: @autoclosure () -> Value,
        _ body: (inout Value) -> Answer
    ) -> Answer {
        let place = place(of: key)
        let before = parts[place].count
        let answer = body(&parts[place][key, default: initial()])
        if parts[place].count != before { grow() }
        return answer
    }

    private mutating func grow() {
        count += 1
        if count > parts.count * Self.partRows { split() }
    }

    private mutating func split() {
        let source = parts.count - level
        let rows = parts[source]
        parts[source] = [:]
        parts.append([:])
        if parts.count == level * 2 { level *= 2 }
        for row in rows { parts[place(of: row.key)][row.key] = row.value }
    }

    /// All rows, in no order that means something.
    public var rows: some Sequence<(key: Key, value: Value)> { parts.lazy.joined() }
}

extension PartedTable: Sendable where Key: Sendable, Value: Sendable {}
