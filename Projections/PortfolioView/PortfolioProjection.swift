public import BifrostKernel
internal import Portfolios
public import ProjectionKit
internal import References
internal import Sagas

/// What accounts hold and what it is worth: the lines of the ledger by account, official marks beside them.
public enum PortfolioProjection: Projection {
    /// What the tables hold.
    public typealias Row = PortfolioRow
    /// What operators call it.
    public static let name = "portfolio"
    /// Days know the event that closed them since the second.
    public static let foldVersion: UInt32 = 2
    /// In the order of `PortfolioRow.Key.table`.
    public static let tables = [
        ProjectedTable("cash", key: ["account_id", "currency"], columns: CashRow.columns),
        ProjectedTable("fees", key: ["account_id", "currency", "kind"], columns: FeeRow.columns),
        ProjectedTable("positions", key: ["account_id", "instrument_id"], columns: PositionRow.columns),
        ProjectedTable("days", key: ["account_id", "date"], columns: DayRow.columns),
        ProjectedTable("instruments", key: ["instrument_id"], columns: InstrumentRow.columns),
    ]
    /// The tables with their views.
    public static var schema: [UInt8] { PackageResources.schema_sql }

    /// Ledgers and global facts.
    public static func concerns(_ header: EventHeader) -> Bool {
        header.stream.kind == .portfolio || header.stream.kind == .reference
    }

    /// The balances that are booked, the day that is closed, the instruments that are named or marked.
    public static func keys(of fact: RecordedFact) -> [PortfolioRow.Key] {
        switch fact.event {
        case .portfolio(.dayClosed(let day)): return [.day(day.account, day.date)]
        case .portfolio(let event):
            var keys: [PortfolioRow.Key] = []
            for posting in event.postings {
                if posting.instrument == .none { keys.append(.cash(event.account, posting.currency)) }
                if posting.account == .expense {
                    keys.append(.fee(event.account, posting.currency, posting.feeKind ?? .commission))
                }
            }
            if event.instrument != .none { keys.append(.position(event.account, event.instrument)) }
            return keys
        case .reference(.copied(_, let inner)):
            switch inner {
            case .instrumentRegistered(let terms): return [.instrument(terms.instrument)]
            case .termsChanged(let change): return [.instrument(change.instrument)]
            case .marksRecorded(let recorded): return recorded.marks.map { .instrument($0.instrument) }
            default: return []
            }
        default: return []
        }
    }

    /// Books the lines, closes the day, or takes in what is said of instruments.
    public static func apply(
        _ fact: RecordedFact,
        to rows: inout RowCache<PortfolioRow>
    ) throws(ProjectionFault) {
        switch fact.event {
        case .portfolio(.dayClosed(let day)):
            let row = PortfolioRow.day(DayRow(day, at: fact.header.position))
            try rows.change(row.key, or: row) { $0 = row }
        case .portfolio(let event): try book(event, fact.header.position, to: &rows)
        case .reference(.copied(_, let inner)): try take(inner, to: &rows)
        default: break
        }
    }

    private static func book(
        _ event: PortfolioEvent,
        _ position: Int64,
        to rows: inout RowCache<PortfolioRow>
    ) throws(ProjectionFault) {
        for posting in event.postings {
            if posting.instrument == .none {
                let empty = CashRow(event.account, posting.currency)
                try rows.change(PortfolioRow.cash(empty).key, or: .cash(empty)) {
                    row throws(ProjectionFault) in
                    guard case .cash(var cash) = row else { return }
                    try cash.book(posting, position)
                    row = .cash(cash)
                }
            }
            if posting.account == .expense {
                let empty = FeeRow(event.account, posting.currency, posting.feeKind ?? .commission)
                try rows.change(PortfolioRow.fee(empty).key, or: .fee(empty)) { row throws(ProjectionFault) in
                    guard case .fee(var fee) = row else { return }
                    fee.paid = try Sum.of(fee.paid, posting.amount)
                    row = .fee(fee)
                }
            }
        }
        guard event.instrument != .none else { return }
        let empty = PositionRow(event.account, event.instrument)
        try rows.change(PortfolioRow.position(empty).key, or: .position(empty)) {
            row throws(ProjectionFault) in
            guard case .position(var held) = row else { return }
            for posting in event.postings { try held.book(posting, position) }
            row = .position(held)
        }
    }

    private static func take(
        _ fact: ReferenceEvent,
        to rows: inout RowCache<PortfolioRow>
    ) throws(ProjectionFault) {
        func change(
            _ instrument: InstrumentID,
            _ body: (inout InstrumentRow) -> Void
        ) throws(ProjectionFault) {
            let empty = PortfolioRow.instrument(InstrumentRow(instrument))
            try rows.change(empty.key, or: empty) { row throws(ProjectionFault) in
                guard case .instrument(var known) = row else { return }
                body(&known)
                row = .instrument(known)
            }
        }
        switch fact {
        case .instrumentRegistered(let terms): try change(terms.instrument) { $0.take(terms) }
        case .termsChanged(let changed): try change(changed.instrument) { $0.take(changed.terms) }
        case .marksRecorded(let recorded):
            for mark in recorded.marks { try change(mark.instrument) { $0.take(mark, of: recorded) } }
        default: break
        }
    }
}

/// Sums of what the ledger has booked, which the core keeps within the bounds of money.
enum Sum {
    static func of(_ left: Money, _ right: Money) throws(ProjectionFault) -> Money {
        guard let sum = left.adding(right) else { throw .unreadable("a balance beyond the bounds of money") }
        return sum
    }
}
