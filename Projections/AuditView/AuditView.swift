public import BifrostKernel
public import ProjectionKit

/// The audit trail: where in the log the events of an account, an order, an instrument, a rule, an actor or a
/// time are.
///
/// It holds places and no payloads: what an event says is decoded from the log when somebody reads it.
public enum AuditView: Projection {
    /// What the tables hold.
    public typealias Row = AuditRow
    /// What operators call it.
    public static let name = "audit"
    /// The third: an entry is of as many events as differ in nothing that one can look for.
    public static let foldVersion: UInt32 = 3
    /// Global facts are audited as well.
    public static let readsReference = true
    /// The events, and what rules said in them.
    public static let tables = [
        ProjectedTable("entries", key: ["position"], columns: AuditEntry.columns, isAppended: true),
        ProjectedTable(
            "findings",
            key: ["rule", "position", "place"],
            columns: AuditFinding.columns,
            isAppended: true
        ),
        ProjectedTable("rarities", key: ["position"], columns: AuditRarity.columns, isAppended: true),
    ]
    /// The tables with their indexes.
    public static var schema: [UInt8] { PackageResources.schema_sql }

    /// No row is ever looked at again.
    public static func keys(of fact: RecordedFact) -> [AuditRow.Key] { [] }

    /// The event in an entry, once more where its kind is rare, and one finding for each rule that refused or
    /// warned.
    public static func apply(
        _ fact: RecordedFact,
        to rows: inout RowCache<AuditRow>
    ) throws(ProjectionFault) {
        let isTakenIn = rows.changeLastAppended { row in
            guard case .entry(var entry) = row else { return nil }
            guard entry.goOn(with: fact) else { return false }
            row = .entry(entry)
            return true
        }
        if !isTakenIn { rows.append(.entry(AuditEntry(fact))) }
        if let rarity = AuditRarity(fact) { rows.append(.rarity(rarity)) }
        for (place, finding) in AuditFinding.findings(in: fact).enumerated() {
            rows.append(.finding(finding, place: Int32(place)))
        }
    }
}

/// A row of one of the three tables.
public enum AuditRow: ProjectionRow {
    /// Events.
    case entry(AuditEntry)
    /// A rule that refused or warned in it; an event has several places for them.
    case finding(AuditFinding, place: Int32)
    /// An event of a rare kind.
    case rarity(AuditRarity)

    /// A place in one of the tables.
    public struct Key: ProjectionKey {
        /// 0 for entries, 1 for findings, 2 for rarities.
        public let table: Int
        let position: Int64
        /// Its position; rows of these tables are never looked up by the projector.
        public func write(to tuple: inout TupleWriter) { tuple.int64(position) }
    }

    /// The place of the row.
    public var key: Key {
        switch self {
        case .entry(let entry): Key(table: 0, position: entry.header.position)
        case .finding(let finding, _): Key(table: 1, position: finding.position)
        case .rarity(let rarity): Key(table: 2, position: rarity.position)
        }
    }

    /// Nothing: these rows never change.
    public var state: [UInt8] { [] }

    /// No row of these tables is stored with a state.
    public init(table: Int, state: [UInt8]) throws(WireError) { throw .missingField(number: 1) }

    /// Writes the columns of its table.
    public func write(to tuple: inout TupleWriter) {
        switch self {
        case .entry(let entry): entry.write(to: &tuple)
        case .finding(let finding, let place): finding.write(to: &tuple, place)
        case .rarity(let rarity): rarity.write(to: &tuple)
        }
    }
}
