internal import AccountsViewProjection
package import BifrostKernel
internal import EventStore
internal import Portfolios
internal import ReadModels
internal import RiskLimits
internal import Sagas

/// What an account has and may do, as sums of what was booked and said.
///
/// Without lots and the history of trades it is small enough to be kept for many moments.
package struct AccountSheet: Sendable {
    package struct Cash: Sendable {
        package internal(set) var settled: Int128
        var receivable: Int128
        var payable: Int128
    }

    package struct Holding: Sendable {
        var quantity: Int128
        var cost: Int128
    }

    private(set) var opened: AccountOpened?
    private(set) var openedAt = Timestamp(nanos: 0)
    private(set) var risk = RiskBook.initial
    /// The last day that was closed; of a cash account only where the log was folded.
    private(set) var closed: DayClosed?
    private var cashByCurrency: [Currency: Cash] = [:]
    private var holdingByID: [InstrumentID: Holding] = [:]

    /// Nothing is known.
    package init() {}

    /// Adds what an event says.
    mutating func take(_ event: DomainEvent, _ header: EventHeader) {
        switch event {
        case .accountOpened(let fact):
            opened = fact
            openedAt = header.effectiveAt
        case .risk(let fact): RiskBook.evolve(&risk, by: fact)
        case .portfolio(.dayClosed(let day)): closed = day
        case .portfolio(let fact):
            for posting in fact.postings { book(posting, fact.instrument) }
            if let held = holdingByID[fact.instrument], held.quantity == 0 {
                holdingByID[fact.instrument] = nil
            }
        default: break
        }
    }

    private mutating func book(_ posting: Posting, _ instrument: InstrumentID) {
        let amount = posting.amount.nanos
        switch posting.account {
        case .cashSettled: cashByCurrency[posting.currency, default: Cash()].settled += amount
        case .cashReceivable: cashByCurrency[posting.currency, default: Cash()].receivable += amount
        case .cashPayable: cashByCurrency[posting.currency, default: Cash()].payable -= amount
        case .positionSettled, .positionUnsettled:
            holdingByID[instrument, default: Holding()].quantity += amount
        case .positionCost: holdingByID[instrument, default: Holding()].cost += amount
        default: break
        }
    }

    /// What it has in a currency.
    package func cash(_ currency: Currency) -> Cash { cashByCurrency[currency] ?? Cash() }

    /// The currencies with settled cash, in order.
    var currencies: [Currency] {
        cashByCurrency.filter { $0.value.settled != 0 }.keys.sorted()
    }

    /// What is held, in order of instrument.
    var holdings: [(instrument: InstrumentID, held: Holding)] {
        holdingByID.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// How much it keeps in memory, in rows.
    var rowCount: Int { 1 + cashByCurrency.count + holdingByID.count + risk.reservationByID.count }
}

extension AccountSheet: WireFields {
    /// Visits the fields that a snapshot keeps.
    package mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "opened", &opened)
        try visitor.time(2, "openedAt", &openedAt)
        try visitor.message(3, "risk", &risk)
        try visitor.message(4, "closed", &closed)
        try visitor.table(5, "cash", &cashByCurrency)
        try visitor.table(6, "holdings", &holdingByID)
    }
}

extension AccountSheet.Cash: WireFields {
    /// None.
    package init() { self.init(settled: 0, receivable: 0, payable: 0) }
    /// Visits the fields that a snapshot keeps.
    package mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.sum(1, "settled", &settled)
        try visitor.sum(2, "receivable", &receivable)
        try visitor.sum(3, "payable", &payable)
    }
}

extension AccountSheet.Holding: WireFields {
    /// Nothing.
    package init() { self.init(quantity: 0, cost: 0) }
    /// Visits the fields that a snapshot keeps.
    package mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.sum(1, "quantity", &quantity)
        try visitor.sum(2, "cost", &cost)
    }
}

extension AccountSheet {
    /// Puts together what read models say, of which that of accounts may not have it yet; throws where an
    /// amount is none.
    init(
        _ account: (row: AccountRow, holds: [HoldRow])?,
        _ cash: [CashFigures],
        _ holdings: [HoldingFigures]
    ) throws(ReadError) {
        if let account {
            opened = account.row.opened
            openedAt = account.row.openedAt
            closed = account.row.closed
            for fact in account.row.facts { RiskBook.evolve(&risk, by: fact) }
            for fact in account.holds.flatMap(\.facts).sorted(by: { $0.position < $1.position }) {
                RiskBook.evolve(&risk, by: fact.event)
            }
        }
        for figures in cash {
            guard let currency = Currency(figures.currency) else {
                throw .corrupt("expected a currency, was \(figures.currency)")
            }
            cashByCurrency[currency] = Cash(
                settled: try Self.nanos(figures.settled),
                receivable: try Self.nanos(figures.receivable),
                payable: try Self.nanos(figures.payable)
            )
        }
        for figures in holdings {
            holdingByID[figures.instrument] = Holding(
                quantity: try Self.nanos(figures.quantity),
                cost: try Self.nanos(figures.cost)
            )
        }
    }

    private static func nanos(_ text: String) throws(ReadError) -> Int128 {
        do throws(DecimalError) {
            return try Money(text).nanos
        } catch {
            throw .corrupt("expected an amount, was \(text)")
        }
    }
}
