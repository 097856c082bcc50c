public import BifrostKernel

/// A thing that balances: a currency, or an instrument.
public enum Commodity: Hashable, Comparable, Sendable {
    /// Money of one currency.
    case money(Currency)
    /// Units of one instrument.
    case instrument(InstrumentID)

    /// Currencies first, each in its own order.
    public static func < (left: Commodity, right: Commodity) -> Bool {
        switch (left, right) {
        case (.money(let left), .money(let right)): left < right
        case (.instrument(let left), .instrument(let right)): left < right
        case (.money, .instrument): true
        case (.instrument, .money): false
        }
    }
}

/// A double-entry ledger: balances by account and commodity, which sum to zero per commodity after every
/// booking.
public struct Ledger: Sendable {
    /// One balance's place.
    public struct Key: Hashable, Comparable, Sendable {
        /// The account of the chart.
        public internal(set) var account: LedgerAccount
        /// What is counted there.
        public internal(set) var commodity: Commodity
        /// What an expense is for, where it is a fee beside the commission.
        public internal(set) var feeKind: FeeKind?
        /// Puts the parts together.
        public init(_ account: LedgerAccount, _ commodity: Commodity, _ feeKind: FeeKind? = nil) {
            self.account = account
            self.commodity = commodity
            self.feeKind = feeKind
        }
        /// Orders by account, then by commodity, then by kind of fee.
        public static func < (left: Key, right: Key) -> Bool {
            (left.account.rawValue, left.commodity, left.feeKind?.rawValue ?? 0)
                < (right.account.rawValue, right.commodity, right.feeKind?.rawValue ?? 0)
        }
        /// Kinds of fees are few, and most keys have none.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(account)
            hasher.combine(commodity)
        }
    }

    private var balances: [Key: Int128] = [:]

    /// An empty ledger.
    public init() {}

    /// The balance in units of 10⁻⁹, debit positive; of an expense without a kind, or of one kind of fee.
    public func balance(_ account: LedgerAccount, _ commodity: Commodity, _ feeKind: FeeKind? = nil) -> Int128
    {
        balances[Key(account, commodity, feeKind)] ?? 0
    }

    /// Everything paid for trading and owed on short positions, all kinds of fees together.
    public func expense(_ currency: Currency) -> Int128 {
        FeeKind.allCases.reduce(balance(.expense, .money(currency))) {
            $0 + balance(.expense, .money(currency), $1)
        }
    }

    /// All balances that are not zero, in order.
    public var lines: [(key: Key, balance: Int128)] {
        balances.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The currencies in which any of these accounts has a balance, in order.
    public func currencies(_ accounts: Set<LedgerAccount>) -> [Currency] {
        var found: Set<Currency> = []
        // ORDER: they are sorted below.
        for (key, balance) in balances where balance != 0 && accounts.contains(key.account) {
            if case .money(let currency) = key.commodity { found.insert(currency) }
        }
        return found.sorted()
    }

    /// Books all postings.
    public mutating func book(_ postings: [Posting]) {
        for posting in postings {
            balances[posting.key, default: 0] += posting.amount.nanos
        }
    }

    /// Whether postings sum to zero per commodity.
    public static func balances(_ postings: [Posting]) -> Bool {
        var sums: [Commodity: Int128] = [:]
        for posting in postings { sums[posting.commodity, default: 0] += posting.amount.nanos }
        return sums.values.allSatisfy { $0 == 0 }
    }

    /// The sum of all accounts of each commodity: all zero, or the ledger is corrupt.
    public var sums: [(commodity: Commodity, sum: Int128)] {
        var sums: [Commodity: Int128] = [:]
        for (key, balance) in lines { sums[key.commodity, default: 0] += balance }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension Posting {
    /// What the line is in.
    public var commodity: Commodity { instrument == .none ? .money(currency) : .instrument(instrument) }
    /// The balance that the line changes.
    public var key: Ledger.Key { Ledger.Key(account, commodity, feeKind) }
}

extension Commodity: WireFields {
    /// Dollars, to be read over.
    public init() { self = .money(.usd) }
    /// Visits the one that it is.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        guard visitor.isReading else {
            switch self {
            case .money(var currency): try visitor.currency(1, "currency", &currency)
            case .instrument(var instrument): try visitor.instrument(2, "instrumentId", &instrument)
            }
            return
        }
        var currency: Currency?
        var instrument = InstrumentID.none
        try visitor.currency(1, "currency", &currency)
        try visitor.instrument(2, "instrumentId", &instrument)
        if let currency {
            guard instrument == .none else { throw .unexpectedField(number: 2) }
            self = .money(currency)
        } else {
            guard instrument != .none else { throw .missingField(number: 1) }
            self = .instrument(instrument)
        }
    }
}

extension Ledger.Key: WireFields {
    /// A place to be read over.
    public init() { self.init(.cashSettled, Commodity()) }
    /// Visits the parts.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.choice(1, "account", &account)
        try visitor.message(2, "commodity", &commodity)
        try visitor.choice(3, "feeKind", &feeKind)
    }
}

/// A balance with its place, in one message: a ledger has many.
private struct LedgerRow: WireFields {
    var key = Ledger.Key()
    var balance: Int128 = 0

    init() {}
    init(_ key: Ledger.Key, _ balance: Int128) {
        self.key = key
        self.balance = balance
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try key.fields(&visitor)
        try visitor.sum(4, "balance", &balance)
    }
}

extension Ledger: WireFields {
    /// Visits the balances in order; one of zero is as good as none, and is left out.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var rows = visitor.isReading ? [] : lines.map { LedgerRow($0.key, $0.balance) }
        try visitor.list(1, "balances", &rows)
        guard visitor.isReading else { return }
        balances = Dictionary(minimumCapacity: rows.count)
        for row in rows {
            guard row.balance != 0, balances.updateValue(row.balance, forKey: row.key) == nil else {
                throw .notCanonical(field: 1)
            }
        }
    }
}
