public import BifrostKernel
internal import EventStore
public import PortfolioViewProjection
public import Portfolios
public import PostgresClient

/// Which lots to derive: those of an account, by what was known at a position and what took effect by a date.
public struct LotQuery: Sendable {
    /// The account.
    public var account: AccountID
    /// Only this instrument.
    public var instrument: InstrumentID?
    /// Only what has this symbol now.
    public var symbol: Symbol?
    /// The last position that counts; all where `nil`.
    public var position: Int64?
    /// The last business date that counts; all where `nil`.
    ///
    /// A correction counts by the date of its trade, whenever it came.
    public var date: BusinessDate?

    /// All lots of an account, as they are known now.
    public init(_ account: AccountID) { self.account = account }

    /// Whether a booking of that business day tells something about `date`.
    public func counts(_ event: PortfolioEvent, on day: BusinessDate) -> Bool {
        guard let date else { return true }
        if case .tradeCorrected(let fact) = event { return fact.tradeDate <= date }
        return day <= date
    }
}

/// The lots of one instrument in an account.
public struct LotFigures: Sendable {
    /// The instrument.
    public let instrument: InstrumentID
    /// Its latest symbol, `nil` where the shard knows none.
    public let symbol: String?
    /// The currency of all amounts here.
    public let currency: Currency
    /// Open and closed.
    public let book: LotBook

    /// Puts the parts together.
    public init(instrument: InstrumentID, symbol: String?, currency: Currency, book: LotBook) {
        self.instrument = instrument
        self.symbol = symbol
        self.currency = currency
        self.book = book
    }
}

extension PortfolioProjection {
    /// The lots of an account, in order of symbol, derived by the rules of the ledger from the bookings in
    /// `trades`; blocks.
    ///
    /// It costs a look at each booking of the instruments that are asked for, late ones a little more.
    public static func lots(
        _ query: LotQuery,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [LotFigures] {
        let statement = statement(query, snapshot.schema)
        let rows = try snapshot.connection.query(statement.text, statement.parameters)
        var list: [LotFigures] = []
        var current: (first: Booking, book: LotBook)?
        func finish() {
            guard let (first, book) = current else { return }
            list.append(
                LotFigures(
                    instrument: first.instrument,
                    symbol: first.symbol,
                    currency: first.currency,
                    book: book
                )
            )
        }
        for row in 0..<rows.count {
            let booking = try Booking(rows, row)
            if current?.first.instrument != booking.instrument {
                finish()
                current = (booking, LotBook())
            }
            // A correction whose trade does not count by the date says nothing of it either.
            _ = current?.book.take(booking.event, at: booking.effectiveAt)
        }
        finish()
        return list.sorted { ($0.symbol ?? "", $0.instrument) < ($1.symbol ?? "", $1.instrument) }
    }

    /// The statement that reads the bookings, with its parameters.
    static func statement(
        _ query: LotQuery,
        _ schema: String
    ) -> (text: String, parameters: [PostgresParameter]) {
        var conditions = ["t.shard = $1", "t.account_id = $2"]
        var parameters: [PostgresParameter] = [
            .int32(Int32(query.account.id.shard)),
            .uuid(high: query.account.id.high, low: query.account.id.low),
        ]
        func add(_ condition: String, _ parameter: PostgresParameter) {
            parameters.append(parameter)
            conditions.append("\(condition) $\(parameters.count)")
        }
        if let instrument = query.instrument {
            add("t.instrument_id =", .uuid(high: instrument.id.high, low: instrument.id.low))
        }
        if let symbol = query.symbol {
            // From what the account ever held to its bookings, each by its key.
            add(
                "t.instrument_id in (select p.instrument_id from \(schema).positions p "
                    + "join \(schema).instruments s on s.shard = p.shard and s.instrument_id = p.instrument_id "
                    + "where p.shard = $1 and p.account_id = $2 and s.symbol =",
                .text(symbol.text)
            )
            conditions[conditions.count - 1] += ")"
        }
        if let position = query.position { add("t.position <=", .int64(position)) }
        if let date = query.date {
            add(
                "case t.kind when 'CORRECTION' then t.trade_date else t.business_date end "
                    + "<= date '1970-01-01' +",
                .int32(date.days)
            )
        }
        let text =
            "select \(Booking.columns) from \(schema).trades t left join \(schema).instruments i "
            + "on i.shard = t.shard and i.instrument_id = t.instrument_id "
            + "where \(conditions.joined(separator: " and ")) order by t.instrument_id, t.position"
        return (text, parameters)
    }
}

/// A row of `trades` as the event that it was, with what lots are made of.
private struct Booking {
    let instrument: InstrumentID
    let symbol: String?
    let currency: Currency
    let effectiveAt: Timestamp
    let event: PortfolioEvent

    static let columns =
        "t.instrument_id, i.symbol, t.currency, t.effective_at, t.kind, t.execution_id, t.corrected_id, "
        + "t.order_id, (t.quantity * 1000000000)::int8, trim_scale(t.gross)::text, "
        + "t.trade_date - date '1970-01-01', t.lot_method, t.chosen_lots, t.numerator, t.denominator"

    init(_ rows: PostgresRows, _ row: Int) throws(PostgresError) {
        instrument = InstrumentID(try rows.identifier(row, 0))
        symbol = try rows.optionalText(row, 1)
        guard let currency = Currency(try rows.text(row, 2)) else {
            throw .misuse("expected a currency in a row of trades")
        }
        self.currency = currency
        effectiveAt = Timestamp(nanos: try rows.int64(row, 3))
        let kind = try rows.text(row, 4)
        switch TradeKind(rawValue: kind) {
        case .trade: event = .tradeBooked(try Self.trade(rows, row))
        case .correction: event = .tradeCorrected(try Self.correction(rows, row))
        case .split: event = .positionAdjusted(try Self.split(rows, row))
        case .imported: event = .positionImported(try Self.imported(rows, row))
        case nil: throw .misuse("expected a kind of booking, was \(kind)")
        }
    }

    private static func trade(_ rows: PostgresRows, _ row: Int) throws(PostgresError) -> TradeBooked {
        var fact = TradeBooked()
        fact.execution = try rows.identifier(row, 5)
        fact.order = OrderID(try rows.optionalIdentifier(row, 7))
        fact.quantity = try rows.quantity(row, 8)
        fact.gross = try rows.money(row, 9)
        fact.tradeDate = BusinessDate(days: try rows.int32(row, 10))
        let method = try rows.text(row, 11)
        fact.lotMethod = LotMethod.allCases.first { $0.name == method }
        fact.chosenLots = try rows.chosenLots(row, 12)
        return fact
    }

    private static func correction(_ rows: PostgresRows, _ row: Int) throws(PostgresError) -> TradeCorrected {
        var fact = TradeCorrected()
        fact.newExecution = try rows.identifier(row, 5)
        fact.execution = try rows.optionalIdentifier(row, 6)
        fact.quantity = try rows.quantity(row, 8)
        fact.gross = try rows.money(row, 9)
        fact.tradeDate = BusinessDate(days: try rows.int32(row, 10))
        return fact
    }

    private static func split(_ rows: PostgresRows, _ row: Int) throws(PostgresError) -> PositionAdjusted {
        var fact = PositionAdjusted()
        fact.action = try rows.identifier(row, 5)
        fact.fraction = -(try rows.quantity(row, 8))
        fact.gross = -(try rows.money(row, 9))
        fact.exDate = BusinessDate(days: try rows.int32(row, 10))
        fact.numerator = UInt32(clamping: try rows.int64(row, 13))
        fact.denominator = UInt32(clamping: try rows.int64(row, 14))
        return fact
    }

    private static func imported(_ rows: PostgresRows, _ row: Int) throws(PostgresError) -> PositionImported {
        var fact = PositionImported()
        fact.lot = try rows.identifier(row, 5)
        fact.quantity = try rows.quantity(row, 8)
        fact.cost = try rows.money(row, 9)
        fact.acquired = BusinessDate(days: try rows.int32(row, 10))
        return fact
    }
}

extension PostgresRows {
    fileprivate func identifier(_ row: Int, _ column: Int) throws(PostgresError) -> Identifier {
        let id = try uuid(row, column)
        return Identifier(high: id.high, low: id.low)
    }

    fileprivate func optionalIdentifier(_ row: Int, _ column: Int) throws(PostgresError) -> Identifier {
        let id = try optionalUUID(row, column)
        return id.map { Identifier(high: $0.high, low: $0.low) } ?? .none
    }

    /// A quantity that the query gives in units of 10⁻⁹.
    fileprivate func quantity(_ row: Int, _ column: Int) throws(PostgresError) -> Quantity {
        guard let quantity = Quantity(exactly: try int64(row, column)) else {
            throw .misuse("expected a quantity within its bounds")
        }
        return quantity
    }

    /// An amount that the query gives as text.
    func money(_ row: Int, _ column: Int) throws(PostgresError) -> Money {
        let text = try text(row, column)
        do throws(DecimalError) {
            return try Money(text)
        } catch {
            throw .misuse("expected an amount, was \(text)")
        }
    }

    fileprivate func chosenLots(_ row: Int, _ column: Int) throws(PostgresError) -> [ChosenLot] {
        var lots: [ChosenLot] = []
        for part in (try optionalText(row, column) ?? "").split(separator: " ") {
            let sides = part.split(separator: ":")
            guard sides.count == 2, let execution = Identifier(String(sides[0])),
                let quantity = try? Quantity(String(sides[1]))
            else { throw .misuse("expected lots as EXECUTION:QUANTITY, was \(part)") }
            lots.append(ChosenLot(execution, quantity))
        }
        return lots
    }
}
