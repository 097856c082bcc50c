public import BifrostKernel
internal import Portfolios
internal import References
internal import RiskLimits

/// Asks for cash of one currency to become cash of another.
public struct ConvertCash: WireFields, Equatable, Sendable {
    /// The currency to sell.
    public var currency = Currency.usd
    /// How much of it, above zero.
    public var amount = Money.zero
    /// The currency to buy.
    public var to = Currency.usd
    /// The price of one unit of what is sold, in what is bought.
    public var rate = Price.zero
    /// Who gives the rate.
    public var source = ""
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "currency", &currency)
        try visitor.money(2, "amount", &amount)
        try visitor.currency(3, "toCurrency", &to)
        try visitor.price(4, "rate", &rate)
        try visitor.text(5, "source", &source)
    }
}

/// Several currencies in one account.
extension Shard {
    /// Judged as a withdrawal of what is sold, and by the official rates: what is bought may be worth as much
    /// more or less as the collar of the account allows, so that a slip of the keyboard makes no money.
    static func convert(
        _ account: AccountID,
        _ wanted: ConvertCash,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let entry = try entry(account, state)
        let conversion = Conversion(
            sold: wanted.currency,
            amount: wanted.amount,
            bought: wanted.to,
            rate: wanted.rate,
            source: wanted.source
        )
        let held = entry.risk.reservedCash[wanted.currency] ?? .zero
        var events = Decision<PortfolioEvent>()
        try Portfolio.decide(
            .convert(account, conversion, held: held),
            given: entry.portfolio,
            into: &events
        )
        guard case .converted(let fact)? = events.events.first else { return }
        let collar = entry.risk.limits(on: state.businessDate(at: posed.effectiveAt))?.priceCollar
        try checkRate(fact, entry.opened.currency, collar ?? BasisPoints(0), state)
        let filing = Filing(.portfolio, of: account.id, account, command(posed, slot: account.id.slot))
        try decision.emit(events) { filing.draft(.portfolio($0)) }
    }

    /// What exchange and interest rates are.
    static func currencyStep(
        _ posed: PosedCommand,
        _ book: ReferenceBook,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let root = command(posed)
        switch posed.command {
        case .recordRates(let wanted):
            let event = DomainEvent.reference(.ratesRecorded(try book.recording(wanted)))
            try decision.emit(Draft(event, .reference, correlation: root, businessDate: wanted.date))
        case .setInterestRates(let wanted):
            let event = DomainEvent.reference(.interestSet(try book.settingInterest(wanted)))
            try decision.emit(Draft(event, .reference, correlation: root))
        default: return
        }
    }

    private static func checkRate(
        _ fact: CashConverted,
        _ base: Currency,
        _ collar: BasisPoints,
        _ state: ShardState
    ) throws(Rejection) {
        guard let sold = worth(fact.sold.nanos, of: fact.soldCurrency, in: base, state),
            let bought = worth(fact.gross.nanos, of: fact.boughtCurrency, in: base, state)
        else { throw Rejection(.exchangeRateUnavailable) }
        let margin = Money(clamping: sold).basisPoints(collar, .awayFromZero) ?? Money(nanos: Money.nanosMax)
        let bound = bought > sold ? sold + margin.nanos : sold - margin.nanos
        guard bought > sold ? bought <= bound : bought >= bound else {
            throw Rejection(.priceOutsideCollar, limit: bound, value: bought)
        }
    }

    /// The rates at which the close of `date` translates what the account has in other currencies.
    static func closingRates(
        _ books: PortfolioState,
        _ base: Currency,
        _ date: BusinessDate,
        _ state: ShardState
    ) -> [RateSeen] {
        books.foreignCurrencies(beside: base).map { currency in
            let standing = state.reference.exchange.closingRate(currency, in: base, on: date)
            return RateSeen(currency, standing?.rate, of: standing?.date)
        }
    }

    /// An amount in units of 10⁻⁹ at the latest official rate; `nil` without one, and beyond 128 bits.
    static func worth(
        _ nanos: Int128,
        of currency: Currency,
        in base: Currency,
        _ state: ShardState
    ) -> Int128? {
        if currency == base { return nanos }
        return state.reference.exchange.rate(currency, in: base)?.rate.converted(nanos)
    }
}
