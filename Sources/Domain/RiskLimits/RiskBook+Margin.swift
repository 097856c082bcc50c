internal import BifrostKernel

/// The checks of a margin account: what only reduces a position passes, what adds needs equity.
///
/// Their order is that of other accounts, with an open margin call behind the kill switch.
extension RiskBook {
    static func assess(
        _ question: RiskQuestion,
        _ margin: MarginQuestion,
        _ limits: AccountLimitsSet?,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        let reduces = reduces(question, margin, state)
        let pulled = state.killed || question.shardKilled
        fact.checks.append(
            RuleCheck(.killSwitchPulled, passed: !pulled || reduces, warned: pulled && reduces)
        )
        if let call = state.marginCall {
            let (limit, value) = (call.requirement.nanos, call.equity.nanos)
            fact.checks.append(
                RuleCheck(.marginCallOpen, passed: reduces, limit: limit, value: value, warned: reduces)
            )
        }
        let priced = question.referencePrice != nil
        fact.checks.append(
            RuleCheck(.priceUnavailable, passed: priced || reduces, warned: !priced && reduces)
        )
        checkValue(question, limits, &fact)
        checkCollar(question, limits, &fact)
        if question.isBuy {
            if question.reduceOnly { checkReduces(question, state, &fact) }
        } else {
            checkMarking(question, margin, state, &fact)
        }
        hold(question, margin, limits, state, &fact)
        checkReach(question, margin, state, &fact)
        checkMargin(question, margin, reduces: reduces, state, &fact)
        if let limits, limits.isSpecial { checkSpecial(question, limits, adds: !reduces, state, &fact) }
    }

    /// Whether the order can only make a position smaller: a sale of what is there, or a buy that other open
    /// buys leave something of a short position to cover.
    static func reduces(_ question: RiskQuestion, _ margin: MarginQuestion, _ state: RiskState) -> Bool {
        guard question.isBuy else { return !margin.isShort }
        let open = Int128((state.pendingBuys[question.instrument] ?? .zero).nanos)
        let short = -Int128(question.position.nanos) - open + Int128(question.freedBuys.nanos)
        return Int128(question.quantity.nanos) <= short
    }

    /// How a sale is marked: Regulation SHO, 17 CFR 242.200(c) and (g).
    ///
    /// A sale is marked long only as far as the owner's net
    /// position over all accounts is long and not on offer, and a short sale is one of what is not owned. An
    /// account sells long what it has itself.
    private static func checkMarking(
        _ question: RiskQuestion,
        _ margin: MarginQuestion,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        let freed = Int128(question.freedShares.nanos)
        let owned = margin.ownerFree + freed
        if margin.isShort {
            fact.checks.append(RuleCheck(.saleNotShort, passed: owned <= 0, limit: 0, value: max(owned, 0)))
            if question.reduceOnly {
                let value = Int128(question.quantity.nanos)
                fact.checks.append(RuleCheck(.positionInsufficient, passed: false, limit: 0, value: value))
            }
            return
        }
        let held = Int128((state.reservedShares[question.instrument] ?? .zero).nanos)
        let free = min(Int128(question.position.nanos) - held + freed, owned)
        let value = Int128(question.quantity.nanos)
        fact.checks.append(RuleCheck(.saleNotLong, passed: value <= free, limit: max(free, 0), value: value))
    }

    /// What the order holds back: shares of a sale, and the value of everything else at the price that it may
    /// come to.
    ///
    /// What all open orders hold back has the bounds of money, whatever the equity is.
    private static func hold(
        _ question: RiskQuestion,
        _ margin: MarginQuestion,
        _ limits: AccountLimitsSet?,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        if !question.isBuy, !margin.isShort {
            fact.reservedShares = question.quantity
            return
        }
        if question.isBuy {
            fact.pendingBuys = question.quantity
        } else {
            fact.pendingShorts = question.quantity
        }
        let unit =
            question.isBuy ? reservedPrice(question, limits) : shortPrice(question, margin.ask)
        guard let unit else { return }
        let price = Price(exactly: Int64(clamping: unit))
        let value = price.flatMap {
            requirement(question, at: $0)
        }
        let beside = (state.reservedCash[question.currency] ?? .zero).nanos - question.freedCash.nanos
        guard let price, let value, value.nanos + beside <= Money.nanosMax else {
            fact.checks.append(RuleCheck(.notionalTooLarge, passed: false, limit: Money.nanosMax))
            return
        }
        fact.reservedPrice = price
        fact.reservedCash = value
    }

    /// The larger of the limit and 1.03 × ask, rounded up.
    static func shortPrice(_ question: RiskQuestion, _ ask: Price?) -> Int128? {
        let market = (ask ?? question.referencePrice).map { (Int128($0.nanos) * 103 + 99) / 100 }
        guard let limit = question.limitPrice else { return market }
        return max(Int128(limit.nanos), market ?? 0)
    }

    /// A position stays within the bounds of its type whichever of the open orders trade.
    private static func checkReach(
        _ question: RiskQuestion,
        _ margin: MarginQuestion,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        guard question.isBuy || margin.isShort else { return }
        let position = Int128(question.position.nanos)
        let open = state.pending(question, margin, fact) + Int128(question.quantity.nanos)
        let reach = (question.isBuy ? max(position, 0) : max(-position, 0)) + open
        let most = Int128(Quantity.nanosMax)
        fact.checks.append(RuleCheck(.balanceTooLarge, passed: reach <= most, limit: most, value: reach))
    }

    /// What the order adds to the initial requirement, against the equity that is above it.
    ///
    /// A figure that cannot be computed refuses an order that adds risk; one that reduces passes.
    private static func checkMargin(
        _ question: RiskQuestion,
        _ margin: MarginQuestion,
        reduces: Bool,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        guard question.isBuy || margin.isShort else { return }
        let before = state.initialRequirement(margin.sheet, without: question.order)
        var needed: Int128?
        if fact.reservedPrice != .zero {
            let with = state.initialRequirement(
                margin.sheet,
                without: question.order,
                with: Reservation(fact),
                beside: state.partner(of: question, fact),
                keeping: state.kept(by: question.drawsFrom, beside: fact)
            )
            needed = with - before
        }
        let available = margin.sheet.equity.map { $0 - before }
        let isCovered = available.flatMap { available in needed.map { $0 <= available } } ?? false
        fact.checks.append(
            RuleCheck(
                .initialMarginExceeded,
                passed: isCovered || reduces,
                limit: available,
                value: needed,
                warned: !isCovered && reduces
            )
        )
    }

    /// What the account's positions and open orders with the order come to, whichever of them trade.
    static func exposure(
        _ question: RiskQuestion,
        _ margin: MarginQuestion,
        _ state: RiskState,
        _ fact: RiskAssessed
    ) -> Exposure {
        var (bought, sold) = (Int128(0), Int128(0))
        let partner = state.partner(of: question, fact)
        let kept = state.kept(by: question.drawsFrom, beside: fact)
        let added = Reservation(fact)
        for held in state.heldOnce(without: question.order, with: added, beside: partner, keeping: kept) {
            if held.shorts > .zero { sold += held.cash.nanos } else { bought += held.cash.nanos }
        }
        let rest = Int128(max(kept?.held.buys ?? .zero, kept?.held.shorts ?? .zero).nanos)
        let open = state.pending(question, margin, fact) + Int128(question.quantity.nanos) + rest
        var exposure = Exposure()
        exposure.reach = Int128(question.position.nanos) + (question.isBuy ? open : -open)
        exposure.gross = question.valuation.map { $0.long + $0.short + bought + sold }
        exposure.net = question.valuation.map { worth in
            let now = worth.long - worth.short
            return max(abs(now + bought), abs(now - sold))
        }
        return exposure
    }
}

/// What limits of exposure look at.
struct Exposure {
    /// The position with what is open and the order, in units of 10⁻⁹.
    var reach: Int128 = 0
    /// Long and short value together, `nil` when it cannot be computed.
    var gross: Int128?
    /// Long less short value in magnitude, `nil` when it cannot be computed.
    var net: Int128?
}

extension RiskState {
    /// The other order of the pair that the order is of, or is to be of.
    fileprivate func partner(of question: RiskQuestion, _ fact: RiskAssessed) -> OrderID {
        fact.sharedWith != .none ? fact.sharedWith : partner(of: question.order) ?? .none
    }

    /// What open orders of the instrument may still buy, or sell short, the order itself, the other one of
    /// its pair and the parent that it draws from left out.
    fileprivate func pending(_ question: RiskQuestion, _ margin: MarginQuestion, _ fact: RiskAssessed)
        -> Int128
    {
        if !margin.isShort {
            let open = Int128((pendingBuys[question.instrument] ?? .zero).nanos)
            return open - Int128(question.freedBuys.nanos)
        }
        let partner = partner(of: question, fact)
        let beside = reservationByID[partner]?.shorts ?? .zero
        let left = Int128(beside.nanos) + Int128(question.freedShorts.nanos)
        return heldOnce(without: question.order).reduce(-left) { sum, held in
            held.instrument == question.instrument ? sum + Int128(held.shorts.nanos) : sum
        }
    }
}

extension Reservation {
    /// What an approved order holds back.
    init(_ fact: RiskAssessed) {
        self.init(
            currency: fact.currency,
            cash: fact.reservedCash,
            instrument: fact.instrument,
            shares: fact.reservedShares,
            buys: fact.pendingBuys,
            price: fact.reservedPrice,
            commission: fact.commission,
            extraFees: fact.extraFees,
            shorts: fact.pendingShorts ?? .zero
        )
    }
}
