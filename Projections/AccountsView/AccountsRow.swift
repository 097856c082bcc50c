public import BifrostKernel
public import ProjectionKit

/// A row of one of the tables.
public enum AccountsRow: ProjectionRow {
    /// An account.
    case account(AccountRow)
    /// What an order holds back.
    case hold(HoldRow)

    /// What names a row, in the order of the tables.
    public enum Key: ProjectionKey {
        /// An account, by its place in the log.
        case account(AccountOrdinal)
        /// An order.
        case hold(OrderID)

        /// The table.
        public var table: Int {
            switch self {
            case .account: 0
            case .hold: 1
            }
        }

        /// An account is opened, and an order judged, by an event behind the one that gave it its id.
        public var bornAfter: Int64? {
            switch self {
            case .account(let account): account.value - 1
            case .hold(let order): order.id.birth - 1
            }
        }

        /// Writes the columns of the key.
        public func write(to tuple: inout TupleWriter) {
            switch self {
            case .account(let account): tuple.int64(account.value)
            case .hold(let order): tuple.identifier(order.id)
            }
        }
    }

    /// What names it.
    public var key: Key {
        switch self {
        case .account(let row): .account(row.ordinal)
        case .hold(let row): .hold(row.order)
        }
    }

    /// The fields of the row.
    public var state: [UInt8] {
        switch self {
        case .account(let row): WireEncoder.encode(row)
        case .hold(let row): WireEncoder.encode(row)
        }
    }

    /// Reads the fields of a row of that table.
    public init(table: Int, state: [UInt8]) throws(WireError) {
        switch table {
        case 0: self = .account(try WireDecoder.decode(AccountRow.self, state))
        case 1: self = .hold(try WireDecoder.decode(HoldRow.self, state))
        default: throw .unexpectedField(number: UInt64(clamping: table))
        }
    }

    /// Writes the columns of its table, those of the key first.
    public func write(to tuple: inout TupleWriter) {
        key.write(to: &tuple)
        switch self {
        case .account(let row): row.write(to: &tuple)
        case .hold(let row): row.write(to: &tuple)
        }
    }
}
