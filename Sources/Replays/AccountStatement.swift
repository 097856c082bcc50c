internal import BifrostKernel
public import EventStore
internal import Orders
internal import Portfolios
internal import References
internal import Sagas

/// What an account did in a span of the log, as tables that people read.
public struct AccountStatement: Sendable {
    /// A table with a title.
    public struct Section: Sendable {
        /// What it is about.
        public let title: String
        /// The names of the columns, and whether numbers stand in them.
        public let columns: [(name: String, isNumber: Bool)]
        /// The cells, a row each.
        public fileprivate(set) var rows: [[String]] = []

        init(_ title: String, _ columns: [(String, Bool)]) {
            self.title = title
            self.columns = columns.map { (name: $0.0, isNumber: $0.1) }
        }
    }

    private let reference: ReferenceBook
    private let opening: PortfolioView
    private let closing: PortfolioView
    private var orders = Section(
        "Orders",
        [
            ("Position", true), ("Placed", false), ("Order", false), ("Client's id", false),
            ("Terms", false), ("Last that was recorded of it in the span", false),
        ]
    )
    private var refusals = Section(
        "Refusals",
        [("Position", true), ("Time", false), ("What and why", false), ("Numbers", false)]
    )
    private var trades = Section(
        "Trades",
        [
            ("Position", true), ("Trade date", false), ("Symbol", false), ("Quantity", true),
            ("Price", true), ("Settlement", true), ("Commission", true), ("Realised", true),
            ("Currency", false), ("Settles", false),
        ]
    )
    private var postings = Section(
        "Postings",
        [
            ("Position", true), ("Business date", false), ("Event", false), ("Ledger account", false),
            ("Unit", false), ("Debit, credits negative", true),
        ]
    )
    private var rowByOrder: [Identifier: Int] = [:]

    /// Folds the account at both ends of the span, and tells what its events say.
    public init(
        _ span: AccountSpan,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReplayError) {
        func books(_ position: Int64) throws(ReplayError) -> PortfolioView {
            try PortfolioReplay.fold(log, shard, span.account, ReplayPoint(position: position))
        }
        opening = try books(span.positions.lowerBound - 1)
        closing = try books(span.positions.upperBound)
        reference = try ReferenceReplay.fold(log, shard, upTo: span.positions.upperBound)
        let walk = LogWalk(log, shard)
        for event in span.events { take(event.header, try walk.decode(event), span.account) }
    }

    /// The tables in the order in which they are read.
    public var sections: [Section] { [books, positions, orders, refusals, trades, postings] }

    private mutating func take(_ header: EventHeader, _ event: DomainEvent, _ account: AccountOpened) {
        let narrator = Narrator(
            actor: header.actor.text,
            account: account.alias,
            symbolByID: Self.symbols(event)
        )
        let (text, details) = narrator.tell(event)
        switch event {
        case .order(let fact): take(fact, header, text)
        case .portfolio(let fact): take(fact, header, EventName.of(event))
        default: break
        }
        guard Self.isRefusal(event) else { return }
        refusals.rows.append([
            String(header.position), header.effectiveAt.text, text, details.joined(separator: "; "),
        ])
    }

    private mutating func take(_ event: OrderEvent, _ header: EventHeader, _ text: String) {
        let order = header.correlation
        if case .placed(let fact) = event {
            let terms = CommandText.terms(
                fact.side,
                fact.quantity,
                fact.symbol,
                fact.type,
                fact.limitPrice,
                fact.timeInForce
            )
            add(order, header, [fact.clientOrderID?.text ?? "", terms, text])
        } else if let row = rowByOrder[order] {
            orders.rows[row][orders.columns.count - 1] = text
        } else {
            add(order, header, ["", "placed before the span", text])
        }
    }

    private mutating func add(_ order: Identifier, _ header: EventHeader, _ cells: [String]) {
        rowByOrder[order] = orders.rows.count
        orders.rows.append([String(header.position), header.effectiveAt.text, order.text] + cells)
    }

    private mutating func take(_ event: PortfolioEvent, _ header: EventHeader, _ name: String) {
        let start = [String(header.position), header.businessDate.text]
        switch event {
        case .tradeBooked(let fact):
            trades.rows.append([
                start[0], fact.tradeDate.text, symbol(fact.instrument), fact.quantity.text, fact.price.text,
                fact.settlementAmount.text, fact.commission.text, fact.realised.text, fact.currency.code,
                fact.settlementDate.text,
            ])
        case .tradeCorrected(let fact):
            trades.rows.append([
                start[0], fact.tradeDate.text, symbol(fact.instrument) + ", corrected", fact.quantity.text,
                fact.price.text, fact.settlementAmount.text, fact.commission.text, fact.realised.text,
                fact.currency.code, fact.settlementDate.text,
            ])
        default: break
        }
        for posting in event.postings {
            let unit = posting.instrument == .none ? posting.currency.code : symbol(posting.instrument)
            let kind = posting.feeKind.map { " (\($0.name))" } ?? ""
            postings.rows.append(start + [name, posting.account.name + kind, unit, posting.amount.text])
        }
    }

    private static func isRefusal(_ event: DomainEvent) -> Bool {
        switch event {
        case .commandRejected: true
        case .order(.rejected), .order(.replaceRejected), .order(.cancelRejected): true
        default: false
        }
    }

    private static func symbols(_ event: DomainEvent) -> [InstrumentID: Symbol] {
        switch event {
        case .order(.placed(let fact)): [fact.instrument: fact.symbol]
        case .order(.externalFound(let fact)): [fact.instrument: fact.symbol]
        default: [:]
        }
    }

    private func symbol(_ instrument: InstrumentID) -> String {
        let date = closing.days.last?.date ?? BusinessDate(days: 0)
        return closing.positions.first { $0.instrument == instrument }?.symbol
            ?? reference.terms(of: instrument, on: date)?.symbol.text ?? instrument.id.text
    }
}

/// What the account had at both ends.
extension AccountStatement {
    private var books: Section {
        var section = Section("Books", [("", false), ("Unit", false), ("Opening", true), ("Closing", true)])
        let currencies = Set((opening.cash + closing.cash).map(\.currency)).sorted()
        for currency in currencies {
            func cash(_ view: PortfolioView) -> String {
                (view.cash.first { $0.currency == currency }?.amount ?? .zero).text
            }
            section.rows.append(["Cash, settled", currency.code, cash(opening), cash(closing)])
        }
        let figures: [(String, (PortfolioView) -> Money)] = [
            ("Receivable", { $0.receivable }), ("Payable", { $0.payable }),
            ("Contributions", { $0.contributions }), ("Realised profit before fees", { $0.realised }),
            ("Unrealised profit", { $0.unrealised }), ("Fees and commissions", { $0.fees }),
            ("Equity at official marks", { $0.equity }),
        ]
        for (name, figure) in figures {
            section.rows.append(
                [name, closing.account.currency.code, figure(opening).text, figure(closing).text]
            )
        }
        return section
    }

    private var positions: Section {
        var section = Section(
            "Positions",
            [
                ("Symbol", false), ("Opening", true), ("Closing", true), ("Cost", true), ("Mark", true),
                ("Marked on", false), ("Value", true),
            ]
        )
        let symbols = Set((opening.positions + closing.positions).map(\.symbol)).sorted()
        for symbol in symbols {
            let before = opening.positions.first { $0.symbol == symbol }
            let after = closing.positions.first { $0.symbol == symbol }
            section.rows.append([
                symbol, (before?.quantity ?? .zero).text, (after?.quantity ?? .zero).text,
                (after?.cost ?? .zero).text, after?.mark?.text ?? "", after?.markDate?.text ?? "",
                (after?.value ?? .zero).text,
            ])
        }
        return section
    }
}
