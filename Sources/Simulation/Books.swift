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
        /// The latest limits without dates, and those with dates that came after them.
        var limits: AccountLimitsSet?
        var datedLimits: [AccountLimitsSet] = []
        var isKilled = false
        /// What is there; what is owed stands in `unsettled`.
        var cash: [Currency: Int128] = [:]
        var holdings: [InstrumentID: Holding] = [:]
        var unsettled: [Unsettled] = []
        var closedOn: BusinessDate?
        var interest = InterestBook()
        /// The margin call that is not covered.
        var call: MarginCallIssued?
        func position(_ instrument: InstrumentID) -> Int128 { holdings[instrument]?.units ?? 0 }
    }

    /// What a trade does to cash on a later day.
    struct Unsettled {
        let execution: Identifier
        let due: BusinessDate
        let currency: Currency
        let flow: Int128
    }

    var accounts: [AccountID: Account] = [:]
    var orders: [OrderID: OrderBook] = [:]
    /// The executions that stand, by what tells one from another.
    private(set) var executions: [ExecutionIdentity: OrderExecuted] = [:]
    /// Reports that were kept beside the books for a person to look at.
    private(set) var flagged: Set<[UInt8]> = []
    var isKilled = false
    /// Orders that a kill switch found open: each has to be asked back, or be closed.
    var swept: Set<OrderID> = []
    /// Orders whose venue did not answer, until it does or a person decides.
    private(set) var parked: Set<OrderID> = []
    /// Accounts with a trade that no ledger can hold; a person has to see to them.
    private(set) var incomplete: Set<AccountID> = []
    var facts = FactBooks()
    /// What corporate actions the accounts are due.
    var entitlements = Entitlements()
    /// The day that follows the last one rolled.
    var openDay: BusinessDate?
    /// The order whose replacement the present command asks for.
    var replacing: OrderID?
    /// An execution of the present command whose booking is due, with the numbers that stand for it.
    private var unbooked: OrderExecuted?
    /// The last word on trades, by the order and the identity of the trade.
    var wordByTrade: [OrderID: [ExecutionIdentity: LastWord]] = [:]
    /// What the ledger has of trades, by the core's id of the last word on them.
    var bookedByID: [Identifier: Booked] = [:]
    /// What a parent keeps when a slice of the present command has taken its part.
    var awaited: (parent: OrderID, rest: OrderBook.Held)?
    /// When trades in suspense became known, by the positions of their breaks.
    private var suspendedAt: [Int64: FactPlace] = [:]
    /// When the trade became known that leaves suspense in the present command.
    var arriving: FactPlace?
    /// A word of the present command whose booking is due.
    var unbookedWord: LastWord?

    /// What a close says about the call of its account, until the call does.
    var dueCall: DueCall?
    /// Accounts that something came to in the present command, and its day.
    var moved: Set<AccountID> = []
    private var day = BusinessDate(days: 0)

    /// In the order of their opening, for choices that a seed makes.
    private(set) var accountsInOrder: [AccountID] = []
    private(set) var ordersInOrder: [OrderID] = []

    /// Takes the next event, and says which promise it breaks.
    mutating func take(_ event: DomainEvent, at place: FactPlace) throws(Violation) {
        day = place.businessDate
        switch event {
        case .accountOpened(let fact):
            accounts[fact.account] = Account(opened: fact)
            accountsInOrder.append(fact.account)
        case .reference(let fact): try facts.take(fact)
        case .order(let fact): try take(fact)
        case .risk(let fact): try take(fact, on: place.businessDate)
        case .compliance(.assessed(let fact)): try check(fact, on: place.businessDate)
        case .portfolio(let fact): try take(fact, at: place)
        case .dayRolled(let fact): roll(fact, at: place.effectiveAt)
        case .suspense(let fact):
            try checkBalanced(fact.postings)
            switch fact {
            case .suspended(let suspended): suspendedAt[suspended.brokeAt] = place
            case .assigned(let assigned):
                arriving = suspendedAt[assigned.brokeAt]
                // The venue's own book does not follow where a person moves a trade.
                incomplete.insert(assigned.account)
            case .revised: break
            }
        default: break
        }
    }

    /// Notes an order that was found beside those that were placed.
    mutating func takeIn(_ order: OrderID) { ordersInOrder.append(order) }

    /// At the end of a command nothing is half done.
    mutating func finishCommand() throws(Violation) {
        replacing = nil
        arriving = nil
        try finishLate()
        if let (parent, _) = awaited {
            throw Violation("I10", "nothing says that a slice took from \(parent.id.text)")
        }
        try finishCalls(on: day)
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
            orders[order] = OrderBook(fact)
            ordersInOrder.append(order)
        case .approved:
            try expect(
                orders[order]?.isJudged == true,
                "I8",
                "\(order.id.text) approved without a verdict"
            )
            orders[order]?.isApproved = true
        case .rejected, .cancelled, .expired:
            orders[order]?.close()
            swept.remove(order)
        case .executed(let fact): try take(fact)
        case .externalFound(let fact): takeStranger(fact)
        case .executionBusted(let fact): try take(fact.revision, nil, bearing: fact.commission ?? .zero)
        case .executionCorrected(let fact): try take(fact.revision, fact, bearing: fact.commission)
        case .executionConflicted(let fact):
            let standing = executions[ExecutionIdentity(fact.report)]
            try expect(standing != nil, "I9", "\(fact.report.venueExecutionID) conflicts with nothing")
            flagged.insert(WireEncoder.encode(Self.asSaid(fact.report)))
        case .cancelRequested:
            orders[order]?.isCancelAsked = true
            swept.remove(order)
        case .heldForReview: orders[order]?.waitsForReview = true
        case .reviewed: orders[order]?.waitsForReview = false
        case .replaceRequested(let fact):
            replacing = order
            orders[order]?.pending[fact.request] = fact
        case .replaceApproved(let fact):
            let isAsked = orders[order]?.pending[fact.request] != nil && replacing == order
            try expect(isAsked, "I8", "\(order.id.text) is replaced unasked")
            orders[order]?.approvedRequests.insert(fact.request)
        case .replaced(let fact): orders[order]?.amend(fact.request, fact.terms)
        case .replaceRejected(let fact): orders[order]?.refuse(fact.request)
        case .adjusted(let fact): orders[order]?.adjust(fact)
        case .restated(let fact): orders[order]?.restate(fact)
        case .workBegan: try begin(order)
        case .workProgressed(let fact): try take(fact)
        case .workCompleted: try complete(order)
        case .parked: parked.insert(order)
        case .resolved: parked.remove(order)
        case .acknowledged, .cancelRejected, .triggered, .doneForDay, .suspended, .resumed, .statusRequested:
            break
        }
        if orders[order]?.reach == 0 { swept.remove(order) }
    }

    private mutating func take(_ fact: OrderExecuted) throws(Violation) {
        let identity = ExecutionIdentity(fact)
        try expect(executions[identity] == nil, "I9", "\(fact.venueExecutionID) is booked twice")
        guard let order = orders[fact.order] else {
            throw Violation("I9", "\(fact.venueExecutionID) stands in an order that was not placed")
        }
        let over = Int128(order.terms.quantity.nanos) - order.filled < Int128(fact.quantity.nanos)
        try expect(
            fact.afterClose == order.isClosed && fact.overfilled == over,
            "I9",
            "\(fact.venueExecutionID): after close \(fact.afterClose), was \(order.isClosed);"
                + " overfilled \(fact.overfilled), was \(over)"
        )
        executions[identity] = fact
        let standing = standing(fact)
        orders[fact.order]?.filled += Int128(standing.quantity.nanos)
        let taken = Int128(fact.quantity.nanos - standing.quantity.nanos)
        let word = wordByTrade[fact.order]?[identity]
        orders[fact.order]?.lapsed += max(taken - (word?.reinstated ?? 0), 0)
        orders[fact.order]?.settleRequests()
        unbooked = standing.quantity > .zero || standing.commission != .zero ? standing : nil
    }

    private mutating func take(_ event: PortfolioEvent, at place: FactPlace) throws(Violation) {
        let time = place.effectiveAt
        switch event {
        case .deposited(let fact):
            try checkBalanced(fact.postings)
            moved.insert(fact.account)
            accounts[fact.account]?.cash[fact.currency, default: 0] += fact.amount.nanos
        case .withdrawn(let fact):
            try checkBalanced(fact.postings)
            try checkWithdrawal(fact, on: place.businessDate)
            accounts[fact.account]?.cash[fact.currency, default: 0] -= fact.amount.nanos
        case .tradeBooked(let fact):
            try take(fact, at: time)
            if let arriving { try arrive(fact, since: arriving, at: place) }
        case .tradeSettled(let fact): try take(fact)
        case .tradeCorrected(let fact): try take(fact)
        case .dividendAccrued(let fact): try take(fact)
        case .dividendPaid(let fact): try take(fact)
        case .positionAdjusted(let fact): try take(fact, at: time)
        case .positionImported(let fact):
            try checkBalanced(fact.postings)
            moved.insert(fact.account)
            let isWhole = fact.quantity > .zero && fact.cost >= .zero
            try expect(isWhole, "I10", "imported \(fact.quantity.text) for \(fact.cost.text)")
            change(fact.account, fact.instrument) { $0.append(.moved(Int128(fact.quantity.nanos)), at: time) }
        case .interestAccrued(let fact): try take(fact, on: place.businessDate)
        case .converted(let fact):
            try checkBalanced(fact.postings)
            let free = freeCash(fact.account, fact.soldCurrency)
            try expect(fact.sold.nanos <= free, "I10", "converted \(fact.sold.text) of \(free) free nanos")
            accounts[fact.account]?.cash[fact.soldCurrency, default: 0] -= fact.sold.nanos
            accounts[fact.account]?.cash[fact.boughtCurrency, default: 0] += fact.bought.nanos
        case .interestPaid(let fact): try take(fact, on: place.businessDate)
        case .dayClosed(let fact): try take(fact)
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

    /// A day is closed once for each account, after all that settled by then, at the cash that is there.
    private mutating func take(_ fact: DayClosed) throws(Violation) {
        guard let account = accounts[fact.account] else { throw Violation("I10", "closed no account") }
        let cash = account.cash[fact.currency] ?? 0
        try expect(
            fact.settledCash.nanos == cash,
            "I10",
            "closed at \(fact.settledCash.text), was \(cash)"
        )
        let late = account.unsettled.first { $0.due <= fact.date }
        try expect(
            late == nil,
            "I10",
            "closed \(fact.date.text) before \(late?.execution.text ?? "") settled"
        )
        let isNew = account.closedOn.map { $0 < fact.date } ?? true
        try expect(isNew, "I2", "\(fact.date.text) is closed again for account \(account.opened.alias)")
        try checkInterest(fact)
        try checkValues(fact)
        accounts[fact.account]?.closedOn = fact.date
    }

    private mutating func take(_ fact: TradeBooked, at time: Timestamp) throws(Violation) {
        try checkBalanced(fact.postings)
        guard let report = unbooked, report.execution == fact.execution else {
            throw Violation("I9", "a booking of no execution")
        }
        unbooked = nil
        moved.insert(fact.account)
        let isBuy = report.side == .buy
        let flow =
            (isBuy ? -report.settlementAmount : report.settlementAmount).nanos - report.commission.nanos
        let due = facts.settlement(of: fact.instrument, tradedOn: report.tradeDate)
        let units = Int128(isBuy ? report.quantity.nanos : -report.quantity.nanos)
        bookedByID[fact.execution] = Booked(
            account: fact.account,
            instrument: fact.instrument,
            units: units,
            flow: flow,
            due: due
        )
        try expect(fact.settlementDate == due, "I10", "settles \(fact.settlementDate), expected \(due)")
        if due > report.tradeDate {
            accounts[fact.account]?.unsettled.append(
                Unsettled(execution: fact.execution, due: due, currency: report.currency, flow: flow)
            )
        } else {
            accounts[fact.account]?.cash[report.currency, default: 0] += flow
        }
        change(fact.account, fact.instrument) { $0.add(fact.execution, units, at: time) }
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

    /// A report without what the core adds to it.
    static func asSaid(_ report: OrderExecuted) -> OrderExecuted {
        var said = report
        said.execution = .none
        said.afterClose = false
        said.overfilled = false
        return said
    }
}
