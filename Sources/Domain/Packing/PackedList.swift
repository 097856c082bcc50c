public import BifrostKernel

/// A list that grows at its end and is seldom looked into: all but the rows at its end are packed.
///
/// Where its rows are packed follows from what was done to it, one after another, and so from the log.
public struct PackedList<Row: WireFields & Sendable>: Sendable {
    private var packed: [PackedRows<Row>] = []
    /// Never empty unless the list is.
    private var tail: [Row] = []

    /// Rows that are packed together: few, since all of them are read for one.
    static var packedRows: Int { 16 }

    /// No rows.
    public init() {}

    /// The number of rows.
    public var count: Int { packed.reduce(tail.count) { $0 + $1.count } }
    /// Whether there is none.
    public var isEmpty: Bool { tail.isEmpty }
    /// The row at the end.
    public var last: Row? { tail.last }

    /// Adds a row at the end.
    public mutating func append(_ row: Row) {
        tail.append(row)
        packTail()
    }

    private mutating func packTail() {
        guard tail.count >= 2 * Self.packedRows else { return }
        packed.append(PackedRows(Array(tail.prefix(Self.packedRows))))
        tail.removeFirst(Self.packedRows)
    }

    /// The index of the last row that is such a one.
    public func lastIndex(where isSuch: (Row) -> Bool) -> Int? {
        var start = count - tail.count
        if let index = tail.lastIndex(where: isSuch) { return start + index }
        for rows in packed.reversed() {
            start -= rows.count
            if let index = rows.rows.lastIndex(where: isSuch) { return start + index }
        }
        return nil
    }

    /// The row at an index; where it is packed, those beside it are read too.
    public subscript(index: Int) -> Row {
        let (block, offset) = place(index)
        return block < packed.count ? packed[block].rows[offset] : tail[offset]
    }

    /// Puts another row in the place of one.
    public mutating func replace(_ index: Int, by row: Row) {
        change(at: index) { rows, offset in rows[offset] = row }
    }

    /// Puts a row in front of the one at `index`, or at the end.
    public mutating func insert(_ row: Row, at index: Int) {
        change(at: index) { rows, offset in rows.insert(row, at: offset) }
        packTail()
    }

    /// The block that a row stands in, that of the tail behind all others, and where in it.
    private func place(_ index: Int) -> (block: Int, offset: Int) {
        var offset = index
        for (block, rows) in packed.enumerated() {
            if offset < rows.count { return (block, offset) }
            offset -= rows.count
        }
        return (packed.count, offset)
    }

    private mutating func change(at index: Int, _ body: (inout [Row], Int) -> Void) {
        let (block, offset) = place(index)
        guard block < packed.count else { return body(&tail, offset) }
        var rows = packed[block].rows
        body(&rows, offset)
        let isLong = rows.count >= 2 * Self.packedRows
        let first = isLong ? Self.packedRows : rows.count
        packed[block] = PackedRows(Array(rows.prefix(first)))
        if isLong { packed.insert(PackedRows(Array(rows.suffix(from: first))), at: block + 1) }
    }
}

extension PackedList: Sequence {
    /// Goes over the rows, reading those of one block after another.
    public struct Iterator: IteratorProtocol {
        fileprivate let list: PackedList
        private var block = 0
        private var index = 0
        private var rows: [Row]

        fileprivate init(_ list: PackedList) {
            self.list = list
            rows = list.packed.first?.rows ?? list.tail
        }

        /// The next row.
        public mutating func next() -> Row? {
            while index == rows.count {
                guard block < list.packed.count else { return nil }
                block += 1
                index = 0
                rows = block < list.packed.count ? list.packed[block].rows : list.tail
            }
            defer { index += 1 }
            return rows[index]
        }
    }

    /// From the first row.
    public func makeIterator() -> Iterator { Iterator(self) }
}

extension PackedList: WireFields {
    /// Visits what is packed and what is not.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "packed", &packed)
        try visitor.list(2, "tail", &tail)
    }
}
