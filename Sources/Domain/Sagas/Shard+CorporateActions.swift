public import BifrostKernel
internal import Orders
internal import Portfolios
internal import References

/// What a trading day begins with: the corporate actions whose ex-date it is, and dividends that are paid.
///
/// A roll ends one day and begins the next. Who is entitled to what is noted as the roll stands in the log,
/// by the positions of that moment; every account is closed before the first of it is applied.
extension Shard {
    /// Room that one more entitlement needs: its event, and a break where the books cannot hold it.
    private static let eventsOfEntitlementMax = 2

    static func announce(
        _ wanted: AnnounceCorporateAction,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let id = Identifier(.command, slot: 0, shard: shardNumber(state), birth: posed.position)
        let fact = try state.reference.announcing(wanted, id: id)
        let event = DomainEvent.reference(.corporateActionAnnounced(fact))
        try decision.emit(Draft(event, .reference, correlation: id))
    }

    /// Replaces an announcement, or ends it.
    static func reviseAction(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let fact: ReferenceEvent
        let story: Identifier
        switch posed.command {
        case .correctCorporateAction(let wanted):
            let id = Identifier(.command, slot: 0, shard: shardNumber(state), birth: posed.position)
            fact = .corporateActionAnnounced(try state.reference.correcting(wanted, id: id))
            story = id
        case .withdrawCorporateAction(let wanted):
            fact = .corporateActionWithdrawn(try state.reference.withdrawing(wanted))
            story = wanted.action
        default: return
        }
        try decision.emit(Draft(.reference(fact), .reference, correlation: story))
    }

    /// Applies what is due, as much as one decision may hold, once the day before is closed.
    static func beginDay(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var due = state.entitlements
        if case .rollDay(let calendar, let date) = posed.command {
            due = entitlements(on: state.dayBehind(date, rolling: calendar), rolling: calendar, state)
        }
        var books: (account: AccountID, state: PortfolioState)?
        for entitlement in due {
            guard decision.events.count <= decisionEventsMax - eventsOfEntitlementMax else { return }
            let account = entitlement.account
            var held = books?.account == account ? books?.state : state.accountByID[account]?.portfolio
            guard var portfolio = held, let wanted = wanted(entitlement, portfolio, state.reference) else {
                continue
            }
            held = nil
            books = nil
            let filing = Filing(.portfolio, of: account.id, account, entitlement.action, entitlement.day)
            var events = Decision<PortfolioEvent>()
            try Portfolio.decide(wanted, given: portfolio, into: &events)
            for event in events.events { Portfolio.evolve(&portfolio, by: event) }
            books = (account, portfolio)
            try decision.emit(events) { filing.draft(.portfolio($0)) }
        }
    }

    /// What is due in the accounts when `day` begins because `calendar` is rolled: for each account payments
    /// first, then dividends, then splits.
    static func entitlements(
        on day: BusinessDate,
        rolling calendar: String,
        _ state: ShardState
    ) -> [Entitlement] {
        guard state.openDay.map({ day > $0 }) ?? true else { return [] }
        let actions = actions(on: day, rolling: calendar, state)
        var due: [Entitlement] = []
        for account in state.accountByID.keys.sorted() {
            guard let portfolio = state.accountByID[account]?.portfolio else { continue }
            for action in portfolio.accruedDividends.keys.sorted() {
                guard let accrued = portfolio.accruedDividends[action], accrued.payDate <= day,
                    hasDay(accrued.instrument, day, rolling: calendar, state)
                else { continue }
                due.append(Entitlement(.payment, account, action, day, accrued.quantity))
            }
            for action in actions where !portfolio.appliedActions.contains(action.action) {
                let position = portfolio.position(action.instrument)
                if position == .zero { continue }
                let kind: Entitlement.Kind = action.kind == .split ? .split : .dividend
                due.append(Entitlement(kind, account, action.action, day, position))
            }
        }
        return due
    }

    /// The corporate actions that begin with `day` when `calendar` is rolled.
    static func actions(
        on day: BusinessDate,
        rolling calendar: String,
        _ state: ShardState
    ) -> [CorporateActionAnnounced] {
        guard state.openDay.map({ day > $0 }) ?? true else { return [] }
        return state.reference.corporateActions.of(day).filter {
            hasDay($0.instrument, day, rolling: calendar, state)
        }
    }

    /// Whether `day` is one of the instrument's calendar, and that calendar is one that is rolled.
    private static func hasDay(
        _ instrument: InstrumentID,
        _ day: BusinessDate,
        rolling calendar: String,
        _ state: ShardState
    ) -> Bool {
        guard let name = state.reference.instrumentByID[instrument]?.tradingCalendar,
            name == calendar || state.rolledByName[name] != nil
        else { return false }
        return state.reference.calendarByName[name]?.contains(day) ?? false
    }

    /// Takes what an event applied off the list; a dividend that is paid on its ex-date is due at once.
    static func settleEntitlement(_ state: inout ShardState, _ event: PortfolioEvent) {
        let done: (kind: Entitlement.Kind, action: Identifier)
        switch event {
        case .dividendAccrued(let fact): done = (.dividend, fact.action)
        case .dividendPaid(let fact): done = (.payment, fact.action)
        case .positionAdjusted(let fact): done = (.split, fact.action)
        default: return
        }
        let index = state.entitlements.firstIndex { entitlement in
            entitlement.account == event.account && entitlement.action == done.action
                && entitlement.kind == done.kind
        }
        if let index { state.entitlements.remove(at: index) }
        if case .dividendAccrued(let fact) = event, fact.payDate <= fact.exDate {
            let due = Entitlement(.payment, fact.account, fact.action, fact.exDate, fact.quantity)
            state.entitlements.append(due)
        }
    }

    private static func wanted(
        _ entitlement: Entitlement,
        _ books: PortfolioState,
        _ book: ReferenceBook
    ) -> PortfolioCommand? {
        let account = entitlement.account
        if entitlement.kind == .payment {
            return books.accruedDividends[entitlement.action] == nil
                ? nil : .payDividend(account, entitlement.action)
        }
        let actions = book.corporateActions.of(entitlement.day)
        guard let fact = actions.first(where: { $0.action == entitlement.action }) else { return nil }
        return fact.kind == .split
            ? .split(account, splitTerms(fact, book))
            : .accrueDividend(account, DividendTerms(fact, entitlement.quantity))
    }

    /// A split as it concerns an account that holds its instrument.
    static func splitTerms(_ fact: CorporateActionAnnounced, _ book: ReferenceBook) -> SplitTerms {
        let before = BusinessDate(days: fact.exDate.days - 1)
        let mark = book.latestMark(of: fact.instrument, upTo: before)
        let unit = Quantity(units: 1)
        let lot = book.terms(of: fact.instrument, on: fact.exDate)?.lotSize ?? unit
        return SplitTerms(
            action: fact.action,
            instrument: fact.instrument,
            currency: fact.currency,
            exDate: fact.exDate,
            ratio: (fact.numerator, fact.denominator),
            cashInLieuPrice: fact.cashInLieuPrice ?? mark.flatMap { fact.newPrice($0.price) },
            step: min(lot, unit)
        )
    }

    /// The latest official price, in the units of the open day; for orders that come without a price.
    static func standingPrice(_ instrument: InstrumentID, _ state: ShardState) -> Price? {
        guard let mark = state.reference.markByID[instrument] else { return nil }
        guard let day = state.openDay else { return mark.price }
        return state.reference.mark(mark, of: instrument, on: day).price
    }
}

/// One thing that is due in one account since the day began.
public struct Entitlement: Equatable, Sendable {
    /// What is due.
    public enum Kind: UInt8, WireChoice {
        /// A dividend to accrue.
        case dividend = 1
        /// A position to split.
        case split = 2
        /// A dividend to pay.
        case payment = 3
    }

    /// What is due.
    public private(set) var kind: Kind
    /// The account.
    public private(set) var account: AccountID
    /// The corporate action.
    public private(set) var action: Identifier
    /// The day that began.
    public private(set) var day: BusinessDate
    /// The position at the close before.
    public private(set) var quantity: Quantity

    init(_ kind: Kind, _ account: AccountID, _ action: Identifier, _ day: BusinessDate, _ quantity: Quantity)
    {
        self.kind = kind
        self.account = account
        self.action = action
        self.day = day
        self.quantity = quantity
    }
}

extension DividendTerms {
    /// The dividend on so many units.
    init(_ fact: CorporateActionAnnounced, _ quantity: Quantity) {
        self.init(
            action: fact.action,
            instrument: fact.instrument,
            currency: fact.currency,
            exDate: fact.exDate,
            payDate: fact.payDate,
            quantity: quantity,
            amountPerUnit: fact.amountPerUnit
        )
    }
}

extension Entitlement: WireFields {
    /// Nothing, to be read over.
    public init() { self.init(.dividend, .none, .none, BusinessDate(days: 0), .zero) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.choice(1, "kind", &kind)
        try visitor.account(2, "account", &account)
        try visitor.identifier(3, "action", &action)
        try visitor.date(4, "day", &day)
        try visitor.quantity(5, "quantity", &quantity)
    }
}
