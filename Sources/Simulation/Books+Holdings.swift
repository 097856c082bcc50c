internal import BifrostKernel
internal import Portfolios
internal import References
internal import Sagas

/// What an account holds of one instrument: the sum of its changes in the order in which they took effect, so
/// that a late trade from before a split is split as well.
struct Holding {
    enum Change {
        /// A trade, by the core's id of the last word on it.
        case traded(Identifier, Int128)
        /// Units that came in or went out without a trade.
        case moved(Int128)
        /// New units for old ones, less a fraction that was sold.
        case split(UInt32, UInt32, fraction: Int128)
    }

    private var changes: [(at: Timestamp, change: Change)] = []
    /// The units of today, long positive.
    private(set) var units: Int128 = 0

    /// Adds what comes behind everything known.
    mutating func append(_ change: Change, at time: Timestamp) {
        changes.append((time, change))
        recount()
    }

    /// Adds a trade behind all that took effect no later.
    mutating func add(_ execution: Identifier, _ units: Int128, at time: Timestamp) {
        let before = changes.lastIndex { $0.at <= time }
        changes.insert((time, .traded(execution, units)), at: before.map { $0 + 1 } ?? 0)
        recount()
    }

    /// Gives a trade other numbers, where it stands.
    mutating func replace(_ old: Identifier, _ new: Identifier, _ units: Int128) {
        let place = changes.firstIndex { if case .traded(old, _) = $0.change { true } else { false } }
        guard let place else { return }
        changes[place].change = .traded(new, units)
        recount()
    }

    private mutating func recount() {
        units = changes.reduce(0) { sum, step in
            switch step.change {
            case .traded(_, let units), .moved(let units): sum + units
            case .split(let new, let old, let fraction): Self.split(sum, new, old) - fraction
            }
        }
    }

    /// New units for old ones, rounded half away from zero.
    static func split(_ units: Int128, _ new: UInt32, _ old: UInt32) -> Int128 {
        let (whole, rest) = (units * Int128(new)).quotientAndRemainder(dividingBy: Int128(old))
        return rest.magnitude * 2 >= UInt128(old) ? whole + (units < 0 ? -1 : 1) : whole
    }
}

/// What corporate actions give and take, each once for each account.
struct Entitlements {
    struct Due: Hashable {
        let account: AccountID
        let action: Identifier
    }

    /// Actions whose ex-date has begun, with the position at the close before.
    var actions: [Due: (fact: CorporateActionAnnounced, units: Int128)] = [:]
    /// Dividends that were accrued and not paid.
    var payments: [Due: DividendAccrued] = [:]
    /// Every action that began, in the order in which they are applied, and when it did.
    var begun: [(fact: CorporateActionAnnounced, at: Timestamp)] = []
    /// The splits that an account had applied.
    var splits: Set<Due> = []
    /// What a trade that left suspense in the present command brings with it.
    var late: Late?
}

/// What a trade is due that was in suspense when corporate actions began.
struct Late {
    let account: AccountID
    let since: Timestamp
    /// The units of the trade, as they are when the next action begins.
    var units: Int128
    /// What has begun since, in order; a split that the account has is passed through.
    var actions: [(fact: CorporateActionAnnounced, at: Timestamp, isPassed: Bool)]

    /// Passes through splits up to the next action that leaves an event.
    mutating func advance() {
        while let next = actions.first, next.isPassed {
            actions.removeFirst()
            guard since < next.at else { continue }
            units = Holding.split(units, next.fact.numerator, next.fact.denominator)
        }
    }
}

extension Books {
    mutating func change(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ body: (inout Holding) -> Void
    ) {
        var holding = accounts[account]?.holdings.removeValue(forKey: instrument) ?? Holding()
        body(&holding)
        accounts[account]?.holdings[instrument] = holding
    }

    /// A day ends and the next one begins, whose corporate actions concern whoever holds something now.
    mutating func roll(_ fact: DayRolled, at time: Timestamp) {
        let next = facts.days.first { $0 > fact.date } ?? BusinessDate(days: fact.date.days + 1)
        openDay = next
        facts.openDay = next
        let beginning = facts.actions.filter { $0.exDate == next }
        for action in beginning.filter({ $0.kind != .split }) + beginning.filter({ $0.kind == .split }) {
            entitlements.begun.append((action, time))
            for account in accountsInOrder {
                let units = accounts[account]?.position(action.instrument) ?? 0
                let due = Entitlements.Due(account: account, action: action.action)
                if units != 0 { entitlements.actions[due] = (action, units) }
            }
        }
    }

    /// A trade leaves suspense for an account, as of when it became known, and brings with it what began
    /// since.
    mutating func arrive(
        _ fact: TradeBooked,
        since known: FactPlace,
        at place: FactPlace
    ) throws(Violation) {
        arriving = nil
        try expect(
            place.effectiveAt == known.effectiveAt && place.businessDate == known.businessDate,
            "I8",
            "\(fact.execution.text) is booked as of \(place.businessDate), known \(known.businessDate)"
        )
        let actions = entitlements.begun.filter {
            $0.fact.instrument == fact.instrument && $0.fact.exDate > known.businessDate
        }
        var late = Late(
            account: fact.account,
            since: known.effectiveAt,
            units: Int128(fact.quantity.nanos),
            actions: actions.map { action in
                let due = Entitlements.Due(account: fact.account, action: action.fact.action)
                return (action.fact, action.at, entitlements.splits.contains(due))
            }
        )
        late.advance()
        entitlements.late = late
    }

    /// A trade out of suspense has got all that it is due by the end of its command.
    mutating func finishLate() throws(Violation) {
        guard let late = entitlements.late else { return }
        entitlements.late = nil
        try expect(late.actions.isEmpty, "I10", "a trade out of suspense lacks \(late.actions.count) actions")
    }

    private mutating func begin(
        _ account: AccountID,
        _ action: Identifier
    ) throws(Violation) -> (fact: CorporateActionAnnounced, units: Int128) {
        if var late = entitlements.late, late.account == account, late.actions.first?.fact.action == action {
            let due = (late.actions.removeFirst().fact, late.units)
            late.advance()
            entitlements.late = late
            return due
        }
        let due = Entitlements.Due(account: account, action: action)
        guard let due = entitlements.actions.removeValue(forKey: due) else {
            throw Violation("I10", "\(action.text) gives what the account is not due")
        }
        return due
    }

    mutating func take(_ fact: DividendAccrued) throws(Violation) {
        try checkBalanced(fact.postings)
        let due = try begin(fact.account, fact.action)
        var minor: Int128 = 1
        for _ in fact.currency.minorUnitDigits..<9 { minor *= 10 }
        let gross = Int128(due.fact.amountPerUnit.nanos) * due.units
        let (whole, rest) = gross.quotientAndRemainder(dividingBy: 1_000_000_000 * minor)
        let isUp = rest.magnitude * 2 >= UInt128(1_000_000_000 * minor)
        let amount = (isUp ? whole + (gross < 0 ? -1 : 1) : whole) * minor
        try expect(
            Int128(fact.quantity.nanos) == due.units && fact.payDate == due.fact.payDate,
            "I10",
            "a dividend on \(fact.quantity.text), held \(due.units)"
        )
        // The two roundings of the core may differ from one by a minor unit.
        let isRight = abs(fact.amount.nanos - amount) <= minor
        try expect(isRight, "I10", "a dividend of \(fact.amount.text), expected \(amount)")
        let payment = Entitlements.Due(account: fact.account, action: fact.action)
        var sum = fact
        sum.amount = fact.amount + (entitlements.payments[payment]?.amount ?? .zero)
        entitlements.payments[payment] = sum
    }

    mutating func take(_ fact: DividendPaid) throws(Violation) {
        try checkBalanced(fact.postings)
        let due = Entitlements.Due(account: fact.account, action: fact.action)
        guard let accrued = entitlements.payments.removeValue(forKey: due), accrued.amount == fact.amount
        else { throw Violation("I10", "paid \(fact.amount.text) that were not accrued") }
        let isEarly = openDay.map { $0 < fact.payDate } ?? true
        try expect(!isEarly, "I10", "paid before \(fact.payDate.text)")
        // What cash cannot hold stays in suspense, for a person.
        let cash = accounts[fact.account]?.cash[fact.currency] ?? 0
        guard abs(cash) + abs(fact.amount.nanos) <= Money.nanosMax else { return }
        accounts[fact.account]?.cash[fact.currency] = cash + fact.amount.nanos
    }

    mutating func take(_ fact: PositionAdjusted, at time: Timestamp) throws(Violation) {
        try checkBalanced(fact.postings)
        let due = try begin(fact.account, fact.action)
        let old = accounts[fact.account]?.position(fact.instrument) ?? 0
        let fraction = Int128(fact.fraction.nanos)
        let terms = (due.fact.numerator, due.fact.denominator)
        try expect(
            (fact.numerator, fact.denominator) == terms || (fact.numerator, fact.denominator) == (1, 1),
            "I10",
            "split \(fact.numerator) for \(fact.denominator)"
        )
        change(fact.account, fact.instrument) {
            $0.append(.split(fact.numerator, fact.denominator, fraction: fraction), at: time)
        }
        let new = accounts[fact.account]?.position(fact.instrument) ?? 0
        try expect(
            Int128(fact.oldQuantity.nanos) == old && Int128(fact.newQuantity.nanos) == new,
            "I10",
            "split \(fact.oldQuantity.text) into \(fact.newQuantity.text), expected \(old) into \(new)"
        )
        entitlements.splits.insert(.init(account: fact.account, action: fact.action))
        if entitlements.late?.account == fact.account { entitlements.late?.units = new }
        accounts[fact.account]?.cash[fact.currency, default: 0] += fact.cashInLieu.nanos
    }

    /// What has begun is done when everything is at rest.
    func checkEntitlements() throws(Violation) {
        let count = entitlements.actions.count
        try expect(count == 0, "I10", "\(count) corporate actions were not applied")
        guard let openDay else { return }
        let late = entitlements.payments.values.count { $0.payDate <= openDay }
        try expect(late == 0, "I10", "\(late) dividends are due and not paid")
    }
}
