internal import BifrostKernel
internal import Orders

/// What a call did and what it says about it.
struct PaperOutcome {
    var batch = PaperBatch()
    var reports: [VenueReport] = []
    /// The move changed more than a later one would tell, and is worth a record of its own.
    var hasMoved = false
}

extension PaperBook {
    /// Resting orders beyond this are refused.
    static let restingOrdersMax = 100_000

    /// Moves the price stream on and does what it makes due, in order of arrival.
    ///
    /// The move itself is not in the outcome: who keeps a journal writes it before the rest. `false`, and no
    /// change, for a step back in time and for a price below zero.
    mutating func advance(
        to at: Timestamp,
        date: BusinessDate,
        ticks: [PaperTick],
        rules: PaperRules,
        into outcome: inout PaperOutcome
    ) -> Bool {
        guard canAdvance(to: at, date: date, ticks: ticks) else { return false }
        let last = Self.lastOfEach(ticks)
        let quotes = last.map { PaperQuote($0, at: at, rules.conditions) }
        let due = due(last)
        let unjudged = unjudged
        do throws(Contradiction) {
            outcome.hasMoved = try move(PaperMove(at: at, date: date, quotes: quotes))
        } catch {
            preconditionFailure("time was seen to go on: \(error.text)")
        }
        judge(unjudged, rules, &outcome)
        for order in due { work(order, rules, &outcome) }
        return true
    }

    /// Whether time does not go back and no price or volume is below zero.
    func canAdvance(to at: Timestamp, date: BusinessDate, ticks: [PaperTick]) -> Bool {
        at >= self.at ?? at && date >= self.date ?? date
            && ticks.allSatisfy { $0.price >= .zero && $0.volume ?? .zero >= .zero }
    }

    /// Trades the orders on close of the present date, which ends, at its last prices.
    ///
    /// An order that came behind its date's closing price waits for that of the next.
    mutating func closeDate(rules: PaperRules, into outcome: inout PaperOutcome) {
        var due: [Resting] = []
        // ORDER: sorted below.
        for resting in restingByID.values { due += resting.filter { $0.watch == .close } }
        for waiting in due.sorted(by: { $0.place < $1.place }) {
            guard let entry = entryByID[waiting.order], entry.date != date || !entry.isAfterClose else {
                continue
            }
            work(waiting.order, rules, &outcome)
        }
    }

    /// Whether orders wait for the close of a date.
    var hasOrdersOnClose: Bool {
        // ORDER: whether there is one does not depend on where.
        restingByID.values.contains { $0.contains { $0.watch == .close } }
    }

    /// The last of several prices of an instrument, in order of the first.
    private static func lastOfEach(_ ticks: [PaperTick]) -> [PaperTick] {
        var indexByID: [InstrumentID: Int] = [:]
        var last: [PaperTick] = []
        for tick in ticks {
            if let index = indexByID[tick.instrument] {
                last[index] = tick
            } else {
                indexByID[tick.instrument] = last.count
                last.append(tick)
            }
        }
        return last
    }

    /// The orders that `ticks` make due, in order of arrival.
    private func due(_ ticks: [PaperTick]) -> [OrderID] {
        var found: [Resting] = []
        for tick in ticks {
            guard let resting = restingByID[tick.instrument] else { continue }
            found += resting.filter { $0.watch.isReached(by: tick) }
        }
        return found.sorted { $0.place < $1.place }.map(\.order)
    }

    /// Does with an order what the present price allows: wakes it, trades it, and ends what cannot wait.
    mutating func work(_ order: OrderID, _ rules: PaperRules, _ outcome: inout PaperOutcome) {
        guard var entry = entryByID[order], isResting(entry), !entry.sleeps(on: date), let at,
            let price = quoteByID[entry.terms.instrument]?.price
        else { return }
        if entry.waitsForStop {
            guard entry.isStopReached(by: price) else { return }
            let limit = entry.limitBehindStop
            record(
                .triggered(PaperTrigger(order: order, price: price, at: at, limitPrice: limit)),
                &outcome
            )
            entry.wake(limit: limit)
        }
        let quantity = entry.isTraded(by: price) ? tradable(entry) : .zero
        if quantity > .zero, let report = execution(of: entry, quantity, price, rules) {
            record(.executed(PaperExecution(report: report, at: at)), &outcome)
        }
        if entry.endsUnfilled, entryByID[order]?.outcome == .open {
            record(.cancelled(PaperCancel(order: order, at: at)), &outcome)
        }
    }

    /// How much of an order may trade at the present price of its instrument.
    ///
    /// Of a volume that does not do for all of it, an order of whole units takes whole units. Fill-or-kill
    /// takes all or nothing, and nothing takes less than its minimum, but for a rest that is less.
    func tradable(_ entry: Entry) -> Quantity {
        let instrument = entry.terms.instrument
        var quantity = entry.leaves
        if let available = quoteByID[instrument]?.available {
            let left = max(available.nanos - (tradedByID[instrument] ?? .zero).nanos, 0)
            if left < quantity.nanos {
                let unit = entry.live.quantity.nanos % Decimals.nanosPerUnit == 0 ? Decimals.nanosPerUnit : 1
                quantity = Quantity(nanos: left / unit * unit)
            }
        }
        let isWhole = quantity == entry.leaves
        if entry.terms.timeInForce == .fillOrKill, !isWhole { return .zero }
        if let minimum = entry.minimumQuantity, quantity < minimum, !isWhole { return .zero }
        return quantity
    }

    mutating func record(_ fact: PaperFact, _ outcome: inout PaperOutcome) {
        do throws(Contradiction) {
            try apply(fact)
        } catch {
            preconditionFailure("a fact that the book made applies to it: \(error.text)")
        }
        outcome.batch.facts.append(fact)
        if let report = report(of: fact) { outcome.reports.append(report) }
    }

    /// The report of a fill of `quantity` at `price`, `nil` when a figure would leave the bounds of its type.
    func execution(
        of entry: Entry,
        _ quantity: Quantity,
        _ price: Price,
        _ rules: PaperRules
    ) -> OrderExecuted? {
        let terms = entry.terms
        let amounts = date.flatMap { PaperAmounts(price, quantity, of: entry, on: $0, rules) }
        let holding = Holding(account: terms.account, instrument: terms.instrument)
        let purse = Purse(account: terms.account, currency: terms.currency)
        let signed = terms.side == .buy ? quantity : -quantity
        guard let date, let amounts, let flow = amounts.cashFlow(terms.side),
            let position = (positionByID[holding] ?? .zero).adding(signed),
            let cash = (cashByID[purse] ?? .zero).adding(flow),
            let cumulative = (entry.filled - entry.busted).adding(quantity)
        else { return nil }
        var report = OrderExecuted()
        report.order = terms.order
        report.venue = PaperVenue.venueName
        report.tradeDate = date
        report.venueExecutionID = "E\(executedCount + 1)"
        report.side = terms.side
        report.quantity = quantity
        report.price = price
        report.currency = terms.currency
        report.settlementAmount = amounts.settlement
        report.commission = amounts.commission
        report.fees = amounts.fees
        report.venueCumulative = cumulative
        report.venueLeaves = entry.leaves - quantity
        report.venuePosition = position
        report.venueCash = cash
        return report
    }
}

extension PaperQuote {
    /// What a price of the stream comes to under `conditions`.
    init(_ tick: PaperTick, at: Timestamp, _ conditions: PaperConditions) {
        instrument = tick.instrument
        price = tick.price
        self.at = at
        isClosing = tick.isClosing
        volume = conditions.hasQueues ? tick.volume : nil
        guard let share = conditions.participation, let volume = tick.volume else { return }
        let part = Int128(volume.nanos) * Int128(share.micros) / 10_000_000_000
        available = Quantity(nanos: Int64(min(part, Int128(Quantity.nanosMax))))
    }
}
