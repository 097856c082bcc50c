public import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// What a rebalance trades: a pure function of the weights, the account and the prices.
extension Shard {
    /// What a rebalance would begin with, for the command's decision and for a dry run alike.
    public static func rebalancePlan(
        _ wanted: RebalanceAccount,
        _ account: AccountID,
        on today: BusinessDate,
        _ state: ShardState
    ) throws(Rejection) -> RebalanceStarted {
        let entry = try entry(account, state)
        try checkWeights(wanted)
        var fact = RebalanceStarted()
        fact.account = account
        fact.band = wanted.band
        fact.minimumTrade = wanted.minimumTrade
        fact.buffer = wanted.buffer
        fact.slippage = wanted.slippage
        fact.onRefusal = wanted.onRefusal
        fact.book = wanted.book
        fact.strategy = wanted.strategy
        fact.lotMethod = wanted.lotMethod
        var sizings: [Sizing] = []
        for target in wanted.targets {
            let sizing = try sizing(target, entry, today, state)
            guard !sizings.contains(where: { $0.target.instrument == sizing.target.instrument }) else {
                throw Rejection(.targetTwice)
            }
            sizings.append(sizing)
        }
        fact.targets = sizings.map(\.target)
        fact.equity = try equity(entry, sizings.map(\.target), state)
        var (sales, purchases): ([RebalanceLeg], [RebalanceLeg]) = ([], [])
        for sizing in sizings {
            guard let leg = try sizing.leg(of: fact) else { continue }
            if leg.side == .sell { sales.append(leg) } else { purchases.append(leg) }
        }
        fact.legs = sales + purchases
        return fact
    }

    /// The purchases that `budget` pays for: all that is wanted, or the same share of each.
    static func affordable(
        _ saga: RebalanceSaga,
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState
    ) -> (budget: Money, legs: [RebalanceLeg]) {
        let today = state.businessDate(at: posed.effectiveAt)
        let wanted = saga.started.legs.filter { $0.side == .buy }
        let currency = entry.opened.currency
        let held = entry.risk.reservedCash[currency] ?? .zero
        let buffer = saga.started.equity.basisPoints(saga.started.buffer, .awayFromZero) ?? .zero
        // Purchases that settle on different days may spend what the first of them may.
        let spendable = wanted.compactMap { leg in
            state.reference.terms(of: leg.instrument, on: today).map {
                Self.spendable($0, entry, today, state).nanos
            }
        }
        let budget = max((spendable.min() ?? 0) - held.nanos - buffer.nanos, 0)
        guard budget > 0 else { return (.zero, []) }
        let schedule = state.reference.fees(of: entry.opened.custodian, on: today)
        let (needed, fixed) = cost(of: wanted, schedule, currency)
        if needed <= budget { return (Money(clamping: budget), wanted) }
        let (room, scaled) = (budget - fixed, needed - fixed)
        guard room > 0 else { return (Money(clamping: budget), []) }
        let legs: [RebalanceLeg] = wanted.compactMap { leg in
            guard let lot = state.reference.terms(of: leg.instrument, on: today)?.lotSize else { return nil }
            let lots = Int128(leg.quantity.nanos / lot.nanos)
            let share = lots.multipliedFullWidth(by: room, dividedBy: scaled)
            var leg = leg
            leg.quantity = Quantity(nanos: Int64(share) * lot.nanos)
            return share > 0 ? leg : nil
        }
        return (Money(clamping: budget), legs)
    }

    /// What purchases need, fees included, and what of it does not shrink with them: a commission with a
    /// least and a most.
    private static func cost(
        of legs: [RebalanceLeg],
        _ schedule: FeeSchedule?,
        _ currency: Currency
    ) -> (needed: Int128, fixed: Int128) {
        let share = schedule?.commission ?? BasisPoints(0)
        let extra = schedule?.extra ?? .none
        var (needed, fixed): (Int128, Int128) = (0, 0)
        for leg in legs {
            let cost = RiskBook.requirement(leg.price, leg.quantity, share, currency, extra)
            needed += cost?.nanos ?? Money.nanosMax
            guard let terms = extra.terms(in: currency) else { continue }
            let notional = Money.notional(leg.price, leg.quantity, .awayFromZero)
            fixed += terms.mostCommission(notional, leg.quantity, share, hasTraded: false)?.nanos ?? 0
        }
        return (needed, fixed)
    }

    /// What a leg would cost at its price, by the schedule of its account's venue; `nil` where none holds.
    public static func estimatedFees(
        of leg: RebalanceLeg,
        _ account: AccountID,
        on today: BusinessDate,
        _ state: ShardState
    ) -> (commission: Money, fees: [Fee])? {
        guard let entry = state.accountByID[account],
            let schedule = state.reference.fees(of: entry.opened.custodian, on: today)
        else { return nil }
        let isSale = leg.side == .sell
        return schedule.estimate(leg.price, leg.quantity, isSale: isSale, on: today, entry.opened.currency)
    }

    private static func checkWeights(_ wanted: RebalanceAccount) throws(Rejection) {
        let unit = Int128(Decimals.nanosPerUnit)
        guard !wanted.targets.isEmpty, wanted.targets.count <= RebalanceAccount.targetsMax else {
            throw Rejection(
                .tooManyItems,
                limit: Int128(RebalanceAccount.targetsMax) * unit,
                value: Int128(wanted.targets.count) * unit
            )
        }
        // In nanos of a basis point, as rates are shown.
        let whole: Int128 = 10_000 * unit
        let weights = wanted.targets.reduce(Int128(0)) { $0 + Int128($1.weight.micros) * 1000 }
        guard weights <= whole else { throw Rejection(.weightsAboveWhole, limit: whole, value: weights) }
        for rate in [wanted.band, wanted.buffer, wanted.slippage] {
            let value = Int128(rate.micros) * 1000
            guard value <= whole else { throw Rejection(.weightsAboveWhole, limit: whole, value: value) }
        }
        guard wanted.minimumTrade >= .zero else {
            throw Rejection(.amountNotPositive, value: wanted.minimumTrade.nanos)
        }
    }

    private static func sizing(
        _ target: WantedWeight,
        _ entry: AccountEntry,
        _ today: BusinessDate,
        _ state: ShardState
    ) throws(Rejection) -> Sizing {
        guard let instrument = state.reference.instrument(target.symbol, on: today) else {
            throw Rejection(.unknownSymbol)
        }
        guard instrument.currency == entry.opened.currency else { throw Rejection(.currencyMismatch) }
        let seen = [target.seen.last, target.seen.bid, target.seen.ask]
        let price =
            seen.compactMap { $0 }.first { $0 > .zero } ?? standingPrice(instrument.instrument, state)
        guard let price, price > .zero else { throw Rejection(.priceUnavailable) }
        var sized = RebalanceTarget()
        sized.instrument = instrument.instrument
        sized.symbol = target.symbol
        sized.weight = target.weight
        sized.price = price
        return Sizing(
            target: sized,
            terms: instrument,
            held: entry.portfolio.position(instrument.instrument)
        )
    }

    /// Cash, owed or there, and positions: named ones at the prices seen, the others at their marks.
    private static func equity(
        _ entry: AccountEntry,
        _ targets: [RebalanceTarget],
        _ state: ShardState
    ) throws(Rejection) -> Money {
        let (books, currency) = (entry.portfolio, entry.opened.currency)
        var sum = books.cash(currency).nanos + books.receivable(currency).nanos
        sum += books.accrued(currency) - books.payable(currency).nanos
        for instrument in books.instruments {
            let named = targets.first { $0.instrument == instrument }?.price
            guard let price = named ?? standingPrice(instrument, state) else {
                throw Rejection(.priceUnavailable)
            }
            sum += Money.notional(price, books.position(instrument), .halfAwayFromZero).nanos
        }
        guard let equity = Money(exactly: sum) else { throw Rejection(.balanceTooLarge) }
        return equity
    }
}

/// One target with what sizes its leg.
private struct Sizing {
    let target: RebalanceTarget
    let terms: InstrumentRegistered
    let held: Quantity

    /// The order that brings the position to its weight in whole lots; `nil` within the band, below the least
    /// trade, and where less than a lot is off.
    func leg(of plan: RebalanceStarted) throws(Rejection) -> RebalanceLeg? {
        let (whole, unit) = (Int128(10_000_000_000), Int128(Decimals.nanosPerUnit))
        let equity = max(plan.equity.nanos, 0)
        let buffer = plan.equity.basisPoints(plan.buffer, .awayFromZero)?.nanos ?? 0
        let value = max(equity - buffer, 0) * Int128(target.weight.micros) / whole
        let worth = Money.notional(target.price, held, .halfAwayFromZero).nanos
        let drift = (value - worth).magnitude
        if plan.band > BasisPoints(0), drift * UInt128(whole) <= UInt128(plan.band.micros) * UInt128(equity) {
            return nil
        }
        let lot = Int128(terms.lotSize.nanos)
        let lots = value * unit / Int128(target.price.nanos) / lot
        // Both in whole lots: what a split left of one cannot be traded.
        let difference = (lots - Int128(held.nanos) / lot) * lot
        guard difference != 0 else { return nil }
        guard let signed = Int64(exactly: difference), let quantity = Quantity(exactly: abs(signed)) else {
            throw Rejection(.notionalTooLarge)
        }
        var leg = RebalanceLeg()
        leg.instrument = target.instrument
        leg.symbol = target.symbol
        leg.side = difference > 0 ? .buy : .sell
        leg.quantity = quantity
        leg.price = leg.side == .buy ? limit(plan.slippage) : target.price
        let notional = Money.notional(target.price, quantity, .halfAwayFromZero)
        return notional < plan.minimumTrade ? nil : leg
    }

    /// The price seen and the slippage, on the tick below, at least one tick.
    private func limit(_ slippage: BasisPoints) -> Price {
        let raised = Int128(target.price.nanos) * (10_000_000_000 + Int128(slippage.micros)) / 10_000_000_000
        let most = Price(nanos: Int64(min(raised, Int128(Price.nanosMax))))
        let tick = terms.tick(at: most).nanos
        guard tick > 0 else { return most }
        return Price(nanos: max(most.nanos / tick * tick, min(tick, Price.nanosMax)))
    }
}

extension Int128 {
    /// This × `factor` ÷ `divisor`, rounded down, where the product may leave 128 bits; all are
    /// positive, and `factor` is at most `divisor`.
    fileprivate func multipliedFullWidth(by factor: Int128, dividedBy divisor: Int128) -> Int128 {
        let product = magnitude.multipliedFullWidth(by: factor.magnitude)
        return Int128(divisor.magnitude.dividingFullWidth((product.high, product.low)).quotient)
    }
}
