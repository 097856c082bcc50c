public import BifrostKernel
public import Portfolios
internal import ProjectionKit

/// Money of an account in one currency: a sum for each account of the ledger's chart, as readers expect its
/// sign.
public struct CashRow: WireFields, Equatable, Sendable {
    /// The account.
    public var account = AccountID.none
    /// The currency.
    public var currency = Currency.usd
    /// The last event that booked in it.
    public var position: Int64 = 0
    /// One sum for each account of the chart, debit positive, in the order of its numbers.
    private var sums: [LedgerSum] = []

    /// An empty row.
    public init() {}

    init(_ account: AccountID, _ currency: Currency) {
        self.account = account
        self.currency = currency
    }

    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.currency(2, "currency", &currency)
        try visitor.position(3, "position", &position)
        try visitor.list(4, "sums", &sums)
    }

    mutating func book(_ posting: Posting, _ position: Int64) throws(ProjectionFault) {
        self.position = position
        if let index = sums.firstIndex(where: { $0.ledger == posting.account }) {
            sums[index].amount = try Sum.of(sums[index].amount, posting.amount)
        } else {
            let index = sums.firstIndex { $0.ledger.rawValue > posting.account.rawValue } ?? sums.endIndex
            sums.insert(LedgerSum(posting.account, posting.amount), at: index)
        }
    }

    /// What one account of the chart adds up to, debit positive.
    public func sum(_ ledger: LedgerAccount) -> Money {
        sums.first { $0.ledger == ledger }?.amount ?? .zero
    }

    /// The columns, those of the key first; in the order of `written`.
    static let columns = [
        "account_id", "currency", "settled", "receivable", "payable", "dividends_due", "interest_due",
        "fees_due", "income", "expense", "realised", "contributed", "position_cost", "transit", "suspense",
        "rounding", "currency_trading", "changed_position",
    ]

    /// What each column shows: credits are shown positive where readers think of them so.
    private static let written: [(LedgerAccount, isCredit: Bool)] = [
        (.cashSettled, false), (.cashReceivable, false), (.cashPayable, true), (.dividendsReceivable, false),
        (.interestAccrued, false), (.feesAccrued, true), (.income, true), (.expense, false),
        (.realisedProfit, true), (.contributedEquity, true), (.positionCost, false), (.transit, false),
        (.suspense, false), (.rounding, false), (.currencyTrading, false),
    ]

    func write(to tuple: inout TupleWriter) {
        for (ledger, isCredit) in Self.written {
            tuple.money(isCredit ? -sum(ledger) : sum(ledger))
        }
        tuple.int64(position)
    }
}

/// What one account of the chart adds up to.
private struct LedgerSum: WireFields, Equatable, Sendable {
    var ledger = LedgerAccount.suspense
    var amount = Money.zero

    init() {}
    init(_ ledger: LedgerAccount, _ amount: Money) {
        self.ledger = ledger
        self.amount = amount
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.choice(1, "account", &ledger)
        try visitor.money(2, "amount", &amount)
    }
}

/// What an account paid of one kind.
public struct FeeRow: WireFields, Equatable, Sendable {
    /// The account.
    public var account = AccountID.none
    /// The currency.
    public var currency = Currency.usd
    /// What it was for.
    public var kind = FeeKind.commission
    /// How much, since the account was opened.
    public var paid = Money.zero

    /// An empty row.
    public init() {}

    init(_ account: AccountID, _ currency: Currency, _ kind: FeeKind) {
        self.account = account
        self.currency = currency
        self.kind = kind
    }

    static let columns = ["account_id", "currency", "kind", "paid"]

    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.currency(2, "currency", &currency)
        try visitor.choice(3, "kind", &kind)
        try visitor.money(4, "paid", &paid)
    }
}
