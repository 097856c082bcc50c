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
        public let account: LedgerAccount
        /// What is counted there.
        public let commodity: Commodity
        /// Puts the parts together.
        public init(_ account: LedgerAccount, _ commodity: Commodity) {
            self.account = account
            self.commodity = commodity
        }
        /// Orders by account, then by commodity.
        public static func < (left: Key, right: Key) -> Bool {
            (left.account.rawValue, left.commodity) < (right.account.rawValue, right.commodity)
        }
    }

    private var balances: [Key: Int128] = [:]

    /// An empty ledger.
    public init() {}

    /// The balance in units of 10⁻⁹, debit positive.
    public func balance(_ account: LedgerAccount, _ commodity: Commodity) -> Int128 {
        balances[Key(account, commodity)] ?? 0
    }

    /// All balances that are not zero, in order.
    public var lines: [(key: Key, balance: Int128)] {
        balances.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Books all postings.
    public mutating func book(_ postings: [Posting]) {
        for posting in postings {
            balances[Key(posting.account, posting.commodity), default: 0] += posting.amount.nanos
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
}
