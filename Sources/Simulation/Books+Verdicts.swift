internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import References
internal import RiskLimits
internal import Sagas

/// The global facts that verdicts see.
struct FactBooks {
    private(set) var restricted: Set<InstrumentID> = []
    private(set) var listVersion: UInt32 = 0
    private(set) var statuses: [InstrumentID: InstrumentStatus] = [:]
    private(set) var fees: [FeeScheduleSet] = []
    private(set) var marks: [InstrumentID: (date: BusinessDate, price: Price)] = [:]
    private(set) var instruments: [InstrumentRegistered] = []
    /// What a dollar costs in other currencies.
    private(set) var rates: [Currency: (date: BusinessDate, price: Price)] = [:]
    private(set) var days: [BusinessDate] = []
    private var copiedUpTo: Int64 = 0

    mutating func take(_ event: ReferenceEvent) throws(Violation) {
        switch event {
        case .instrumentRegistered(let fact): instruments.append(fact)
        case .marksRecorded(let fact):
            for mark in fact.marks where marks[mark.instrument].map({ $0.date <= fact.date }) ?? true {
                marks[mark.instrument] = (fact.date, mark.price)
            }
        case .restrictionChanged(let fact):
            if fact.restricted {
                restricted.insert(fact.instrument)
            } else {
                restricted.remove(fact.instrument)
            }
            listVersion = fact.listVersion
        case .feesSet(let fact): fees.append(fact)
        case .tradingDaysDeclared(let fact): days += fact.days
        // No client of the simulation announces one, and what follows from one is booked by its own event.
        case .corporateActionAnnounced: break
        case .termsChanged: break
        case .interestSet: break
        case .ratesRecorded(let fact):
            for rate in fact.rates where rates[rate.quote].map({ $0.date <= fact.date }) ?? true {
                rates[rate.quote] = (fact.date, rate.rate)
            }
        case .statusChanged(let fact): statuses[fact.instrument] = fact.status
        case .copied(let copy, let fact):
            try expect(copy.sourcePosition > copiedUpTo, "I2", "fact \(copy.sourcePosition) is copied twice")
            copiedUpTo = copy.sourcePosition
            try take(fact)
        }
    }

    /// The n-th day of the calendar after the trade.
    func settlement(of instrument: InstrumentID, tradedOn date: BusinessDate) -> BusinessDate {
        let count = instruments.first { $0.instrument == instrument }?.settlementDays ?? 0
        let after = days.filter { $0 > date }
        return count == 0 || after.count < count ? date : after[Int(count) - 1]
    }

    func fees(of venue: String, on day: BusinessDate) -> FeeScheduleSet? {
        fees.last { $0.venue == venue && $0.validFrom <= day }
    }
}

/// Every verdict must have seen what was the case, and follow from it (invariant I8).
extension Books {
    /// One rule, as it should have been recorded.
    private struct Expected {
        let rule: RejectionCode
        let passed: Bool
        var limit: Int128?
        var value: Int128?
    }

    func check(_ fact: RiskAssessed, on day: BusinessDate) throws(Violation) {
        guard let placed = orders[fact.order]?.placed, let account = accounts[placed.account],
            let limits = account.limits
        else { throw Violation("I8", "a verdict on an order that was not placed") }
        let name = "the verdict on \(fact.order.id.text)"
        let schedule = facts.fees(of: account.opened.custodian, on: day)
        try expect(fact.limitsVersion == limits.version, "I8", "\(name) saw other limits than those in force")
        try expect(
            fact.feeVersion == schedule?.version ?? 0,
            "I8",
            "\(name) saw other fees than those in force"
        )
        try expect(
            fact.commission == schedule?.commission ?? BasisPoints(0),
            "I8",
            "\(name) saw another rate"
        )
        let isBuy = placed.side == .buy
        let reference = [
            isBuy ? placed.seen.ask : placed.seen.bid, placed.seen.last,
            facts.marks[placed.instrument]?.price,
        ]
        .compactMap { $0 }.first { $0 > .zero }
        try expect(fact.referencePrice == reference, "I8", "\(name) saw another price")
        for rule in expected(placed, account, limits, reference, day, fact) {
            guard let check = fact.checks.first(where: { $0.rule == rule.rule }) else {
                throw Violation("I8", "\(name) does not say what \(rule.rule.name) saw")
            }
            let matches =
                check.passed == rule.passed && (rule.limit == nil || check.limit == rule.limit)
                && (rule.value == nil || check.value == rule.value)
            try expect(matches, "I8", "\(name): expected \(rule), was \(check)")
        }
        let passed = fact.checks.allSatisfy { $0.passed }
        try expect((fact.verdict == .approved) == passed, "I8", "\(name) does not follow from its checks")
    }

    private func expected(
        _ placed: OrderPlaced,
        _ account: Account,
        _ limits: AccountLimitsSet,
        _ reference: Price?,
        _ day: BusinessDate,
        _ fact: RiskAssessed
    ) -> [Expected] {
        let isBuy = placed.side == .buy
        let quantity = Int128(placed.quantity.nanos)
        var rules = [
            Expected(rule: .killSwitchPulled, passed: !isBuy || !(account.isKilled || isKilled)),
            Expected(rule: .priceUnavailable, passed: !isBuy || reference != nil),
        ]
        if let price = placed.limitPrice ?? reference {
            let value = inDollarsOrYen(
                Self.up(Int128(price.nanos) * quantity, 1_000_000_000),
                from: fact.currency,
                to: account.opened.currency
            )
            let limit = limits.orderValueMax.nanos
            rules.append(
                Expected(rule: .orderValueAboveLimit, passed: value <= limit, limit: limit, value: value)
            )
        }
        if let limit = placed.limitPrice, let reference {
            let margin = Self.up(Int128(reference.nanos) * Int128(limits.priceCollar.micros), 10_000_000_000)
            let bound = Int128(reference.nanos) + (isBuy ? margin : -margin)
            let passed = isBuy ? Int128(limit.nanos) <= bound : Int128(limit.nanos) >= bound
            rules.append(Expected(rule: .priceOutsideCollar, passed: passed, limit: bound))
        }
        let held = held(placed.account)
        if isBuy {
            rules += expectedPower(placed, account, limits, reference, held, day, fact)
        } else {
            // What the other order of a pair holds back is free for this one.
            let freed = ownNeed(fact.sharedWith).quantity
            let free =
                (account.position[placed.instrument] ?? 0) - (held.shares[placed.instrument] ?? 0) + freed
            rules.append(
                Expected(rule: .positionInsufficient, passed: quantity <= free, limit: free, value: quantity)
            )
        }
        return rules
    }

    /// The rates of the simulation are those of a dollar.
    private func inDollarsOrYen(_ nanos: Int128, from: Currency, to base: Currency) -> Int128 {
        if from == base { return nanos }
        let other = from == .usd ? base : from
        let price = Int128(facts.rates[other]?.price.nanos ?? 1)
        let (factor, divisor) = from == .usd ? (price, 1_000_000_000) : (1_000_000_000, price)
        let (product, overflow) = nanos.multipliedReportingOverflow(by: factor)
        return overflow ? .max : Self.up(product, divisor)
    }

    private func expectedPower(
        _ placed: OrderPlaced,
        _ account: Account,
        _ limits: AccountLimitsSet,
        _ reference: Price?,
        _ held: Held,
        _ day: BusinessDate,
        _ fact: RiskAssessed
    ) -> [Expected] {
        var unit: Int128
        if let limit = placed.limitPrice {
            unit = Int128(limit.nanos)
        } else {
            guard let reference else { return [] }
            unit = Int128(reference.nanos)
            unit += Self.up(unit * Int128(limits.priceCollar.micros), 10_000_000_000)
        }
        let quantity = Int128(placed.quantity.nanos)
        let need = Self.need(unit, quantity, fact.commission, fact.currency)
        guard unit <= Int128(Price.nanosMax), need <= Money.nanosMax else {
            return [Expected(rule: .notionalTooLarge, passed: false)]
        }
        let due = facts.settlement(of: placed.instrument, tradedOn: day)
        let freed = ownNeed(fact.sharedWith)
        let free = freeCash(placed.account, fact.currency, by: due) + freed.cash
        let pending = (held.buys[placed.instrument] ?? 0) - freed.quantity
        let reach = max(account.position[placed.instrument] ?? 0, 0) + pending + quantity
        let most = Int128(Quantity.nanosMax)
        return [
            Expected(rule: .balanceTooLarge, passed: reach <= most, limit: most, value: reach),
            Expected(rule: .buyingPowerExceeded, passed: need <= free, limit: free, value: need),
        ]
    }

    func check(_ fact: ComplianceAssessed) throws(Violation) {
        let name = "the clearance of \(fact.order.id.text)"
        guard let placed = orders[fact.order]?.placed else {
            throw Violation("I8", "\(name), which is unknown")
        }
        try expect(fact.restrictionsVersion == facts.listVersion, "I8", "\(name) saw another list")
        let isRestricted = facts.restricted.contains(placed.instrument)
        // Only active and halted instruments are simulated; a sale reduces.
        let isHalted = facts.statuses[placed.instrument] == .halted && placed.side == .buy
        try expect(
            fact.cleared == !(isRestricted || isHalted),
            "I8",
            "\(name) is \(fact.cleared), restricted \(isRestricted), halted \(isHalted)"
        )
        try expect(!fact.checks.isEmpty, "I8", "\(name) names no rule")
    }
}
