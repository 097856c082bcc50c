public import BifrostKernel
public import ProjectionKit

/// A row of one of the tables.
public enum PortfolioRow: ProjectionRow {
    /// Money of an account in one currency, by what it is.
    case cash(CashRow)
    /// What an account paid, by kind.
    case fee(FeeRow)
    /// Units of one instrument in an account.
    case position(PositionRow)
    /// A closed day of an account.
    indirect case day(DayRow)
    /// An instrument with its latest mark.
    case instrument(InstrumentRow)
    /// An account.
    case account(PortfolioAccountRow)
    /// A booking that changed lots.
    indirect case trade(TradeRow)

    /// What names a row, in the order of the tables.
    public enum Key: ProjectionKey {
        /// An account's money of a currency.
        case cash(AccountID, Currency)
        /// An account's fees of a kind.
        case fee(AccountID, Currency, FeeKind)
        /// An account's units of an instrument.
        case position(AccountID, InstrumentID)
        /// An account's day; these rows are never looked up by the projector.
        case day(AccountID, BusinessDate)
        /// An instrument.
        case instrument(InstrumentID)
        /// An account.
        case account(AccountID)
        /// A booking in an instrument of an account; these rows are never looked up by the projector.
        case trade(AccountID, InstrumentID, position: Int64)

        /// The table.
        public var table: Int {
            switch self {
            case .cash: 0
            case .fee: 1
            case .position: 2
            case .day: 3
            case .instrument: 4
            case .account: 5
            case .trade: 6
            }
        }

        /// Writes the columns of the key.
        public func write(to tuple: inout TupleWriter) {
            switch self {
            case .cash(let account, let currency):
                tuple.identifier(account.id)
                tuple.text(currency.code)
            case .fee(let account, let currency, let kind):
                tuple.identifier(account.id)
                tuple.text(currency.code)
                tuple.text(kindNames[kind])
            case .position(let account, let instrument):
                tuple.identifier(account.id)
                tuple.identifier(instrument.id)
            case .day(let account, let date):
                tuple.identifier(account.id)
                tuple.date(date)
            case .instrument(let instrument): tuple.identifier(instrument.id)
            case .account(let account): tuple.identifier(account.id)
            case .trade(let account, let instrument, let position):
                tuple.identifier(account.id)
                tuple.identifier(instrument.id)
                tuple.int64(position)
            }
        }
    }

    /// What names it.
    public var key: Key {
        switch self {
        case .cash(let row): .cash(row.account, row.currency)
        case .fee(let row): .fee(row.account, row.currency, row.kind)
        case .position(let row): .position(row.account, row.instrument)
        case .day(let row): .day(row.account, row.date)
        case .instrument(let row): .instrument(row.instrument)
        case .account(let row): .account(row.account)
        case .trade(let row): .trade(row.account, row.instrument, position: row.position)
        }
    }

    /// The fields of the row.
    public var state: [UInt8] {
        switch self {
        case .cash(let row): WireEncoder.encode(row)
        case .fee(let row): WireEncoder.encode(row)
        case .position(let row): WireEncoder.encode(row)
        case .instrument(let row): WireEncoder.encode(row)
        case .account(let row): WireEncoder.encode(row)
        case .day, .trade: []
        }
    }

    /// Reads the fields of a row of that table.
    public init(table: Int, state: [UInt8]) throws(WireError) {
        switch table {
        case 0: self = .cash(try WireDecoder.decode(CashRow.self, state))
        case 1: self = .fee(try WireDecoder.decode(FeeRow.self, state))
        case 2: self = .position(try WireDecoder.decode(PositionRow.self, state))
        case 4: self = .instrument(try WireDecoder.decode(InstrumentRow.self, state))
        case 5: self = .account(try WireDecoder.decode(PortfolioAccountRow.self, state))
        default: throw .unexpectedField(number: UInt64(clamping: table))
        }
    }

    /// Writes the columns of its table, those of the key first.
    public func write(to tuple: inout TupleWriter) {
        key.write(to: &tuple)
        switch self {
        case .cash(let row): row.write(to: &tuple)
        case .fee(let row): tuple.money(row.paid)
        case .position(let row): row.write(to: &tuple)
        case .day(let row): row.write(to: &tuple)
        case .instrument(let row): row.write(to: &tuple)
        case .account(let row): row.write(to: &tuple)
        case .trade(let row): row.write(to: &tuple)
        }
    }
}

private let kindNames = ChoiceNames(FeeKind.self)
