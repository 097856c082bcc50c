public import BifrostKernel
public import Orders

/// Asks to bring an account to target weights: it sells first, and buys with the cash that is there then.
///
/// Positions that it does not name stay as they are.
public struct RebalanceAccount: WireFields, Equatable, Sendable {
    /// Most targets: what is left of its orders can be cancelled in one decision.
    public static let targetsMax = 100
    /// 0.25 %.
    public static let usualBuffer = BasisPoints(25)

    /// What is wanted, each symbol once; the weights are at most the whole together.
    public var targets: [WantedWeight] = []
    /// How far a weight may be off, as a share of the equity, before it is traded.
    public var band = BasisPoints(0)
    /// The least value of a leg.
    public var minimumTrade = Money.zero
    /// The share of the equity that stays in cash.
    public var buffer = usualBuffer
    /// How far above its price a purchase's limit is.
    public var slippage = BasisPoints(0)
    /// What a refused leg means for the others.
    public var onRefusal = RefusalPolicy.goOn
    /// After how many seconds it stops by itself; zero for never.
    public var secondsMax: UInt32 = 0
    /// The book of the account, empty for none.
    public var book = ""
    /// The strategy that wants it, empty for none.
    public var strategy = ""
    /// How its sales choose among open lots; the account's method where absent.
    public var lotMethod: LotMethod?
    /// An empty command.
    public init() {}
    /// Visits the fields that make the content.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "targets", &targets)
        try visitor.rate(2, "bandMicroBasisPoints", &band)
        try visitor.money(3, "minimumTrade", &minimumTrade)
        try visitor.rate(4, "bufferMicroBasisPoints", &buffer)
        try visitor.rate(5, "slippageMicroBasisPoints", &slippage)
        try visitor.choice(6, "onRefusal", &onRefusal)
        try visitor.uint(7, "secondsMax", &secondsMax)
        try visitor.text(8, "book", &book)
        try visitor.text(9, "strategy", &strategy)
        try visitor.choice(10, "lotMethod", &lotMethod)
    }
}

/// A weight that is wanted.
///
/// The prices seen belong to the moment and not to the content.
public struct WantedWeight: WireFields, Equatable, Sendable {
    /// The symbol of the instrument.
    public var symbol = Symbol.none
    /// The share of the equity, less the buffer; zero sells what is there.
    public var weight = BasisPoints(0)
    /// The prices at the moment of the request; no part of its content.
    public var seen = ReferencePrice()
    /// An empty target.
    public init() {}
    /// Puts the parts together.
    public init(_ symbol: Symbol, _ weight: BasisPoints, seen: ReferencePrice = ReferencePrice()) {
        self.symbol = symbol
        self.weight = weight
        self.seen = seen
    }
    /// Visits the fields that make the content.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.symbol(1, "symbol", &symbol)
        try visitor.rate(2, "weightMicroBasisPoints", &weight)
    }
}
