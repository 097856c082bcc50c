internal import BifrostKernel
internal import Orders

extension PaperBook {
    /// Does what an instruction says.
    mutating func take(
        _ instruction: VenueInstruction,
        rules: PaperRules,
        into outcome: inout PaperOutcome
    ) {
        switch instruction {
        case .new(let terms): place(terms, rules, &outcome)
        case .cancel(let account, let order): cancel(account, order, rules, &outcome)
        case .replace(let wanted): replace(wanted, rules, &outcome)
        }
    }

    private mutating func place(
        _ terms: RoutedOrder,
        _ rules: PaperRules,
        _ outcome: inout PaperOutcome
    ) {
        if let said = reports(of: terms.order) {
            outcome.reports += said
            return
        }
        guard let quote = quoteByID[terms.instrument], let at, let date else {
            return refuse(terms, .venueUnpriced, &outcome)
        }
        guard terms.isWhole(on: date, at: at) else { return refuse(terms, .venueRejected, &outcome) }
        if rules.happens(.reject, terms.order.subject, at: rules.conditions.rejects) {
            return refuse(terms, .venueRejected, &outcome)
        }
        var fact = PaperAcceptance(terms, at: at)
        let newcomer = newcomer(fact, on: date)
        var rests = !newcomer.endsUnfilled || terms.type.isForAuction
        switch outlook(newcomer, quote.price) {
        case .takes(let quantity):
            if terms.special.postOnly { return refuse(terms, .venueWouldTrade, &outcome) }
            guard quantity == .zero || execution(of: newcomer, quantity, quote.price, rules) != nil else {
                return refuse(terms, .venueRejected, &outcome)
            }
            if quantity == newcomer.leaves { rests = false }
        case .waits: if terms.type == .limit { fact.ahead = quote.ahead }
        }
        guard !rests || restingCount < Self.restingOrdersMax else {
            return refuse(terms, .venueRejected, &outcome)
        }
        record(.accepted(fact), &outcome)
        if !terms.type.isForAuction { work(terms.order, rules, &outcome) }
    }

    /// What an order does at the price that it finds.
    private enum Outlook {
        /// It takes the price, for as much as may trade.
        case takes(Quantity)
        case waits
    }

    private func outlook(_ newcomer: Entry, _ price: Price) -> Outlook {
        if newcomer.terms.type.isForAuction { return .waits }
        var entry = newcomer
        if entry.waitsForStop {
            guard entry.isStopReached(by: price) else { return .waits }
            entry.wake(limit: entry.limitBehindStop)
        }
        return entry.takes(price) ? .takes(tradable(entry)) : .waits
    }

    private mutating func refuse(_ terms: RoutedOrder, _ code: RejectionCode, _ outcome: inout PaperOutcome) {
        let at = at ?? Timestamp(nanos: 0)
        record(
            .refused(PaperRefusal(account: terms.account, order: terms.order, code: code, at: at)),
            &outcome
        )
    }

    /// Takes what is left of an order off the book.
    ///
    /// One that is off already gets the same answer again; one that the end of its last day dropped is
    /// cancelled now, because the venue never said so.
    private mutating func cancel(
        _ account: AccountID,
        _ order: OrderID,
        _ rules: PaperRules,
        _ outcome: inout PaperOutcome
    ) {
        let at = at ?? Timestamp(nanos: 0)
        guard let entry = entryByID[order], entry.terms.account == account else {
            return outcome.reports.append(.cancelRejected(account, order, at: at))
        }
        race(entry, rules, &outcome)
        switch entryByID[order]?.outcome ?? .filled {
        case .open: record(.cancelled(PaperCancel(order: order, at: at)), &outcome)
        case .filled: outcome.reports.append(.cancelRejected(account, order, at: at))
        case .cancelled(let before): outcome.reports.append(.cancelled(account, order, at: before))
        }
    }

    /// Trades a working limit order at its limit before a cancel of it arrives, where chance says so.
    private mutating func race(_ entry: Entry, _ rules: PaperRules, _ outcome: inout PaperOutcome) {
        let subject = entry.terms.order.subject
        guard isResting(entry), !entry.sleeps(on: date), !entry.waitsForStop, !entry.terms.type.isForAuction,
            let at, let limit = entry.limit, limit > .zero,
            rules.happens(.race, subject, at: rules.conditions.cancelRaces)
        else { return }
        var quantity = entry.leaves
        if rules.draw(.racedWhole, subject) % 2 == 0 {
            let half = quantity.nanos / 2
            let isUnits = quantity.nanos % Decimals.nanosPerUnit == 0
            quantity = Quantity(nanos: isUnits ? half / Decimals.nanosPerUnit * Decimals.nanosPerUnit : half)
        }
        guard quantity > .zero, quantity >= min(entry.minimumQuantity ?? .zero, entry.leaves),
            let report = execution(of: entry, quantity, limit, rules)
        else { return }
        record(.executed(PaperExecution(report: report, at: at)), &outcome)
    }

    /// Gives an open order other terms, and works it by them.
    ///
    /// A request that was answered gets the same answer again; one about an order that the venue does not
    /// have leaves nothing.
    private mutating func replace(
        _ wanted: RoutedReplace,
        _ rules: PaperRules,
        _ outcome: inout PaperOutcome
    ) {
        let at = at ?? Timestamp(nanos: 0)
        var refusal = PaperReplaceRefusal(order: wanted.order, request: wanted.request, at: at)
        guard let entry = entryByID[wanted.order], entry.terms.account == wanted.account else {
            refusal.venueCode = ReplaceRefusal.unknownOrder.rawValue
            return outcome.reports.append(report(refusal, wanted.account))
        }
        if let said = answer(to: wanted.request, entry) { return outcome.reports.append(said) }
        if let code = obstacle(to: wanted, entry) {
            refusal.venueCode = code.rawValue
            return record(.replaceRefused(refusal), &outcome)
        }
        var fact = PaperReplacement(order: wanted.order, request: wanted.request, terms: wanted.terms, at: at)
        fact.adjusted = wanted.adjusted
        var amended = entry
        amended.amend(fact)
        if entry.terms.type == .limit, entry.losesPlace(by: wanted.terms),
            let quote = quoteByID[entry.terms.instrument], !amended.takes(quote.price)
        {
            fact.ahead = quote.ahead
        }
        record(.replaced(fact), &outcome)
        if !entry.terms.type.isForAuction { work(wanted.order, rules, &outcome) }
    }

    /// Why an order does not get the terms that are wanted for it, in the venue's words.
    private enum ReplaceRefusal: String {
        case unknownOrder = "UNKNOWN_ORDER"
        case tooLate = "TOO_LATE"
        case outOfSequence = "OUT_OF_SEQUENCE"
        case quantityBelowFilled = "QUANTITY_BELOW_FILLED"
        case termsInvalid = "TERMS_INVALID"
        case wouldTrade = "WOULD_TRADE"
    }

    private func obstacle(to wanted: RoutedReplace, _ entry: Entry) -> ReplaceRefusal? {
        guard isResting(entry) else { return .tooLate }
        guard wanted.request > entry.request else { return .outOfSequence }
        guard wanted.terms.quantity > entry.filled else { return .quantityBelowFilled }
        let parts =
            wanted.adjusted.map { max($0.minimumQuantity ?? .zero, $0.displayQuantity ?? .zero) }
            ?? max(entry.minimumQuantity ?? .zero, entry.displayQuantity ?? .zero)
        guard wanted.terms.isWhole(for: entry.terms.type), parts <= wanted.terms.quantity else {
            return .termsInvalid
        }
        var amended = entry
        amended.live = wanted.terms
        let price = wanted.adjusted == nil ? quoteByID[entry.terms.instrument]?.price : nil
        return entry.terms.special.postOnly && price.map(amended.takes) ?? false ? .wouldTrade : nil
    }
}

extension PaperQuote {
    /// What an order that comes to rest finds before it: as much as the price carried.
    fileprivate var ahead: Quantity? { volume.flatMap { $0 > .zero ? $0 : nil } }
}
