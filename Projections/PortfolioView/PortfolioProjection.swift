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
    /// Days know the event that closed them since the second; flows and what lots are made of are kept since
    /// the third.
    public static let foldVersion: UInt32 = 3
    /// In the order of `PortfolioRow.Key.table`.
    public static let tables = [
        ProjectedTable("cash", key: ["account_id", "currency"], columns: CashRow.columns),
        ProjectedTable("fees", key: ["account_id", "currency", "kind"], columns: FeeRow.columns),
        ProjectedTable("positions", key: ["account_id", "instrument_id"], columns: PositionRow.columns),
        ProjectedTable("days", key: ["account_id", "date"], columns: DayRow.columns, isAppended: true),
        ProjectedTable("instruments", key: ["instrument_id"], columns: InstrumentRow.columns),
        ProjectedTable("accounts", key: ["account_id"], columns: PortfolioAccountRow.columns),
        ProjectedTable(
            "trades",
            key: ["account_id", "instrument_id", "position"],
            columns: TradeRow.columns,
            isAppended: true
        ),
    ]
    /// The tables with their views.
    public static var schema: [UInt8] { PackageResources.schema_sql }

    /// Accounts, their ledgers, and global facts.
    public static func concerns(_ header: EventHeader) -> Bool {
        header.stream.kind == .portfolio || header.stream.kind == .reference
            || header.type == AccountOpened.eventType
    }

    /// The balances that are booked, the day that is closed, the instruments that are named or marked.
    public static func keys(of fact: RecordedFact) -> [PortfolioRow.Key] {
        switch fact.event {
        case .accountOpened(let opened): return [.account(opened.account)]
        case .portfolio(.dayClosed(let day)): return [.account(day.account)]
        case .portfolio(let event): return keys(of: event)
        case .reference(.copied(_, let inner)):
            switch inner {
            case .instrumentRegistered(let terms): return [.instrument(terms.instrument)]
            case .termsChanged(let change): return [.instrument(change.instrument)]
            case .changeWithdrawn(let change): return [.instrument(change.instrument)]
            case .marksRecorded(let recorded): return recorded.marks.map { .instrument($0.instrument) }
            default: return []
            }
        default: return []
        }
    }

    private static func keys(of event: PortfolioEvent) -> [PortfolioRow.Key] {
        let account = event.account
        var keys: [PortfolioRow.Key] = []
        keys.reserveCapacity(8)
        var last: Currency?
        for posting in event.postings {
            // Lines of one currency stand beside each other in all but conversions.
            if posting.instrument == .none, posting.currency != last {
                keys.append(.cash(account, posting.currency))
                last = posting.currency
            }
            if posting.account == .expense {
                keys.append(.fee(account, posting.currency, posting.feeKind ?? .commission))
            }
        }
        if event.instrument != .none { keys.append(.position(account, event.instrument)) }
        switch event {
        case .deposited, .withdrawn, .converted: keys.append(.account(account))
        case .positionImported(let lot):
            keys.append(.account(account))
            keys.append(.instrument(lot.instrument))
        default: break
        }
        return keys
    }

    /// Books the lines, closes the day, or takes in what is said of instruments.
    public static func apply(
        _ fact: RecordedFact,
        to rows: inout RowCache<PortfolioRow>
    ) throws(ProjectionFault) {
        switch fact.event {
        case .accountOpened(let opened): try change(opened.account, &rows) { $0.take(opened) }
        case .portfolio(.dayClosed(let day)):
            var flows = DayFlows()
            try change(day.account, &rows) { flows = $0.close(day) }
            rows.append(.day(DayRow(day, flows, fact.header.position)))
        case .portfolio(let event):
            try book(event, fact.header.position, to: &rows)
            try pay(event, to: &rows)
            if let row = TradeRow(event, fact.header) { rows.append(.trade(row)) }
        case .reference(.copied(_, let inner)): try take(inner, to: &rows)
        default: break
        }
    }

    private static func book(
        _ event: PortfolioEvent,
        _ position: Int64,
        to rows: inout RowCache<PortfolioRow>
    ) throws(ProjectionFault) {
        let account = event.account
        let postings = event.postings
        for posting in postings {
            if posting.instrument == .none {
                try rows.change(
                    .cash(account, posting.currency),
                    or: .cash(CashRow(account, posting.currency))
                ) {
                    row throws(ProjectionFault) in
                    guard case .cash(var cash) = row else { return }
                    // Taken out, so that its sums have one owner while they change.
                    row = .cash(CashRow())
                    try cash.book(posting, position)
                    row = .cash(cash)
                }
            }
            if posting.account == .expense {
                let kind = posting.feeKind ?? .commission
                try rows.change(
                    .fee(account, posting.currency, kind),
                    or: .fee(FeeRow(account, posting.currency, kind))
                ) { row throws(ProjectionFault) in
                    guard case .fee(var fee) = row else { return }
                    fee.paid = try Sum.of(fee.paid, posting.amount)
                    row = .fee(fee)
                }
            }
        }
        let instrument = event.instrument
        guard instrument != .none else { return }
        try rows.change(.position(account, instrument), or: .position(PositionRow(account, instrument))) {
            row throws(ProjectionFault) in
            guard case .position(var held) = row else { return }
            for posting in postings { try held.book(posting, position) }
            if case .positionAdjusted(let split) = event { held.take(split) }
            row = .position(held)
        }
    }

    /// What was paid in or out of the account.
    private static func pay(
        _ event: PortfolioEvent,
        to rows: inout RowCache<PortfolioRow>
    ) throws(ProjectionFault) {
        switch event {
        case .deposited(let fact):
            try change(fact.account, &rows) { account throws(ProjectionFault) in
                try account.pay(fact.amount, fact.currency)
            }
        case .withdrawn(let fact):
            try change(fact.account, &rows) { account throws(ProjectionFault) in
                try account.pay(-fact.amount, fact.currency)
            }
        case .converted(let fact): try change(fact.account, &rows) { $0.take(fact) }
        case .positionImported(let lot):
            var mark: Price?
            if case .instrument(let known) = try rows.row(.instrument(lot.instrument)) { mark = known.mark }
            try change(lot.account, &rows) { account throws(ProjectionFault) in
                try account.pay(lot, at: mark)
            }
        default: break
        }
    }

    private static func change(
        _ account: AccountID,
        _ rows: inout RowCache<PortfolioRow>,
        _ body: (inout PortfolioAccountRow) throws(ProjectionFault) -> Void
    ) throws(ProjectionFault) {
        try rows.change(.account(account), or: .account(PortfolioAccountRow(account))) {
            row throws(ProjectionFault) in
            guard case .account(var known) = row else { return }
            try body(&known)
            row = .account(known)
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
            try rows.change(.instrument(instrument), or: .instrument(InstrumentRow(instrument))) {
                row throws(ProjectionFault) in
                guard case .instrument(var known) = row else { return }
                body(&known)
                row = .instrument(known)
            }
        }
        switch fact {
        case .instrumentRegistered(let terms): try change(terms.instrument) { $0.take(terms) }
        case .termsChanged(let changed): try change(changed.instrument) { $0.take(changed.terms) }
        case .changeWithdrawn(let changed): try change(changed.instrument) { $0.take(changed.terms) }
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
