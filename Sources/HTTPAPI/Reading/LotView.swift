internal import BifrostKernel
internal import EventStore
internal import Portfolios
internal import ReadModels
internal import Sagas

/// Open lots of an account, or the parts of lots that were closed, newest first.
enum LotView {
    static let columns = [
        "symbol", "instrument", "currency", "quantity", "cost", "opened", "execution", "proceeds", "realised",
        "closed", "closedBy",
    ]

    /// What is listed.
    enum Kind: Sendable {
        case open
        case closed
    }

    /// A page with the cursor of the next one, `nil` at the end.
    ///
    /// All lots were derived for it: the page bounds what is sent, not what is reckoned.
    static func page(
        _ lots: [LotFigures],
        _ kind: Kind,
        limit: Int,
        before: LotCursor?
    ) -> (rows: [JSON], next: String?) {
        let lines = lots.flatMap { kind == .open ? open($0) : closed($0) }
        let found = lines.filter { line in before.map { line.cursor < $0 } ?? true }
            .sorted { $0.cursor > $1.cursor }
            .prefix(limit)
        return (found.map { $0.json() }, found.count == limit ? found.last?.cursor.text : nil)
    }

    private struct Line {
        let cursor: LotCursor
        let json: () -> JSON
    }

    private static func open(_ figures: LotFigures) -> [Line] {
        figures.book.open.map { lot in
            Line(cursor: LotCursor(date: lot.opened, execution: lot.execution)) {
                row(
                    figures,
                    [
                        "quantity": .string(lot.quantity.text), "cost": .string(lot.cost.text),
                        "opened": .string(lot.opened.text), "execution": .string(lot.execution.text),
                        "proceeds": .null, "realised": .null, "closed": .null, "closedBy": .null,
                    ]
                )
            }
        }
    }

    private static func closed(_ figures: LotFigures) -> [Line] {
        figures.book.closures.map { part in
            Line(cursor: LotCursor(date: part.closed, execution: part.closedBy, lot: part.lot)) {
                row(
                    figures,
                    [
                        "quantity": .string(part.quantity.text), "cost": .string(part.cost.text),
                        "opened": .string(part.opened.text), "execution": .string(part.lot.text),
                        "proceeds": .string(part.proceeds.text), "realised": .string(part.realised.text),
                        "closed": .string(part.closed.text), "closedBy": .string(part.closedBy.text),
                    ]
                )
            }
        }
    }

    private static func row(_ figures: LotFigures, _ rest: JSON) -> JSON {
        let about: [JSON.Member] = [
            JSON.Member("symbol", .string(figures.symbol ?? figures.instrument.id.text)),
            JSON.Member("instrument", .string(figures.instrument.id.text)),
            JSON.Member("currency", .string(figures.currency.code)),
        ]
        guard case .object(let members) = rest else { return rest }
        return .object(about + members)
    }

    /// The lots by folding the log through a position.
    ///
    /// Blocks.
    static func fold(
        _ query: LotQuery,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber,
        _ directory: Directory
    ) throws -> [LotFigures] {
        var books: [InstrumentID: (currency: Currency, book: LotBook)] = [:]
        let stream = StreamOrdinal(.portfolio, of: query.account.id)
        let selection = LogSelection.stream(AccountOrdinal(query.account), stream, afterVersion: 0)
        try EventPages.read(log, shard, selection, through: through) { read in
            guard case .portfolio(let event) = read.event, let currency = event.lotCurrency,
                query.counts(event, on: read.header.businessDate)
            else { return }
            // A correction whose trade does not count by the date says nothing of it either.
            _ = books[event.instrument, default: (currency, LotBook())].book
                .take(event, at: read.header.effectiveAt)
        }
        let symbols = try directory.symbols(of: books.keys.sorted())
        return books.sorted { $0.key < $1.key }.compactMap { instrument, known in
            if let symbol = query.symbol, symbols[instrument] != symbol { return nil }
            return LotFigures(
                instrument: instrument,
                symbol: symbols[instrument]?.text,
                currency: known.currency,
                book: known.book
            )
        }
    }
}

extension PortfolioEvent {
    /// The currency of a booking that changes lots, `nil` of any other event.
    fileprivate var lotCurrency: Currency? {
        switch self {
        case .tradeBooked(let fact): fact.currency
        case .tradeCorrected(let fact): fact.currency
        case .positionAdjusted(let fact): fact.currency
        case .positionImported(let fact): fact.currency
        default: nil
        }
    }
}

/// Where a page of lots begins: behind this one.
///
/// One execution may close many lots and one lot be closed by many, so that it takes both to name a part.
struct LotCursor: Comparable, Sendable {
    let date: BusinessDate
    /// The execution that opened the lot, or closed the part.
    let execution: Identifier
    /// The lot of a closed part.
    var lot = Identifier.none

    init(date: BusinessDate, execution: Identifier, lot: Identifier = .none) {
        self.date = date
        self.execution = execution
        self.lot = lot
    }

    /// Reads what `text` wrote.
    init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, let date = BusinessDate(parts[0]),
            let execution = Identifier(parts[1])
        else { return nil }
        self.init(date: date, execution: execution)
        guard parts.count == 3 else { return }
        guard let lot = Identifier(parts[2]) else { return nil }
        self.lot = lot
    }

    var text: String {
        "\(date.text)_\(execution.text)" + (lot == .none ? "" : "_\(lot.text)")
    }

    static func < (left: LotCursor, right: LotCursor) -> Bool {
        (left.date, left.execution, left.lot) < (right.date, right.execution, right.lot)
    }
}
