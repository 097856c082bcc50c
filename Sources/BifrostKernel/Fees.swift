/// What a fee is for.
public enum FeeKind: UInt8, WireChoice {
    /// The venue's own price for trading.
    case commission = 1
    /// The fee of section 31 of the Securities Exchange Act of 1934 on the proceeds of sales (15 U.S.C.
    /// 78ee).
    ///
    /// The Commission sets its rate per million dollars and the day from which it holds; firms pass it on for
    /// each sale, rounded up to the cent.
    case sec = 2
    /// The trading activity fee on units sold, FINRA By-Laws, Schedule A, §1(b)(2).
    ///
    /// A rate per unit with a most per trade; none where the price is below the rate. Firms pass it on
    /// rounded up to the cent.
    case taf = 3
    /// The consolidated audit trail's fee.
    case cat = 4
    /// What the exchange takes beside the venue.
    case exchange = 5
    /// What the clearing house takes.
    case clearing = 6
    /// A tax on the transaction.
    case tax = 7
    /// What borrowed units cost.
    case borrow = 8
}

/// The side of a trade that a fee is taken on; a short sale is a sale.
public enum FeeSide: UInt8, WireChoice {
    /// Purchases.
    case buy = 1
    /// Sales.
    case sell = 2
}

/// One fee of a trade, beside its commission.
public struct Fee: WireFields, Hashable, Sendable {
    /// Most fees that a venue may report of one trade.
    public static let countMax = 16
    /// What it is for.
    public var kind = FeeKind.commission
    /// Paid positive, received negative.
    public var amount = Money.zero
    /// The currency of the amount.
    public var currency = Currency.usd
    /// An empty fee.
    public init() {}
    /// Puts the parts together.
    public init(_ kind: FeeKind, _ amount: Money, _ currency: Currency) {
        self.kind = kind
        self.amount = amount
        self.currency = currency
    }
    /// Visits the fields of `bifrost.v1.Fee`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.choice(1, "kind", &kind)
        try visitor.money(2, "amount", &amount)
        try visitor.currency(3, "currency", &currency)
    }
}

extension [Fee] {
    /// The sum, in units of 10⁻⁹.
    public var nanos: Int128 { isEmpty ? 0 : reduce(0) { $0 + $1.amount.nanos } }

    /// Whether a ledger takes them as fees of a trade in `currency`: all in it, not too many, and no absurd
    /// amount.
    public func isBookable(in currency: Currency) -> Bool {
        isEmpty
            || count <= Fee.countMax
                && allSatisfy { $0.currency == currency && $0.amount.nanos.magnitude < 1 << 100 }
    }
}

/// A fee that a rule of the market takes, trade by trade.
public struct FeeRate: WireFields, Hashable, Sendable {
    /// What it is for.
    public var kind = FeeKind.sec
    /// As a share of the traded amount.
    public var rate = BasisPoints(0)
    /// For each unit of quantity, added to the share.
    public var perShare: Price?
    /// The most for one trade.
    public var maximum: Money?
    /// The sides that it is taken on; both where empty.
    public var sides: [FeeSide] = []
    /// An empty rate.
    public init() {}
    /// Puts the parts together.
    public init(
        _ kind: FeeKind,
        rate: BasisPoints = BasisPoints(0),
        perShare: Price? = nil,
        maximum: Money? = nil,
        on sides: [FeeSide] = []
    ) {
        self.kind = kind
        self.rate = rate
        self.perShare = perShare
        self.maximum = maximum
        self.sides = sides
    }
    /// Visits the fields of `bifrost.v1.FeeRate`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.choice(1, "kind", &kind)
        try visitor.rate(2, "rateMicroBasisPoints", &rate)
        try visitor.price(3, "perShare", &perShare)
        try visitor.money(4, "maximum", &maximum)
        try visitor.choices(5, "sides", &sides)
    }
}

/// What a schedule takes beside a share of the traded amount.
public struct FeeTerms: WireFields, Hashable, Sendable {
    /// Commission for each unit of quantity, added to the share.
    public var perShare: Price?
    /// The least commission of one order, its partial fills together.
    public var minimum: Money?
    /// The most commission of one order, its partial fills together.
    public var maximum: Money?
    /// Fees of the market, each taken for each trade.
    public var fees: [FeeRate] = []
    /// The currency of the amounts: a trade in another one pays the share alone.
    public var currency = Currency.usd
    /// Nothing.
    public init() {}
    /// Visits the fields of `bifrost.v1.FeeTerms`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.price(1, "perShare", &perShare)
        try visitor.money(2, "minimum", &minimum)
        try visitor.money(3, "maximum", &maximum)
        try visitor.list(4, "fees", &fees)
        try visitor.currency(5, "currency", &currency)
    }
}

/// Terms that most schedules do not have: one word, so that orders which need none pay for none.
public enum ExtraFees: Hashable, Sendable {
    /// A share of the traded amount is all.
    case none
    /// More than that.
    indirect case terms(FeeTerms)

    /// Keeps the terms, if there are any.
    public init(_ terms: FeeTerms?) { self = terms.map { .terms($0) } ?? .none }

    /// The terms, `nil` where a share is all.
    public var terms: FeeTerms? { if case .terms(let terms) = self { terms } else { nil } }

    /// The terms for a trade in `currency`.
    public func terms(in currency: Currency) -> FeeTerms? {
        guard case .terms(let terms) = self, terms.currency == currency else { return nil }
        return terms
    }
}
