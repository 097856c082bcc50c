internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
internal import Sagas

/// A trading shard's accounts and orders by the words of the log alone.
///
/// This is the rules written a second time: cash and positions are summed from deposits and executions, and
/// reservations from open orders, so that a fault of the domain does not find its own echo here.
struct Books {
    struct Account {
        let opened: AccountOpened
        var limits: AccountLimitsSet?
        var isKilled = false
        /// What is there; what is owed stands in `unsettled`.
        var cash: [Currency: Int128] = [:]
        var position: [InstrumentID: Int128] = [:]
        var unsettled: [Unsettled] = []
    }

    /// What a trade does to cash on a later day.
    struct Unsettled {
        let execution: Identifier
        let due: BusinessDate
        let currency: Currency
        let flow: Int128
    }

    struct OrderBook {
        let placed: OrderPlaced
        var currency = Currency.usd
        /// What one unit is held back at, once risk approved it.
        var reservedPrice: Price?
        var commission = BasisPoints(0)
        /// The other order of a pair of which one cancels the other, or none.
        var partner = OrderID.none
        var isApproved = false
        var isClosed = false
        var isCancelAsked = false
        var filled: Int128 = 0
        /// What was taken back of it, which does not live again.
        var lapsed: Int128 = 0
        /// It filled, if only for a moment, so that nothing is held back any more.
        var left: Int128 { isClosed ? 0 : max(Int128(placed.quantity.nanos) - filled - lapsed, 0) }
    }

    var accounts: [AccountID: Account] = [:]
    var orders: [OrderID: OrderBook] = [:]
    /// The executions that stand, by what tells one from another.
    private(set) var executions: [ExecutionIdentity: OrderExecuted] = [:]
    /// Reports that were kept beside the books for a person to look at.
    private(set) var flagged: Set<[UInt8]> = []
    private(set) var isKilled = false
    /// Orders that a kill switch found open: each has to be asked back, or be closed.
    private(set) var swept: Set<OrderID> = []
    /// Accounts with a trade that no ledger can hold, or that the venue has elsewhere; a person has to see to
    /// them.
    private(set) var incomplete: Set<AccountID> = []
    private(set) var facts = FactBooks()
    /// An execution of the present command whose booking is due, with the numbers that stand for it.
    private var unbooked: OrderExecuted?
    /// The last word on trades, by the order and the identity of the trade.
    var wordByTrade: [OrderID: [ExecutionIdentity: LastWord]] = [:]
    /// What the ledger has of trades, by the core's id of the last word on them.
    var bookedByID: [Identifier: Booked] = [:]
    /// A word of the present command whose booking is due.
    var unbookedWord: LastWord?

    /// In the order of their opening, for choices that a seed makes.
    private(set) var accountsInOrder: [AccountID] = []
    private(set) var ordersInOrder: [OrderID] = []

    /// Takes the next event, and says which promise it breaks.
    mutating func take(_ event: DomainEvent, on day: BusinessDate) throws(Violation) {
        switch event {
        case .accountOpened(let fact):
            accounts[fact.account] = Account(opened: fact)
            accountsInOrder.append(fact.account)
        case .reference(let fact): try facts.take(fact)
        case .order(let fact): try take(fact)
        case .risk(let fact): try take(fact, on: day)
        case .compliance(.assessed(let fact)): try check(fact)
        case .portfolio(let fact): try take(fact)
        case .suspense(let fact):
            try checkBalanced(fact.postings)
            // The venue's own book does not follow where a person moves a trade.
            if case .assigned(let assigned) = fact { incomplete.insert(assigned.account) }
        default: break
        }
    }

    /// Notes an order that was found beside those that were placed.
    mutating func takeIn(_ order: OrderID) { ordersInOrder.append(order) }

    /// At the end of a command nothing is half done.
    func finishCommand() throws(Violation) {
        if let unbooked {
            throw Violation(
                "I9",
                "execution \(unbooked.venueExecutionID) stands in its order and is not booked"
            )
        }
        if let unbookedWord {
            throw Violation("I9", "\(unbookedWord.id) changed a trade in its order and is not booked")
        }
    }

    private mutating func take(_ event: OrderEvent) throws(Violation) {
        let order = event.order
        switch event {
        case .placed(let fact):
            orders[order] = OrderBook(placed: fact)
            ordersInOrder.append(order)
        case .approved:
            try expect(
                orders[order]?.reservedPrice != nil,
                "I8",
                "\(order.id.text) approved without a verdict"
            )
            orders[order]?.isApproved = true
        case .rejected, .cancelled, .expired:
            orders[order]?.isClosed = true
            swept.remove(order)
        case .executed(let fact): try take(fact)
        case .externalFound(let fact): takeStranger(fact)
        case .executionBusted(let fact): try take(fact.revision, nil)
        case .executionCorrected(let fact): try take(fact.revision, fact)
        case .executionConflicted(let fact):
            let standing = executions[ExecutionIdentity(fact.report)]
            try expect(standing != nil, "I9", "\(fact.report.venueExecutionID) conflicts with nothing")
            flagged.insert(WireEncoder.encode(Self.asSaid(fact.report)))
        case .cancelRequested:
            orders[order]?.isCancelAsked = true
            swept.remove(order)
        case .acknowledged, .cancelRejected: break
        // Nobody in the simulation asks for, or reports, any of the rest.
        default: break
        }
    }

    private mutating func take(_ fact: OrderExecuted) throws(Violation) {
        let identity = ExecutionIdentity(fact)
        try expect(executions[identity] == nil, "I9", "\(fact.venueExecutionID) is booked twice")
        guard let order = orders[fact.order] else {
            throw Violation("I9", "\(fact.venueExecutionID) stands in an order that was not placed")
        }
        let over = Int128(order.placed.quantity.nanos) - order.filled < Int128(fact.quantity.nanos)
        try expect(
            fact.afterClose == order.isClosed && fact.overfilled == over,
            "I9",
            "\(fact.venueExecutionID): after close \(fact.afterClose), was \(order.isClosed);"
                + " overfilled \(fact.overfilled), was \(over)"
        )
        executions[identity] = fact
        let standing = standing(fact)
        orders[fact.order]?.filled += Int128(standing.quantity.nanos)
        orders[fact.order]?.lapsed += Int128(fact.quantity.nanos - standing.quantity.nanos)
        if orders[fact.order]?.left == 0 { swept.remove(fact.order) }
        unbooked = standing.quantity > .zero ? standing : nil
    }

    private mutating func take(_ event: PortfolioEvent) throws(Violation) {
        switch event {
        case .deposited(let fact):
            try checkBalanced(fact.postings)
            accounts[fact.account]?.cash[fact.currency, default: 0] += fact.amount.nanos
        case .withdrawn(let fact):
            try checkBalanced(fact.postings)
            let free = freeCash(fact.account, fact.currency)
            try expect(fact.amount.nanos <= free, "I10", "withdrew \(fact.amount.text) of \(free) free nanos")
            accounts[fact.account]?.cash[fact.currency, default: 0] -= fact.amount.nanos
        case .tradeBooked(let fact): try take(fact)
        case .tradeSettled(let fact): try take(fact)
        case .tradeCorrected(let fact): try take(fact)
        case .dividendAccrued(let fact): try checkBalanced(fact.postings)
        case .positionImported(let fact):
            try checkBalanced(fact.postings)
            accounts[fact.account]?.position[fact.instrument, default: 0] += Int128(fact.quantity.nanos)
        case .dividendPaid(let fact):
            try checkBalanced(fact.postings)
            accounts[fact.account]?.cash[fact.currency, default: 0] += fact.amount.nanos
        case .interestAccrued(let fact): try checkBalanced(fact.postings)
        case .converted(let fact):
            try checkBalanced(fact.postings)
            let free = freeCash(fact.account, fact.soldCurrency)
            try expect(fact.sold.nanos <= free, "I10", "converted \(fact.sold.text) of \(free) free nanos")
            accounts[fact.account]?.cash[fact.soldCurrency, default: 0] -= fact.sold.nanos
            accounts[fact.account]?.cash[fact.boughtCurrency, default: 0] += fact.bought.nanos
        case .interestPaid(let fact):
            try checkBalanced(fact.postings)
            accounts[fact.account]?.cash[fact.currency, default: 0] += fact.amount.nanos
        case .positionAdjusted(let fact):
            try checkBalanced(fact.postings)
            accounts[fact.account]?.cash[fact.currency, default: 0] += fact.cashInLieu.nanos
            accounts[fact.account]?.position[fact.instrument, default: 0] +=
                Int128(fact.newQuantity.nanos) - Int128(fact.oldQuantity.nanos)
        case .dayClosed(let fact):
            let cash = accounts[fact.account]?.cash[fact.currency] ?? 0
            try expect(
                fact.settledCash.nanos == cash,
                "I10",
                "closed at \(fact.settledCash.text), was \(cash)"
            )
            let late = accounts[fact.account]?.unsettled.first { $0.due <= fact.date }
            try expect(
                late == nil,
                "I10",
                "closed \(fact.date.text) before \(late?.execution.text ?? "") settled"
            )
        case .breakResolved: break
        case .reconciliationBroke(let fact):
            if fact.kind == .beyondBounds {
                unbooked = nil
                unbookedWord = nil
                incomplete.insert(fact.account)
            }
            guard !fact.report.isEmpty else { return }
            flagged.insert(fact.report)
        }
    }

    private mutating func take(_ fact: TradeBooked) throws(Violation) {
        try checkBalanced(fact.postings)
        guard let report = unbooked, report.execution == fact.execution else {
            throw Violation("I9", "a booking of no execution")
        }
        unbooked = nil
        let isBuy = report.side == .buy
        let flow =
            (isBuy ? -report.settlementAmount : report.settlementAmount).nanos - report.commission.nanos
        let due = facts.settlement(of: fact.instrument, tradedOn: report.tradeDate)
        let units = Int128(isBuy ? report.quantity.nanos : -report.quantity.nanos)
        bookedByID[fact.execution] = Booked(units: units, flow: flow, due: due)
        try expect(fact.settlementDate == due, "I10", "settles \(fact.settlementDate), expected \(due)")
        if due > report.tradeDate {
            accounts[fact.account]?.unsettled.append(
                Unsettled(execution: fact.execution, due: due, currency: report.currency, flow: flow)
            )
        } else {
            accounts[fact.account]?.cash[report.currency, default: 0] += flow
        }
        accounts[fact.account]?.position[fact.instrument, default: 0] += units
    }

    private mutating func take(_ fact: TradeSettled) throws(Violation) {
        try checkBalanced(fact.postings)
        let place = accounts[fact.account]?.unsettled.firstIndex { $0.execution == fact.execution }
        guard let place, let trade = accounts[fact.account]?.unsettled.remove(at: place) else {
            throw Violation("I10", "\(fact.execution.text) settles and was not owed")
        }
        let agrees = trade.due == fact.settlementDate && trade.flow == fact.amount.nanos
        try expect(agrees, "I10", "settled \(fact.amount.text), owed \(trade)")
        accounts[fact.account]?.cash[trade.currency, default: 0] += trade.flow
    }

    func checkBalanced(_ postings: [Posting]) throws(Violation) {
        var sums: [Commodity: Int128] = [:]
        for posting in postings { sums[posting.commodity, default: 0] += posting.amount.nanos }
        try expect(sums.values.allSatisfy { $0 == 0 }, "I10", "postings do not sum to zero: \(postings)")
    }

    private mutating func take(_ event: RiskEvent, on day: BusinessDate) throws(Violation) {
        switch event {
        case .limitsSet(let fact):
            let version = (accounts[fact.account]?.limits?.version ?? 0) + 1
            try expect(
                fact.version == version,
                "I8",
                "limits of version \(fact.version), expected \(version)"
            )
            accounts[fact.account]?.limits = fact
        case .assessed(let fact):
            try check(fact, on: day)
            guard fact.verdict == .approved else { return }
            orders[fact.order]?.reservedPrice = fact.reservedPrice
            orders[fact.order]?.commission = fact.commission
            orders[fact.order]?.currency = fact.currency
            if fact.sharedWith != .none {
                orders[fact.order]?.partner = fact.sharedWith
                orders[fact.sharedWith]?.partner = fact.order
            }
        case .reservationChanged: break
        case .reassessed(let fact):
            let isRestricted = orders[fact.order].map { facts.restricted.contains($0.placed.instrument) }
            try expect(
                (fact.outcome == .cancelled) == (isRestricted ?? false),
                "I8",
                "an open order is \(fact.outcome), restricted \(isRestricted ?? false)"
            )
        // No client of the simulation opens a margin account.
        case .marginCallIssued, .marginCallMet: throw Violation("I8", "a cash account got a margin call")
        case .killSwitchPulled(let fact):
            if fact.account == .none { isKilled = true } else { accounts[fact.account]?.isKilled = true }
            for order in ordersInOrder {
                guard let entry = orders[order], entry.isApproved, entry.left > 0, !entry.isCancelAsked,
                    fact.account == .none || entry.placed.account == fact.account
                else { continue }
                swept.insert(order)
            }
        case .killSwitchReleased(let fact):
            if fact.account == .none { isKilled = false } else { accounts[fact.account]?.isKilled = false }
        }
    }

    /// A report without what the core adds to it.
    static func asSaid(_ report: OrderExecuted) -> OrderExecuted {
        var said = report
        said.execution = .none
        said.afterClose = false
        said.overfilled = false
        return said
    }
}

/// What open orders hold back, summed from the orders.
extension Books {
    struct Held: Equatable {
        var cash: [Currency: Int128] = [:]
        var shares: [InstrumentID: Int128] = [:]
        var buys: [InstrumentID: Int128] = [:]
    }

    func held(_ account: AccountID) -> Held {
        var held = Held()
        for order in ordersInOrder {
            guard let entry = orders[order], entry.placed.account == account else { continue }
            let own = ownNeed(order)
            let other = ownNeed(entry.partner)
            // Of a pair the larger counts, once.
            if other.quantity > 0, own.quantity == 0 || entry.partner < order { continue }
            guard own.quantity > 0 else { continue }
            let quantity = max(own.quantity, other.quantity)
            if entry.placed.side == .buy {
                held.cash[entry.currency, default: 0] += max(own.cash, other.cash)
                held.buys[entry.placed.instrument, default: 0] += quantity
            } else {
                held.shares[entry.placed.instrument, default: 0] += quantity
            }
        }
        return held
    }

    /// What an order needs by itself.
    func ownNeed(_ order: OrderID) -> (quantity: Int128, cash: Int128) {
        guard let entry = orders[order], entry.left > 0, let price = entry.reservedPrice else {
            return (0, 0)
        }
        guard entry.placed.side == .buy else { return (entry.left, 0) }
        return (entry.left, Self.need(Int128(price.nanos), entry.left, entry.commission, entry.currency))
    }

    /// Settled cash, less what is owed and what open orders hold back; what comes in by `date` counts for
    /// those who pay no earlier.
    func freeCash(_ account: AccountID, _ currency: Currency, by date: BusinessDate? = nil) -> Int128 {
        var owed: Int128 = 0
        for trade in accounts[account]?.unsettled ?? [] where trade.currency == currency {
            if trade.flow < 0 || date.map({ trade.due <= $0 }) ?? false { owed += trade.flow }
        }
        return (accounts[account]?.cash[currency] ?? 0) + owed - (held(account).cash[currency] ?? 0)
    }

    /// Price × quantity and the commission on it, each rounded up to what can be paid.
    static func need(_ price: Int128, _ quantity: Int128, _ rate: BasisPoints, _ currency: Currency) -> Int128
    {
        var minor: Int128 = 1
        for _ in currency.minorUnitDigits..<9 { minor *= 10 }
        let notional = up(up(price * quantity, 1_000_000_000), minor) * minor
        let fee = up(up(notional * Int128(rate.micros), 10_000_000_000), minor) * minor
        return notional + fee
    }

    /// The quotient of numbers that are not negative, rounded up.
    static func up(_ value: Int128, _ divisor: Int128) -> Int128 { (value + divisor - 1) / divisor }
}
