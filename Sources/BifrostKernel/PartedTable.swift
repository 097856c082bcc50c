/// A dictionary that grows a little with each row, and whose rows can be written down as they stand.
///
/// It is made of small sorted arrays, of which one is split in two whenever there are so many rows more
/// (linear hashing: W. Litwin, 1980). Where a row stands follows from the rows alone, not from the order in
/// which they came nor from the process, so that a snapshot has them in that order and they are taken in
/// without moving one. Up to two fifths of a table that grew are room, and hardly any of one taken in.
public struct PartedTable<Key: CheaplyHashed, Value> {
    @usableFromInline struct Row {
        @usableFromInline let key: Key
        @usableFromInline var value: Value
        @inlinable init(_ key: Key, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// Ascending within each part.
    @usableFromInline var parts: [[Row]] = [[]]
    /// The largest power of two that is at most the number of parts.
    @usableFromInline var level = 1
    @usableFromInline var rowCount = 0

    /// The number of rows.
    @inlinable public var count: Int { rowCount }

    /// Rows of a part on the average: few, since a new one moves those behind it.
    @usableFromInline static var partRows: Int { 32 }
    /// Rows that a part has room for beyond those that it has, when it has to move.
    @usableFromInline static var spareRows: Int { 16 }

    /// No rows.
    @inlinable public init() {}

    /// No rows, in as many parts as so many will stand in: those of `images` can be taken in then.
    @inlinable public init(reserving rows: Int) {
        while parts.count * Self.partRows < rows { addPart() }
    }

    @inlinable mutating func addPart() {
        parts.append([])
        if parts.count == level * 2 { level *= 2 }
    }

    /// The part that a key belongs to; its rows are found by the upper bits.
    @inlinable func place(_ spread: UInt64) -> Int {
        let bits = Int(truncatingIfNeeded: spread >> 8)
        let place = bits & (level * 2 - 1)
        return place < parts.count ? place : place & (level - 1)
    }

    /// Whether the row stands before where the key belongs.
    @inlinable static func precedes(_ row: Row, _ key: Key, _ spread: UInt64) -> Bool {
        let other = row.key.spreadBits
        return other == spread ? row.key.hashedBits < key.hashedBits : other < spread
    }

    /// Where in a part the key belongs: it is looked for from where it would be if all were evenly apart.
    @inlinable static func index(of key: Key, _ spread: UInt64, in rows: [Row]) -> Int {
        rows.withUnsafeBufferPointer { rows in
            var index = Int(spread.multipliedFullWidth(by: UInt64(rows.count)).high)
            while index < rows.count, precedes(rows[index], key, spread) { index += 1 }
            while index > 0, !precedes(rows[index - 1], key, spread) { index -= 1 }
            return index
        }
    }

    /// The value of a key.
    @inlinable public subscript(key: Key) -> Value? {
        let spread = key.spreadBits
        return parts.withUnsafeBufferPointer { parts in
            let place = place(spread)
            let index = Self.index(of: key, spread, in: parts[place])
            guard index < parts[place].count, parts[place][index].key == key else { return nil }
            return parts[place][index].value
        }
    }

    /// Sets the value of a key; answers the one before.
    @discardableResult
    @inlinable
    public mutating func updateValue(_ value: Value, forKey key: Key) -> Value? {
        let spread = key.spreadBits
        let place = place(spread)
        let index = Self.index(of: key, spread, in: parts[place])
        guard index < parts[place].count, parts[place][index].key == key else {
            insert(Row(key, value), at: index, of: place)
            return nil
        }
        let old = parts[place][index].value
        parts[place][index].value = value
        return old
    }

    /// Changes the value of a key where it stands, beginning with `initial` where there is none.
    @inlinable
    public mutating func change<Answer>(
        _ key: Key,
        default initial: @autoclosure () -> Value,
        _ body: (inout Value) -> Answer
    ) -> Answer {
        let spread = key.spreadBits
        let place = place(spread)
        let index = Self.index(of: key, spread, in: parts[place])
        guard index < parts[place].count, parts[place][index].key == key else {
            var value = initial()
            let answer = body(&value)
            insert(Row(key, value), at: index, of: place)
            return answer
        }
        return body(&parts[place][index].value)
    }

    @inlinable mutating func insert(_ row: Row, at index: Int, of place: Int) {
        let rows = parts[place].count
        if parts[place].capacity == rows { parts[place].reserveCapacity(rows + Self.spareRows) }
        parts[place].insert(row, at: index)
        rowCount += 1
        if count > parts.count * Self.partRows { split() }
    }

    @inlinable mutating func split() {
        let source = parts.count - level
        addPart()
        let target = parts.count - 1
        // The old part keeps its room: it will be as long again.
        let moved = parts[source].count { place($0.key.spreadBits) == target }
        parts[target].reserveCapacity(moved + Self.spareRows)
        for row in parts[source] where place(row.key.spreadBits) == target { parts[target].append(row) }
        var kept = 0
        for index in parts[source].indices where place(parts[source][index].key.spreadBits) != target {
            parts[source].swapAt(kept, index)
            kept += 1
        }
        parts[source].removeLast(moved)
    }

    /// All rows; the same rows always come in the same order.
    @inlinable public var rows: some Sequence<(key: Key, value: Value)> {
        parts.lazy.joined().lazy.map { ($0.key, $0.value) }
    }
}

extension PartedTable.Row: Sendable where Key: Sendable, Value: Sendable {}
extension PartedTable: Sendable where Key: Sendable, Value: Sendable {}

// MARK: Images

extension PartedTable where Key: BitwiseCopyable, Value: BitwiseCopyable {
    @usableFromInline static var imageRows: Int { 2_048 }

    /// Hands over all rows as they lie in memory, which only the very same build can read, some at a time.
    @inlinable public func images(_ body: ([UInt8]) -> Void) {
        var image: [UInt8] = []
        image.reserveCapacity((Self.imageRows + 4 * Self.partRows) * MemoryLayout<Row>.stride)
        for part in parts {
            part.withUnsafeBytes { image.append(contentsOf: $0) }
            guard image.count >= Self.imageRows * MemoryLayout<Row>.stride else { continue }
            body(image)
            image.removeAll(keepingCapacity: true)
        }
        if !image.isEmpty { body(image) }
    }

    /// Takes rows in behind those that it has; they come in the order of `images`, and as many were reserved.
    @inlinable public mutating func take(_ image: [UInt8]) throws(WireError) {
        let stride = MemoryLayout<Row>.stride
        guard image.count % stride == 0 else { throw .truncated }
        let rows = image.withUnsafeBytes { bytes in
            (0..<bytes.count / stride).map { bytes.loadUnaligned(fromByteOffset: $0 * stride, as: Row.self) }
        }
        var rest = rows[...]
        while let first = rest.first {
            let place = place(first.key.spreadBits)
            let run = rest.prefix { self.place($0.key.spreadBits) == place }
            rest = rest.dropFirst(run.count)
            parts[place] += run
            rowCount += run.count
            guard Self.isAscending(parts[place]) else { throw .notCanonical(field: 1) }
        }
    }

    @inlinable static func isAscending(_ rows: [Row]) -> Bool {
        zip(rows, rows.dropFirst()).allSatisfy { precedes($0, $1.key, $1.key.spreadBits) }
    }
}

extension PartedTable.Row: BitwiseCopyable where Key: BitwiseCopyable, Value: BitwiseCopyable {}
