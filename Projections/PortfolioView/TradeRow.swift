public import BifrostKernel
internal import Portfolios
internal import ProjectionKit

/// What a booking that changes lots is.
public enum TradeKind: String, CaseIterable, Sendable {
    /// A trade.
    case trade = "TRADE"
    /// Other terms of a trade, or none: the whole trade as it now is.
    case correction = "CORRECTION"
    /// New units for old ones; its quantity is what was sold of a fraction.
    case split = "SPLIT"
    /// A lot that was bought elsewhere.
    case imported = "IMPORT"
}

/// A booking that changes the lots of an instrument, as it was recorded: lots are derived from these rows.
///
/// Rows are only ever added, so that what was known at any position is there as well.
public struct TradeRow: Equatable, Sendable {
    /// What it is.
    public var kind = TradeKind.trade
    /// The account.
    public var account = AccountID.none
    /// The instrument.
    public var instrument = InstrumentID.none
    /// Its event in the log.
    public var position: Int64 = 0
    /// When it took effect, which sets its place among the others.
    public var effectiveAt = Timestamp(nanos: 0)
    /// The day of the event.
    public var businessDate = BusinessDate(days: 0)
    /// The trade by the core's id; the lot of an import, the corporate action of a split.
    public var execution = Identifier.none
    /// The trade that a correction puts right, by the last word on it.
    public var corrected = Identifier.none
    /// The order that traded.
    public var order = OrderID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// Bought positive, sold negative; of a split, what was sold of a fraction.
    public var quantity = Quantity.zero
    /// The price of one unit.
    public var price: Price?
    /// Price × quantity; of an import, what the lot cost.
    public var gross = Money.zero
    /// Commission and fees of the trade, in all.
    public var fees = Money.zero
    /// What the event added to realised profit when it was recorded, before fees.
    public var realised = Money.zero
    /// The trade date; the ex-date of a split.
    public var tradeDate = BusinessDate(days: 0)
    /// How it chose among lots.
    public var method = LotMethod.fifo
    /// The lots that its order named.
    public var chosen: [ChosenLot] = []
    /// New units for `denominator` old ones.
    public var numerator: UInt32 = 1
    /// Old units for `numerator` new ones.
    public var denominator: UInt32 = 1

    /// The row of an event that changes lots, `nil` of any other.
    init?(_ event: PortfolioEvent, _ header: EventHeader) {
        position = header.position
        effectiveAt = header.effectiveAt
        businessDate = header.businessDate
        switch event {
        case .tradeBooked(let fact): take(fact)
        case .tradeCorrected(let fact): take(fact)
        case .positionAdjusted(let fact): take(fact)
        case .positionImported(let fact): take(fact)
        default: return nil
        }
    }

    private mutating func take(_ fact: TradeBooked) {
        (account, instrument, currency) = (fact.account, fact.instrument, fact.currency)
        (execution, order) = (fact.execution, fact.order)
        (quantity, price, gross) = (fact.quantity, fact.price, fact.gross)
        fees = Money(clamping: fact.commission.nanos + fact.fees.nanos)
        realised = fact.realised
        tradeDate = fact.tradeDate
        method = fact.lotMethod ?? .fifo
        chosen = fact.chosenLots
    }

    private mutating func take(_ fact: TradeCorrected) {
        kind = .correction
        (account, instrument, currency) = (fact.account, fact.instrument, fact.currency)
        (execution, corrected, order) = (fact.newExecution, fact.execution, fact.order)
        (quantity, price, gross) = (fact.quantity, fact.price, fact.gross)
        fees = Money(clamping: fact.commission.nanos + fact.fees.nanos)
        realised = fact.realised
        tradeDate = fact.tradeDate
    }

    private mutating func take(_ fact: PositionAdjusted) {
        kind = .split
        (account, instrument, currency) = (fact.account, fact.instrument, fact.currency)
        execution = fact.action
        quantity = -fact.fraction
        if fact.fraction != .zero { price = fact.cashInLieuPrice }
        gross = -fact.gross
        realised = fact.realised
        tradeDate = fact.exDate
        (numerator, denominator) = (fact.numerator, fact.denominator)
    }

    private mutating func take(_ fact: PositionImported) {
        kind = .imported
        (account, instrument, currency) = (fact.account, fact.instrument, fact.currency)
        execution = fact.lot
        quantity = fact.quantity
        gross = fact.cost
        tradeDate = fact.acquired
    }
}

extension TradeRow {
    static let columns = [
        "account_id", "instrument_id", "position", "kind", "effective_at", "business_date", "execution_id",
        "corrected_id", "order_id", "currency", "quantity", "price", "gross", "fees", "realised",
        "trade_date", "lot_method", "chosen_lots", "numerator", "denominator",
    ]

    func write(to tuple: inout TupleWriter) {
        tuple.text(kind.rawValue)
        tuple.time(effectiveAt)
        tuple.date(businessDate)
        tuple.identifier(execution)
        tuple.identifier(corrected)
        tuple.identifier(order.id)
        tuple.text(currency.code)
        tuple.quantity(quantity)
        tuple.price(price)
        tuple.money(gross)
        tuple.money(fees)
        tuple.money(realised)
        tuple.date(tradeDate)
        tuple.text(methodNames[method])
        tuple.optionalText(chosenText)
        tuple.int64(Int64(numerator))
        tuple.int64(Int64(denominator))
    }

    private var chosenText: String? {
        chosen.isEmpty
            ? nil : chosen.map { "\($0.execution.text):\($0.quantity.text)" }.joined(separator: " ")
    }
}

private let methodNames = ChoiceNames(LotMethod.self)
