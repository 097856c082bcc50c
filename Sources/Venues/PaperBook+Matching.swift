internal import BifrostKernel
internal import Orders

/// What a call did and what it says about it.
struct PaperOutcome {
    var batch = PaperBatch()
    var reports: [VenueReport] = []
}

extension PaperBook {
    /// Resting orders beyond this are refused.
    static let restingOrdersMax = 100_000

    /// Does what an instruction says.
    mutating func take(
        _ instruction: VenueInstruction,
        commission: BasisPoints,
        into outcome: inout PaperOutcome
    ) {
        switch instruction {
        case .new(let terms): place(terms, commission, &outcome)
        case .cancel(let account, let order): cancel(account, order, &outcome)
        case .replace(let wanted): outcome.reports.append(refusal(of: wanted))
        }
    }

    /// Moves the price stream on and fills what it makes marketable, in order of arrival.
    ///
    /// The move itself is not in the outcome: who keeps a journal decides when it is worth a record. `false`,
    /// and no change, for a step back in time and for a price below zero.
    mutating func advance(
        to at: Timestamp,
        date: BusinessDate,
        prices: [(InstrumentID, Price)],
        commission: BasisPoints,
        into outcome: inout PaperOutcome
    ) -> Bool {
        let goesOn = at >= self.at ?? at && date >= self.date ?? date
        guard goesOn, prices.allSatisfy({ $0.1 >= .zero }) else { return false }
        let quotes = prices.map { PaperQuote(instrument: $0.0, price: $0.1, at: at) }
        fold(.moved(PaperMove(at: at, date: date, quotes: quotes)))
        for order in marketable(prices.map(\.0)) {
            guard let terms = entryByID[order]?.terms, let price = quoteByID[terms.instrument]?.price,
                let report = execution(of: terms, price, commission, date)
            else { continue }
            record(.executed(PaperExecution(report: report, at: at)), &outcome)
        }
        return true
    }

    /// All that was ever said of an order, `nil` when nothing was.
    func reports(of order: OrderID) -> [VenueReport]? {
        if let refusal = refusalByID[order] { return [report(refusal)] }
        guard let entry = entryByID[order] else { return nil }
        return switch entry.outcome {
        case .open: [acknowledgement(entry)]
        case .filled(let fact):
            [acknowledgement(entry), .executed(entry.terms.account, fact.report, at: fact.at)]
        case .cancelled(let at): [acknowledgement(entry), .cancelled(entry.terms.account, order, at: at)]
        }
    }

    /// Every trade, in the order in which they were made.
    var trades: [(entry: Entry, fact: PaperExecution)] {
        entryByID.values.compactMap { entry in
            guard case .filled(let fact) = entry.outcome else { return nil }
            return (entry, fact)
        }.sorted { left, right in
            // Numbers count from 1, so that shorter texts come first.
            let (left, right) = (left.fact.report.venueExecutionID, right.fact.report.venueExecutionID)
            return (left.utf8.count, left) < (right.utf8.count, right)
        }
    }

    /// The trades of the last two days that had orders.
    func lateExecutions() -> [VenueReport] {
        let days = Set(entryByID.values.lazy.map { $0.date }).sorted().suffix(2)
        return trades.lazy.filter { days.contains($0.entry.date) }
            .map { .executed($0.entry.terms.account, $0.fact.report, at: $0.fact.at) }
    }

    private mutating func place(
        _ terms: RoutedOrder,
        _ commission: BasisPoints,
        _ outcome: inout PaperOutcome
    ) {
        if let said = reports(of: terms.order) {
            outcome.reports += said
            return
        }
        guard let quote = quoteByID[terms.instrument], let at, let date else {
            return refuse(terms, .venueUnpriced, &outcome)
        }
        guard terms.quantity > .zero, terms.isPlain else { return refuse(terms, .venueRejected, &outcome) }
        let accepted = PaperFact.accepted(PaperAcceptance(terms, at: at))
        if Self.isMarketable(terms.side, terms.limitPrice, quote.price) {
            guard let report = execution(of: terms, quote.price, commission, date) else {
                return refuse(terms, .venueRejected, &outcome)
            }
            record(accepted, &outcome)
            record(.executed(PaperExecution(report: report, at: at)), &outcome)
        } else {
            guard restingCount < Self.restingOrdersMax else { return refuse(terms, .venueRejected, &outcome) }
            record(accepted, &outcome)
        }
    }

    private mutating func refuse(_ terms: RoutedOrder, _ code: RejectionCode, _ outcome: inout PaperOutcome) {
        let at = at ?? Timestamp(nanos: 0)
        record(
            .refused(PaperRefusal(account: terms.account, order: terms.order, code: code, at: at)),
            &outcome
        )
    }

    /// The paper venue's orders keep their terms.
    private func refusal(of wanted: RoutedReplace) -> VenueReport {
        var fact = OrderReplaceRejected()
        fact.order = wanted.order
        fact.request = wanted.request
        fact.code = .venueRejected
        fact.venueCode = "REPLACE_UNSUPPORTED"
        return .told(wanted.account, .replaceRejected(fact), at: at ?? Timestamp(nanos: 0))
    }

    /// Takes what is left of an order off the book.
    ///
    /// One that a cancel took off before gets the same answer again; one that its day's end dropped is
    /// cancelled now, because the venue never said so.
    private mutating func cancel(_ account: AccountID, _ order: OrderID, _ outcome: inout PaperOutcome) {
        let at = at ?? Timestamp(nanos: 0)
        guard let entry = entryByID[order], entry.terms.account == account else {
            return outcome.reports.append(.cancelRejected(account, order, at: at))
        }
        switch entry.outcome {
        case .open: record(.cancelled(PaperCancel(order: order, at: at)), &outcome)
        case .filled: outcome.reports.append(.cancelRejected(account, order, at: at))
        case .cancelled(let before): outcome.reports.append(.cancelled(account, order, at: before))
        }
    }

    private mutating func record(_ fact: PaperFact, _ outcome: inout PaperOutcome) {
        fold(fact)
        outcome.batch.facts.append(fact)
        switch fact {
        case .moved: break
        case .accepted(let fact):
            if let entry = entryByID[fact.order] { outcome.reports.append(acknowledgement(entry)) }
        case .executed(let fact):
            guard let terms = entryByID[fact.report.order]?.terms else { break }
            outcome.reports.append(.executed(terms.account, fact.report, at: fact.at))
        case .cancelled(let fact):
            guard let terms = entryByID[fact.order]?.terms else { break }
            outcome.reports.append(.cancelled(terms.account, fact.order, at: fact.at))
        case .refused(let fact): outcome.reports.append(report(fact))
        }
    }

    private mutating func fold(_ fact: PaperFact) {
        do throws(Contradiction) {
            try apply(fact)
        } catch {
            preconditionFailure("a fact that the book made applies to it: \(error.text)")
        }
    }

    private func report(_ fact: PaperRefusal) -> VenueReport {
        .rejected(fact.account, fact.order, fact.code, at: fact.at)
    }

    private func acknowledgement(_ entry: Entry) -> VenueReport {
        var fact = OrderAcknowledged()
        fact.order = entry.terms.order
        fact.venueOrderID = "P\(entry.number)"
        return .acknowledged(entry.terms.account, fact, at: entry.acceptedAt)
    }

    private static func isMarketable(_ side: Side, _ limit: Price?, _ price: Price) -> Bool {
        guard let limit else { return true }
        return side == .buy ? price <= limit : price >= limit
    }

    /// The resting orders of `instruments` that trade at the present prices, in order of arrival.
    private func marketable(_ instruments: [InstrumentID]) -> [OrderID] {
        var found: [Resting] = []
        var seen: Set<InstrumentID> = []
        for instrument in instruments where seen.insert(instrument).inserted {
            guard let resting = restingByID[instrument], let price = quoteByID[instrument]?.price else {
                continue
            }
            found += resting.filter { Self.isMarketable($0.side, $0.limitPrice, price) }
        }
        return found.sorted { $0.number < $1.number }.map(\.order)
    }

    /// The report of a full fill at `price`, `nil` when a figure would leave the bounds of its type.
    private func execution(
        of terms: RoutedOrder,
        _ price: Price,
        _ commission: BasisPoints,
        _ date: BusinessDate
    ) -> OrderExecuted? {
        let amounts = PaperAmounts(price, terms.quantity, terms.currency, commission)
        let holding = Holding(account: terms.account, instrument: terms.instrument)
        let purse = Purse(account: terms.account, currency: terms.currency)
        let signed = terms.side == .buy ? terms.quantity : -terms.quantity
        guard let amounts, let flow = amounts.cashFlow(terms.side),
            let position = (positionByID[holding] ?? .zero).adding(signed),
            let cash = (cashByID[purse] ?? .zero).adding(flow)
        else { return nil }
        var report = OrderExecuted()
        report.order = terms.order
        report.venue = PaperVenue.venueName
        report.tradeDate = date
        report.venueExecutionID = "E\(executedCount + 1)"
        report.side = terms.side
        report.quantity = terms.quantity
        report.price = price
        report.currency = terms.currency
        report.settlementAmount = amounts.settlement
        report.commission = amounts.commission
        report.venueCumulative = terms.quantity
        report.venueLeaves = .zero
        report.venuePosition = position
        report.venueCash = cash
        return report
    }
}

/// What a trade costs, each figure rounded once, half away from zero, to what can be paid.
struct PaperAmounts: Equatable {
    let settlement: Money
    let commission: Money

    /// `nil` when a figure leaves the bounds of money.
    init?(_ price: Price, _ quantity: Quantity, _ currency: Currency, _ rate: BasisPoints) {
        // Counted in minor units, so that neither figure is rounded twice: at most 10³⁶ / 10¹⁵, then × 10¹².
        let minorUnitNanos = currency.minorUnitNanos
        let product = Int128(price.nanos) * Int128(quantity.nanos)
        let settled = Self.divide(product, by: Int128(Decimals.nanosPerUnit) * minorUnitNanos)
        let taken = Self.divide(settled * Int128(rate.micros), by: 10_000_000_000)
        guard let settlement = Money(exactly: settled * minorUnitNanos),
            let commission = Money(exactly: taken * minorUnitNanos)
        else { return nil }
        self.settlement = settlement
        self.commission = commission
    }

    /// What the trade does to cash, `nil` beyond the bounds of money.
    func cashFlow(_ side: Side) -> Money? {
        (side == .buy ? -settlement : settlement).adding(-commission)
    }

    private static func divide(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        guard remainder.magnitude * 2 >= divisor.magnitude else { return quotient }
        return quotient + (value < 0 ? -1 : 1)
    }
}
