public import BifrostKernel
internal import Portfolios
internal import ProjectionKit
internal import Sagas

/// An account, and what was paid in and out of it since its last close: the flows of the next day.
public struct PortfolioAccountRow: WireFields, Equatable, Sendable {
    /// The account.
    public var account = AccountID.none
    /// Its short name.
    public var alias = ""
    /// The currency that it is kept in.
    public var currency = Currency.usd
    /// Its last closed day, `nil` before the first.
    public var closed: BusinessDate?
    /// What was paid in and out since, by currency.
    private var flows: [Flow] = []
    /// Lots that came in since at what they cost, because no mark said what they are worth.
    private var unvalued: UInt32 = 0

    /// An empty row.
    public init() {}

    init(_ account: AccountID) { self.account = account }

    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.text(2, "alias", &alias)
        try visitor.currency(3, "currency", &currency)
        try visitor.date(4, "closed", &closed)
        try visitor.list(5, "flows", &flows)
        try visitor.uint(6, "unvalued", &unvalued)
    }

    mutating func take(_ opened: AccountOpened) {
        alias = opened.alias
        currency = opened.currency
    }

    /// Money that was paid in, or with a minus out.
    mutating func pay(_ amount: Money, _ currency: Currency) throws(ProjectionFault) {
        let index = place(currency)
        if amount >= .zero {
            flows[index].paidIn = try Sum.of(flows[index].paidIn, amount)
        } else {
            flows[index].paidOut = try Sum.of(flows[index].paidOut, -amount)
        }
    }

    /// A lot that came in counts at the last official mark before it, else at what it cost.
    mutating func pay(_ lot: PositionImported, at mark: Price?) throws(ProjectionFault) {
        if mark == nil { unvalued += 1 }
        let worth = mark.map { Money.notional($0, lot.quantity, .halfAwayFromZero) } ?? lot.cost
        try pay(worth, lot.currency)
    }

    /// A conversion says what a currency was worth on its day, should none of it be left at the close.
    mutating func take(_ converted: CashConverted) {
        if converted.boughtCurrency == currency {
            flows[place(converted.soldCurrency)].rate = converted.rate
        }
    }

    /// Closes the day: what was paid in and out, in the account's currency.
    ///
    /// Another currency counts at the rate that the close was translated at, else at that of its last
    /// conversion, else as nothing, as in equity; then it is counted.
    mutating func close(_ day: DayClosed) -> DayFlows {
        var total = DayFlows()
        total.unvalued = unvalued
        for flow in flows where flow.paidIn != .zero || flow.paidOut != .zero {
            guard let rate = flow.currency == currency ? .same : rate(of: flow, day) else {
                total.unvalued += 1
                continue
            }
            total.add(rate.worth(flow.paidIn), rate.worth(flow.paidOut))
        }
        closed = day.date
        flows = []
        unvalued = 0
        return total
    }

    private func rate(of flow: Flow, _ day: DayClosed) -> FlowRate? {
        let balance = day.foreign.first { $0.currency == flow.currency }
        if let balance, let price = balance.rate {
            return ExchangeRate(price, isInverse: balance.inverse).map { .other($0) }
        }
        return flow.rate.flatMap { ExchangeRate($0) }.map { .other($0) }
    }

    private mutating func place(_ currency: Currency) -> Int {
        if let index = flows.firstIndex(where: { $0.currency == currency }) { return index }
        flows.append(Flow(currency))
        return flows.count - 1
    }

    static let columns = ["account_id", "alias", "currency", "closed"]

    func write(to tuple: inout TupleWriter) {
        tuple.text(alias)
        tuple.text(currency.code)
        tuple.date(closed)
    }
}

/// What was paid in and out of an account on one day, in its currency.
struct DayFlows {
    private(set) var paidIn: Int128 = 0
    private(set) var paidOut: Int128 = 0
    /// Flows that count at cost or as nothing, because nothing said what they are worth.
    var unvalued: UInt32 = 0

    mutating func add(_ paidIn: Money, _ paidOut: Money) {
        self.paidIn += paidIn.nanos
        self.paidOut += paidOut.nanos
    }
}

/// How a flow becomes one of the account's currency.
private enum FlowRate {
    case same
    case other(ExchangeRate)

    func worth(_ amount: Money) -> Money {
        switch self {
        case .same: amount
        case .other(let rate): Money(clamping: rate.converted(amount.nanos) ?? Money.nanosMax)
        }
    }
}

/// What was paid in and out in one currency.
private struct Flow: WireFields, Equatable, Sendable {
    var currency = Currency.usd
    var paidIn = Money.zero
    var paidOut = Money.zero
    /// What a unit was last sold for in the account's currency.
    var rate: Price?

    init() {}
    init(_ currency: Currency) { self.currency = currency }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "currency", &currency)
        try visitor.money(2, "paidIn", &paidIn)
        try visitor.money(3, "paidOut", &paidOut)
        try visitor.price(4, "rate", &rate)
    }
}
