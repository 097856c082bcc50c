internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import References
internal import RiskLimits
internal import Sagas

/// What a verdict is about, as these books have it.
struct Question {
    let account: Books.Account
    let limits: AccountLimitsSet
    let isBuy: Bool
    /// Whether the sale is marked short.
    let isShort: Bool
    /// Whether it can only make a position smaller.
    var reduces: Bool
    let order: OrderID
    let instrument: InstrumentID
    /// What it wants in addition to `filled`.
    let quantity: Int128
    let filled: Int128
    var limit: Int64?
    /// `nil` where there is none that is above zero.
    var reference: Int64?
    /// The lowest price that somebody sold at when it was asked for.
    let ask: Int64?
    let isReduceOnly: Bool
    /// What the order holds back already and gives up for this.
    var freed: OrderBook.Held
    let isNew: Bool
}

/// Every verdict must have seen what was the case, and follow from it (invariant I8).
extension Books {
    /// One rule, as it should have been recorded.
    struct Expected {
        let rule: RejectionCode
        let passed: Bool
        var limit: Int128?
        var value: Int128?

        init(_ rule: RejectionCode, _ passed: Bool) {
            self.rule = rule
            self.passed = passed
        }

        /// `value` is at most `limit`.
        init(_ rule: RejectionCode, _ value: Int128, atMost limit: Int128) {
            self.init(rule, value <= limit)
            self.limit = limit
            self.value = value
        }
    }

    func check(_ fact: RiskAssessed, on day: BusinessDate) throws(Violation) {
        guard let order = orders[fact.order], let account = accounts[order.placed.account],
            let limits = account.limits(on: day)
        else { throw Violation("I8", "a verdict on an order that was not placed") }
        let name = "the verdict on \(fact.order.id.text)"
        let schedule = facts.fees(of: account.opened.custodian, on: day)
        try expect(fact.limitsVersion == limits.version, "I8", "\(name) saw other limits than those in force")
        try expect(
            fact.feeVersion == schedule?.version ?? 0,
            "I8",
            "\(name) saw fees of version \(fact.feeVersion), expected \(schedule?.version ?? 0)"
        )
        let passed = fact.checks.allSatisfy { $0.passed }
        try expect((fact.verdict == .approved) == passed, "I8", "\(name) does not follow from its checks")
        // What lives again at the venue is held back for, whatever the rules would say.
        if order.isApproved, replacing != fact.order {
            return try expect(passed, "I9", "\(name) refuses what the venue works")
        }
        let question = question(fact, order, account, limits)
        let seen = fact.referencePrice.flatMap { $0 > .zero ? $0.nanos : nil }
        try expect(
            seen == question.reference,
            "I8",
            "\(name) saw \(fact.referencePrice?.text ?? "no price"), expected \(question.reference ?? 0)"
        )
        for rule in expected(question, day, fact) {
            guard let check = fact.checks.first(where: { $0.rule == rule.rule }) else {
                throw Violation("I8", "\(name) does not say what \(rule.rule.name) saw")
            }
            let matches =
                check.passed == rule.passed && (rule.limit == nil || check.limit == rule.limit)
                && (rule.value == nil || check.value == rule.value)
            try expect(matches, "I8", "\(name): expected \(rule), was \(check)")
        }
    }

    /// What one unit of the judged terms is held back at by themselves, in units of 10⁻⁹.
    func ownPrice(of fact: RiskAssessed, on day: BusinessDate) -> Int64? {
        guard let order = orders[fact.order], let account = accounts[order.placed.account],
            let limits = account.limits(on: day)
        else { return nil }
        let question = question(fact, order, account, limits)
        let reference = question.reference.map { Self.collared(Price(nanos: $0), limits.priceCollar) }
        if question.isShort { return shortPrice(question) }
        return question.limit ?? reference
    }

    private func question(
        _ fact: RiskAssessed,
        _ order: OrderBook,
        _ account: Account,
        _ limits: AccountLimitsSet
    ) -> Question {
        let placed = order.placed
        let isBuy = placed.side == .buy
        let request = order.pending.values.max { $0.request < $1.request }
        let seen = request?.seen ?? placed.seen
        let mark = facts.mark(placed.instrument, on: openDay)
        let prices = [isBuy ? seen.ask : seen.bid, seen.last, mark]
        let terms = request?.terms ?? order.terms
        let shared = orders[fact.sharedWith]?.held ?? OrderBook.Held()
        // Of a worked order that is judged which its slices leave.
        let taken = order.isAtWork ? slices(of: placed.order).reduce(Int128(0)) { $0 + $1.reach } : 0
        var question = Question(
            account: account,
            limits: limits,
            isBuy: isBuy,
            isShort: placed.side.isShort,
            reduces: !isBuy,
            order: fact.order,
            instrument: placed.instrument,
            quantity: max(order.rest(of: terms.quantity) - taken, 0),
            filled: request == nil ? 0 : order.filled + taken,
            limit: terms.limitPrice?.nanos,
            reference: prices.lazy.compactMap { $0 }.first { $0 > .zero }?.nanos,
            ask: seen.ask.flatMap { $0 > .zero ? $0.nanos : nil },
            isReduceOnly: placed.special.reduceOnly,
            // What the other order of a pair holds back is free for this one.
            freed: order.held.larger(heldByPartner(of: order)).larger(shared),
            isNew: request == nil
        )
        if let parent = work(of: order), parent.isAtWork, !parent.isClosed { question.freed.add(parent.held) }
        if let market = question.reference { anchor(&question, terms, order.limitOffset, market) }
        if question.reference ?? 0 <= 0 { question.reference = nil }
        if account.opened.kind == .margin { question.reduces = reduces(question) }
        return question
    }

    /// A stop is judged by its own price where that costs more than the market's.
    private func anchor(_ question: inout Question, _ terms: AmendedTerms, _ offset: Price?, _ market: Int64)
    {
        let sign: Int64 = question.isBuy ? 1 : -1
        var stop = terms.stopPrice?.nanos
        if let amount = terms.trailingAmount { stop = market + sign * amount.nanos }
        if let rate = terms.trailingRate {
            stop = market + sign * Int64(Int128(market) * Int128(rate.micros) / 10_000_000_000)
        }
        guard let stop else { return }
        let price = question.isBuy ? max(stop, market) : min(stop, market)
        question.reference = price
        if let offset { question.limit = price + sign * offset.nanos }
    }

    private func expected(_ question: Question, _ day: BusinessDate, _ fact: RiskAssessed) -> [Expected] {
        let limits = question.limits
        let isBuy = question.isBuy
        let whole = question.quantity + question.filled
        var rules = [
            Expected(.killSwitchPulled, question.reduces || !(question.account.isKilled || isKilled)),
            Expected(.priceUnavailable, question.reduces || question.reference != nil),
        ]
        if let price = question.limit ?? question.reference, price >= 0 {
            let value = inDollarsOrYen(
                Self.up(Int128(price) * whole, 1_000_000_000),
                from: fact.currency,
                to: question.account.opened.currency
            )
            rules.append(Expected(.orderValueAboveLimit, value, atMost: limits.orderValueMax.nanos))
        }
        if let limit = question.limit, let reference = question.reference {
            let margin = Self.up(Int128(reference) * Int128(limits.priceCollar.micros), 10_000_000_000)
            let bound = Int128(reference) + (isBuy ? margin : -margin)
            var rule = Expected(.priceOutsideCollar, isBuy ? limit <= bound : limit >= bound)
            rule.limit = bound
            rules.append(rule)
        }
        let held = held(question.account.opened.account)
        if question.account.opened.kind == .margin {
            rules += expectedMargin(question, held, day, fact)
        } else if isBuy {
            rules += expectedPower(question, held, day, fact)
        } else {
            let reserved = (held.shares[question.instrument] ?? 0) - question.freed.shares
            let free = question.account.position(question.instrument) - reserved
            rules.append(Expected(.positionInsufficient, question.quantity, atMost: free))
        }
        if let most = limits.orderQuantityMax {
            rules.append(Expected(.orderQuantityAboveLimit, whole, atMost: Int128(most.nanos)))
        }
        if let most = limits.openOrdersMax, question.isNew {
            let (count, unit) = (Int128(held.orders + 1), Int128(1_000_000_000))
            rules.append(Expected(.openOrdersAboveLimit, count * unit, atMost: Int128(most) * unit))
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
        _ question: Question,
        _ held: Held,
        _ day: BusinessDate,
        _ fact: RiskAssessed
    ) -> [Expected] {
        let position = question.account.position(question.instrument)
        let pending = (held.buys[question.instrument] ?? 0) - question.freed.buys
        if question.isReduceOnly {
            let room = max(max(-position, 0) - pending, 0)
            return [Expected(.positionInsufficient, question.quantity, atMost: room)]
        }
        var unit = Int128(question.limit ?? question.reference ?? 0)
        if question.limit == nil {
            if question.reference == nil { return [] }
            unit += Self.up(unit * Int128(question.limits.priceCollar.micros), 10_000_000_000)
        }
        let need = Self.need(unit, question.quantity, fact.commission, fact.currency)
        guard unit <= Int128(Price.nanosMax), need <= Money.nanosMax else {
            return [Expected(.notionalTooLarge, false)]
        }
        let due = facts.settlement(of: question.instrument, tradedOn: day)
        let account = question.account.opened.account
        let free = freeCash(account, fact.currency, by: due) + question.freed.cash
        let reach = max(position, 0) + pending + question.quantity
        return [
            Expected(.balanceTooLarge, reach, atMost: Int128(Quantity.nanosMax)),
            Expected(.buyingPowerExceeded, need, atMost: free),
        ]
    }

    func check(_ fact: ComplianceAssessed, on day: BusinessDate) throws(Violation) {
        let name = "the clearance of \(fact.order.id.text)"
        guard let order = orders[fact.order] else {
            throw Violation("I8", "\(name), which is unknown")
        }
        let placed = order.placed
        try expect(fact.restrictionsVersion == facts.listVersion, "I8", "\(name) saw another list")
        let reduces = reduces(order)
        let mustGo = facts.mustGo(placed, reduces: reduces)
        let isHalted = facts.statuses[placed.instrument] == .halted && !reduces
        let terms = facts.terms(placed.instrument, on: openDay ?? day)
        let mayBeShort = terms?.shortable == true && placed.special.locate != nil
        let isUnlocated = placed.side.isShort && !mayBeShort
        try expect(
            fact.cleared == !(mustGo || isHalted || isUnlocated),
            "I8",
            "\(name) is \(fact.cleared), must go \(mustGo), halted \(isHalted), unlocated \(isUnlocated)"
        )
        try expect(!fact.checks.isEmpty, "I8", "\(name) names no rule")
    }
}

extension Books.Account {
    /// The limits in force on `day`: the latest of those that hold then.
    func limits(on day: BusinessDate) -> AccountLimitsSet? {
        datedLimits.last { limits in
            (limits.effectiveFrom.map { $0 <= day } ?? true) && (limits.effectiveTo.map { day <= $0 } ?? true)
        } ?? limits
    }
}
