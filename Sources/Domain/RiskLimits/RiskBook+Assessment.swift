internal import BifrostKernel

/// The checks, in an order that is part of the contract: the first that fails names the refusal, and all that
/// could be computed are recorded.
extension RiskBook {
    /// Most checks of one order.
    private static let checksMax = 7

    static func assess(_ question: RiskQuestion, _ state: RiskState) -> RiskAssessed {
        var fact = RiskAssessed()
        fact.order = question.order
        fact.instrument = question.instrument
        fact.currency = question.currency
        let limits = state.datedLimits.isEmpty ? state.limits : state.limits(on: question.today)
        fact.limitsVersion = limits?.version ?? 0
        fact.feeVersion = question.feeVersion
        fact.referencePrice = question.referencePrice
        fact.commission = question.commission
        if question.isBuy { fact.extraFees = question.extraFees }
        fact.checks.reserveCapacity(checksMax)
        var question = question
        // A book without quotes shows zero; a reservation at such a price would hold nothing back.
        if let price = question.referencePrice, price <= .zero { question.referencePrice = nil }
        if question.sharesWith != .none { share(&question, state, &fact) }
        if let margin = question.margin {
            assess(question, margin, limits, state, &fact)
        } else {
            judge(question, limits, state, &fact)
        }
        fact.verdict = fact.checks.allSatisfy { $0.passed } ? .approved : .refused
        if fact.verdict == .refused {
            fact.reservedCash = .zero
            fact.reservedShares = .zero
            fact.pendingBuys = .zero
            fact.pendingShorts = nil
        }
        return fact
    }

    /// The checks of an account that is no margin account.
    private static func judge(
        _ question: RiskQuestion,
        _ limits: AccountLimitsSet?,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        checkSwitch(question, state, &fact)
        checkPrice(question, &fact)
        if question.isForeign { checkRate(question, &fact) }
        checkValue(question, limits, &fact)
        checkCollar(question, limits, &fact)
        if question.isBuy {
            if question.reduceOnly { checkReduces(question, state, &fact) }
            checkBuyingPower(question, limits, state, &fact)
        } else {
            checkPosition(question, state, &fact)
        }
        if let limits, limits.isSpecial {
            checkSpecial(question, limits, adds: question.isBuy, state, &fact)
        }
    }

    /// An order that only reduces a position passes a pulled switch with a warning; a cash account's sells
    /// reduce.
    private static func checkSwitch(_ question: RiskQuestion, _ state: RiskState, _ fact: inout RiskAssessed)
    {
        let pulled = state.killed || question.shardKilled
        fact.checks.append(
            RuleCheck(
                .killSwitchPulled,
                passed: !pulled || !question.isBuy,
                warned: pulled && !question.isBuy
            )
        )
    }

    /// A check that cannot be computed refuses an order that adds risk.
    private static func checkPrice(_ question: RiskQuestion, _ fact: inout RiskAssessed) {
        let priced = question.referencePrice != nil
        fact.checks.append(
            RuleCheck(
                .priceUnavailable,
                passed: priced || !question.isBuy,
                warned: !priced && !question.isBuy
            )
        )
    }

    /// Limits are in the account's currency: without a rate nobody can say whether an order keeps to them.
    private static func checkRate(_ question: RiskQuestion, _ fact: inout RiskAssessed) {
        let isKnown = question.exchangeRate != nil
        let isRequired = question.isBuy
        fact.checks.append(
            RuleCheck(
                .exchangeRateUnavailable,
                passed: isKnown || !isRequired,
                warned: !isKnown && !isRequired
            )
        )
    }

    static func checkValue(
        _ question: RiskQuestion,
        _ limits: AccountLimitsSet?,
        _ fact: inout RiskAssessed
    ) {
        guard let price = question.limitPrice ?? question.referencePrice, let limits else { return }
        let whole = question.quantity.adding(question.filled) ?? question.quantity
        var value = Money.notional(price, whole, .awayFromZero).nanos
        if question.isForeign {
            guard let rate = question.exchangeRate else { return }
            value = rate.converted(value, .awayFromZero) ?? (value < 0 ? .min : .max)
        }
        fact.checks.append(
            RuleCheck(
                .orderValueAboveLimit,
                passed: value <= limits.orderValueMax.nanos,
                limit: limits.orderValueMax.nanos,
                value: value
            )
        )
    }

    /// The harmful side only: a buy above, or a sell below, the reference price by more than the collar.
    static func checkCollar(
        _ question: RiskQuestion,
        _ limits: AccountLimitsSet?,
        _ fact: inout RiskAssessed
    ) {
        guard let limit = question.limitPrice, let reference = question.referencePrice, let limits else {
            return
        }
        let bound = collared(reference, limits.priceCollar, up: question.isBuy)
        let passed = question.isBuy ? Int128(limit.nanos) <= bound : Int128(limit.nanos) >= bound
        fact.checks.append(
            RuleCheck(.priceOutsideCollar, passed: passed, limit: bound, value: Int128(limit.nanos))
        )
    }

    private static func checkBuyingPower(
        _ question: RiskQuestion,
        _ limits: AccountLimitsSet?,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        guard let unit = reservedPrice(question, limits) else { return }
        // Wide, because a venue's late fills may have taken cash to its lower bound while orders hold more
        // back.
        let reserved = (state.reservedCash[question.currency] ?? .zero).nanos - question.freedCash.nanos
        let available = question.settledCash.nanos - reserved
        let needed = Price(exactly: Int64(clamping: unit)).flatMap {
            requirement(question, at: $0)
        }
        guard let needed, let price = Price(exactly: Int64(clamping: unit)) else {
            fact.checks.append(RuleCheck(.notionalTooLarge, passed: false, limit: Money.nanosMax))
            return
        }
        fact.reservedPrice = price
        fact.reservedCash = needed
        fact.pendingBuys = question.quantity
        let open = Int128((state.pendingBuys[question.instrument] ?? .zero).nanos)
        let pending = open - Int128(question.freedBuys.nanos)
        // A short position makes no room: what open buys may add has the same bound by itself.
        let reach = Int128(max(question.position, .zero).nanos) + pending + Int128(question.quantity.nanos)
        fact.checks.append(
            RuleCheck(
                .balanceTooLarge,
                passed: reach <= Int128(Quantity.nanosMax),
                limit: Int128(Quantity.nanosMax),
                value: reach
            )
        )
        fact.checks.append(
            RuleCheck(
                .buyingPowerExceeded,
                passed: needed.nanos <= available,
                limit: available,
                value: needed.nanos
            )
        )
    }

    /// A buy reduces a short position alone, and no more of it than other buys leave.
    static func checkReduces(
        _ question: RiskQuestion,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        let open = Int128((state.pendingBuys[question.instrument] ?? .zero).nanos)
        let short = max(-Int128(question.position.nanos), 0)
        let room = max(short - open + Int128(question.freedBuys.nanos), 0)
        let value = Int128(question.quantity.nanos)
        fact.checks.append(RuleCheck(.positionInsufficient, passed: value <= room, limit: room, value: value))
    }

    private static func checkPosition(
        _ question: RiskQuestion,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        let held = state.reservedShares[question.instrument] ?? .zero
        let free = question.position.nanos - held.nanos + question.freedShares.nanos
        fact.reservedShares = question.quantity
        fact.checks.append(
            RuleCheck(
                .positionInsufficient,
                passed: question.quantity.nanos <= free,
                limit: Int128(free),
                value: Int128(question.quantity.nanos)
            )
        )
    }

    /// The limit price, or for a market order the reference price × (1 + collar).
    static func reservedPrice(_ question: RiskQuestion, _ limits: AccountLimitsSet?) -> Int128? {
        if let limit = question.limitPrice { return Int128(limit.nanos) }
        guard let reference = question.referencePrice else { return nil }
        return collared(reference, limits?.priceCollar ?? BasisPoints(0), up: true)
    }

    /// `price` × (1 ± collar) in units of 10⁻⁹, rounded away from the price.
    static func collared(_ price: Price, _ collar: BasisPoints, up: Bool) -> Int128 {
        let product = Int128(price.nanos) * Int128(collar.micros)
        let margin = (product + 9_999_999_999) / 10_000_000_000
        return Int128(price.nanos) + (up ? margin : -margin)
    }
}

extension Quantity {
    /// A sum of parts after one of them changed; a venue may change an order to more than a sum can hold.
    func changed(from old: Quantity, to new: Quantity) -> Quantity {
        let sum = Int128(nanos) - Int128(old.nanos) + Int128(new.nanos)
        return Quantity(nanos: Int64(min(sum, Int128(Quantity.nanosMax))))
    }
}

extension RiskState {
    mutating func take(_ fact: AccountLimitsSet) {
        if fact.effectiveFrom == nil, fact.effectiveTo == nil {
            limits = fact
            // What is later in every respect needs the earlier no more.
            datedLimits = []
        } else {
            datedLimits.append(fact)
        }
    }

    /// Most limits with dates beside each other; limits without dates end them all and make room.
    static let datedLimitsMax = 16

    mutating func hold(_ fact: RiskAssessed) {
        if fact.drawnFrom != .none { draw(fact) }
        let reservation = Reservation(fact)
        if fact.sharedWith != .none { pair(fact.order, fact.sharedWith) }
        if let partner = partner(of: fact.order) {
            let before = reservationByID.updateValue(reservation, forKey: fact.order)
            return shift(from: before, to: reservation, beside: reservationByID[partner])
        }
        if let before = reservationByID.updateValue(reservation, forKey: fact.order) { free(before) }
        if fact.reservedCash > .zero {
            reservedCash[fact.currency, default: .zero] =
                (reservedCash[fact.currency] ?? .zero) + fact.reservedCash
        }
        if fact.reservedShares > .zero {
            let held = reservedShares[fact.instrument] ?? .zero
            reservedShares[fact.instrument] = Quantity(nanos: held.nanos + fact.reservedShares.nanos)
        }
        if fact.pendingBuys > .zero {
            let pending = pendingBuys[fact.instrument] ?? .zero
            pendingBuys[fact.instrument] = Quantity(nanos: pending.nanos + fact.pendingBuys.nanos)
        }
    }

    /// Takes a reservation out of the sums: another one of its order takes its place.
    private mutating func free(_ before: Reservation) {
        reservedCash[before.currency] = (reservedCash[before.currency] ?? .zero) - before.cash
        reservedShares[before.instrument] = (reservedShares[before.instrument] ?? .zero) - before.shares
        pendingBuys[before.instrument] = (pendingBuys[before.instrument] ?? .zero) - before.buys
    }

    mutating func change(_ fact: ReservationChanged) {
        guard var held = reservationByID[fact.order] else { return }
        if !drawByID.isEmpty { keepDraw(fact) }
        if let partner = partner(of: fact.order) { return change(fact, held, beside: partner) }
        let cash = reservedCash[held.currency] ?? .zero
        reservedCash[held.currency] = Money(clamping: cash.nanos - held.cash.nanos + fact.remainingCash.nanos)
        let shares = reservedShares[held.instrument] ?? .zero
        reservedShares[held.instrument] = shares.changed(from: held.shares, to: fact.remainingShares)
        let pending = pendingBuys[held.instrument] ?? .zero
        pendingBuys[held.instrument] = pending.changed(from: held.buys, to: fact.remainingBuys)
        held.cash = fact.remainingCash
        held.shares = fact.remainingShares
        held.buys = fact.remainingBuys
        held.shorts = fact.remainingShorts ?? .zero
        if let price = fact.reservedPrice { held.price = price }
        let isNothing = held.shares == .zero && held.buys == .zero && held.shorts == .zero
        // A worked order may get back what its slices hold.
        let gone = isNothing && fact.reason != .drawn
        reservationByID[fact.order] = gone ? nil : held
    }
}
