internal import BifrostKernel

/// The rows that a projection works on: those loaded, and what became of them since the last commit.
///
/// The runner puts in what `keys` names before a fact is applied, and takes the changes out after a batch.
public struct RowCache<Row: ProjectionRow>: Sendable {
    /// A row with what the runner has to know of it.
    package struct Entry: Sendable {
        package let key: Row.Key
        package var row: Row?
        /// The hash of what is stored, `nil` where nothing is.
        package var storedHash: UInt128?
        fileprivate var isChanged = false
    }

    private var placeByKey: [Row.Key: Int] = [:]
    private var entries: [Entry] = []
    private var changedPlaces: [Int] = []
    /// Rows of tables that only grow, since the last commit.
    package private(set) var appended: [Row] = []

    /// No rows.
    package init() {}

    /// The row of that key, `nil` where there is none yet.
    public func row(_ key: Row.Key) throws(ProjectionFault) -> Row? { entries[try place(key)].row }

    /// Changes the row of that key, or the one that `make` gives where there is none yet.
    public mutating func change(
        _ key: Row.Key,
        or make: @autoclosure () -> Row,
        _ body: (inout Row) throws(ProjectionFault) -> Void
    ) throws(ProjectionFault) {
        let place = try place(key)
        if entries[place].row == nil { entries[place].row = make() }
        try change(place, body)
    }

    /// Changes the row of that key; throws where there is none.
    public mutating func change(
        _ key: Row.Key,
        _ body: (inout Row) throws(ProjectionFault) -> Void
    ) throws(ProjectionFault) {
        let place = try place(key)
        guard entries[place].row != nil else { throw .missing("a row \(key)") }
        try change(place, body)
    }

    /// Adds a row to a table that only grows.
    public mutating func append(_ row: Row) { appended.append(row) }

    /// Looks at the rows that this batch added, the last one first, until `body` says whether it changed one;
    /// `false` where none is left.
    public mutating func changeLastAppended(_ body: (inout Row) -> Bool?) -> Bool {
        for place in appended.indices.reversed() {
            if let isChanged = body(&appended[place]) { return isChanged }
        }
        return false
    }

    private mutating func change(
        _ place: Int,
        _ body: (inout Row) throws(ProjectionFault) -> Void
    ) throws(ProjectionFault) {
        if !entries[place].isChanged {
            entries[place].isChanged = true
            changedPlaces.append(place)
        }
        // Taken out and put back, so that it has one owner while it changes.
        guard var row = entries[place].row.take() else { throw .missing("a row") }
        try body(&row)
        entries[place].row = row
    }

    private func place(_ key: Row.Key) throws(ProjectionFault) -> Int {
        guard let place = placeByKey[key] else { throw .undeclaredKey("\(key)") }
        return place
    }
}

extension RowCache {
    /// The number of rows that are kept, absent ones included.
    package var count: Int { entries.count }

    package func contains(_ key: Row.Key) -> Bool { placeByKey[key] != nil }

    /// Puts in what is stored under a key: a row with its hash, or nothing.
    package mutating func put(_ key: Row.Key, _ stored: (row: Row, hash: UInt128)?) {
        if let place = placeByKey[key] {
            entries[place].row = stored?.row
            entries[place].storedHash = stored?.hash
        } else {
            placeByKey[key] = entries.count
            entries.append(Entry(key: key, row: stored?.row, storedHash: stored?.hash))
        }
    }

    /// Hands over each changed row once, in the order of the first change; `body` gives its new hash.
    package mutating func takeChanges(_ body: (Row, _ table: Int, _ old: UInt128?) -> UInt128) {
        for place in changedPlaces {
            guard let row = entries[place].row else { preconditionFailure("a changed row is there") }
            entries[place].storedHash = body(row, entries[place].key.table, entries[place].storedHash)
            entries[place].isChanged = false
        }
        changedPlaces.removeAll(keepingCapacity: true)
    }

    /// Hands over what was added.
    package mutating func takeAppended(_ body: (Row) -> Void) {
        appended.lendEach(body)
        appended.removeAll(keepingCapacity: true)
    }
}
