internal import BifrostKernel
internal import Orders

/// The state of the paper venue: the fold of its facts, and nothing that is not in them.
struct PaperBook: Equatable, Sendable {
    /// Where the price stream stands; `nil` before its first move.
    private(set) var at: Timestamp?
    /// The trading day; `nil` before the first move.
    private(set) var date: BusinessDate?
    /// How many dates the stream has reached.
    private(set) var dateCount: Int64 = 0
    private(set) var quoteByID: [InstrumentID: PaperQuote] = [:]
    private(set) var entryByID: [OrderID: Entry] = [:]
    private(set) var refusalByID: [OrderID: PaperRefusal] = [:]
    /// The orders that wait, ascending by place, which is the order of arrival.
    private(set) var restingByID: [InstrumentID: [Resting]] = [:]
    private(set) var restingCount = 0
    /// When the first of them ends that end at a moment.
    private(set) var nextEnd: Timestamp?
    private(set) var positionByID: [Holding: Quantity] = [:]
    private(set) var cashByID: [Purse: Money] = [:]
    private(set) var acceptedCount: Int64 = 0
    private(set) var executedCount: Int64 = 0
    private(set) var revisedCount: Int64 = 0
    /// What traded at the present price of an instrument.
    private(set) var tradedByID: [InstrumentID: Quantity] = [:]
    /// The trades since the last move.
    private(set) var unjudged: [Unjudged] = []
    /// The last place in the queues that was given.
    private var lastPlace: Int64 = 0

    /// Why a fact does not follow from the ones before it: `expected …, was …`.
    struct Contradiction: Error {
        let text: String
    }

    /// Adds a fact.
    ///
    /// One that contradicts the book is evidence of a corrupt journal; the book is of no use after it.
    mutating func apply(_ fact: PaperFact) throws(Contradiction) {
        switch fact {
        case .moved(let move): _ = try self.move(move)
        case .accepted(let acceptance): try accept(acceptance)
        case .executed(let execution): try execute(execution)
        case .cancelled(let cancel):
            guard let entry = entryByID[cancel.order], entry.outcome == .open else {
                throw Contradiction(text: "expected an open order to cancel, was \(cancel.order.id.text)")
            }
            stopResting(entry)
            entryByID[cancel.order]?.outcome = .cancelled(at: cancel.at)
            entryByID[cancel.order]?.story.append(fact)
        case .refused(let refusal):
            try checkUnknown(refusal.order)
            refusalByID[refusal.order] = refusal
        case .triggered(let trigger): try wake(trigger)
        case .replaced(let replacement): try replace(replacement)
        case .replaceRefused(let refusal):
            guard entryByID[refusal.order] != nil else {
                throw Contradiction(text: "expected an accepted order, was \(refusal.order.id.text)")
            }
            entryByID[refusal.order]?.story.append(fact)
        case .busted(let bust):
            try revise(bust.fact.revision, fact)
        case .corrected(let correction): try revise(correction.fact.revision, fact)
        }
    }

    /// Whether what is left of an order still waits in the book.
    func isResting(_ entry: Entry) -> Bool { entry.outcome == .open && lives(entry) }

    /// Whether the present date is one that the order lives on.
    ///
    /// One for an auction lives on the date that it came on and on the next that the stream reaches, because
    /// it may come before the stream is on the date that it is for.
    private func lives(_ entry: Entry) -> Bool {
        if entry.terms.type.isForAuction { return dateCount - entry.dateNumber <= 1 }
        switch entry.terms.timeInForce {
        case .goodTillCancelled: return true
        case .goodTillDate where entry.terms.special.expireAt != nil:
            return (at ?? entry.acceptedAt) < entry.terms.special.expireAt ?? entry.acceptedAt
        case .goodTillDate: return (entry.terms.special.expireDate ?? entry.date) >= date ?? entry.date
        case .day, .immediateOrCancel, .fillOrKill: return entry.date == date
        }
    }

    /// Moves the stream on, and tells whether anything but its prices, time and date is other than before.
    mutating func move(_ fact: PaperMove) throws(Contradiction) -> Bool {
        guard fact.at >= at ?? fact.at, fact.date >= date ?? fact.date else {
            throw Contradiction(text: "expected time to go on, was \(fact.at.text) on \(fact.date.text)")
        }
        let isNewDate = fact.date != date
        let isEnd = nextEnd.map { $0 <= fact.at } ?? false
        at = fact.at
        date = fact.date
        if isNewDate { dateCount += 1 }
        if isNewDate || isEnd { dropEnded() }
        unjudged.removeAll(keepingCapacity: true)
        var hasFollowed = false
        for quote in fact.quotes {
            quoteByID[quote.instrument] = quote
            tradedByID[quote.instrument] = nil
            if follow(quote) { hasFollowed = true }
        }
        return isNewDate || isEnd || hasFollowed
    }

    private mutating func dropEnded() {
        var kept: [InstrumentID: [Resting]] = [:]
        restingCount = 0
        nextEnd = nil
        // ORDER: each instrument's orders keep theirs, and the counts are summed.
        for (instrument, resting) in restingByID {
            let living = resting.filter { entryByID[$0.order].map(lives) ?? false }
            guard !living.isEmpty else { continue }
            kept[instrument] = living
            restingCount += living.count
            for waiting in living { entryByID[waiting.order].map { noteEnd(of: $0) } }
        }
        restingByID = kept
    }

    /// Lets the stops of trailing orders follow a price, and its volume trade what stands before others.
    private mutating func follow(_ quote: PaperQuote) -> Bool {
        guard let resting = restingByID[quote.instrument] else { return false }
        var hasFollowed = false
        for waiting in resting where waiting.follows {
            guard var entry = entryByID[waiting.order], !entry.sleeps(on: date), entry.follow(quote) else {
                continue
            }
            entryByID[waiting.order] = entry
            watchAnew(waiting.order)
            hasFollowed = true
        }
        return hasFollowed
    }

    private mutating func accept(_ fact: PaperAcceptance) throws(Contradiction) {
        try checkUnknown(fact.order)
        guard let date else { throw Contradiction(text: "expected a price before an order, was none") }
        let entry = newcomer(fact, on: date)
        acceptedCount += 1
        lastPlace += 1
        entryByID[fact.order] = entry
        beginResting(entry)
    }

    /// The order that `fact` puts into the book.
    func newcomer(_ fact: PaperAcceptance, on date: BusinessDate) -> Entry {
        let quote = quoteByID[fact.instrument]
        let terms = fact.terms
        return Entry(
            terms: terms,
            number: acceptedCount + 1,
            acceptedAt: fact.at,
            date: date,
            dateNumber: dateCount,
            isAfterClose: quote?.isClosing ?? false,
            place: lastPlace + 1,
            live: terms.firstTerms,
            ahead: fact.ahead ?? .zero,
            extreme: terms.type.isTrailing ? quote?.price : nil
        )
    }

    private mutating func execute(_ fact: PaperExecution) throws(Contradiction) {
        let report = fact.report
        guard let entry = entryByID[report.order], isResting(entry) else {
            throw Contradiction(text: "expected an open order to fill, was \(report.order.id.text)")
        }
        guard report.venueExecutionID == "E\(executedCount + 1)" else {
            throw Contradiction(
                text: "expected execution E\(executedCount + 1), was \(report.venueExecutionID)"
            )
        }
        guard report.quantity > .zero, report.quantity <= entry.leaves,
            report.venueLeaves == entry.leaves - report.quantity
        else {
            throw Contradiction(
                text: "expected a fill of at most \(entry.leaves.text), was \(report.quantity.text)"
            )
        }
        executedCount += 1
        let isWhole = report.venueLeaves == .zero
        if isWhole { stopResting(entry) }
        entryByID[report.order]?.filled = entry.live.quantity - report.venueLeaves
        if isWhole { entryByID[report.order]?.outcome = .filled }
        let traded = tradedByID[entry.terms.instrument] ?? .zero
        tradedByID[entry.terms.instrument] = traded.adding(report.quantity) ?? traded
        unjudged.append(Unjudged(number: executedCount, fact: fact))
        entryByID[report.order]?.story.append(.executed(fact))
        let holding = Holding(account: entry.terms.account, instrument: entry.terms.instrument)
        positionByID[holding] = report.venuePosition
        cashByID[Purse(account: entry.terms.account, currency: report.currency)] = report.venueCash
    }

    private mutating func wake(_ fact: PaperTrigger) throws(Contradiction) {
        guard let entry = entryByID[fact.order], isResting(entry), entry.waitsForStop else {
            throw Contradiction(text: "expected a stop that waits, was \(fact.order.id.text)")
        }
        entryByID[fact.order]?.wake(limit: fact.limitPrice)
        entryByID[fact.order]?.story.append(.triggered(fact))
        watchAnew(fact.order)
    }

    private mutating func replace(_ fact: PaperReplacement) throws(Contradiction) {
        guard let entry = entryByID[fact.order], isResting(entry) else {
            throw Contradiction(text: "expected an open order to replace, was \(fact.order.id.text)")
        }
        guard fact.terms.quantity > entry.filled else {
            throw Contradiction(
                text: "expected more than the \(entry.filled.text) filled, was \(fact.terms.quantity.text)"
            )
        }
        let losesPlace = entry.losesPlace(by: fact.terms)
        if losesPlace { stopResting(entry) }
        var amended = entry
        amended.amend(fact)
        amended.story.append(.replaced(fact))
        if losesPlace {
            amended.ahead = fact.ahead ?? .zero
            lastPlace += 1
            amended.place = lastPlace
        }
        entryByID[fact.order] = amended
        if losesPlace { beginResting(amended) } else { watchAnew(fact.order) }
    }

    private mutating func revise(_ revision: ExecutionRevision, _ fact: PaperFact) throws(Contradiction) {
        guard let entry = entryByID[revision.order],
            let trade = entry.trades.first(where: {
                $0.report.venueExecutionID == revision.revisedVenueExecutionID
            }), !entry.revisions.contains(where: { $0.target == revision.target })
        else {
            throw Contradiction(text: "expected a standing trade, was \(revision.revisedVenueExecutionID)")
        }
        guard revision.venueExecutionID == "R\(revisedCount + 1)" else {
            throw Contradiction(text: "expected R\(revisedCount + 1), was \(revision.venueExecutionID)")
        }
        revisedCount += 1
        if case .busted = fact {
            entryByID[revision.order]?.busted = entry.busted.adding(trade.report.quantity) ?? entry.busted
        }
        entryByID[revision.order]?.story.append(fact)
        let holding = Holding(account: entry.terms.account, instrument: entry.terms.instrument)
        positionByID[holding] = revision.venuePosition
        cashByID[Purse(account: entry.terms.account, currency: trade.report.currency)] = revision.venueCash
    }

    private func checkUnknown(_ order: OrderID) throws(Contradiction) {
        guard entryByID[order] == nil, refusalByID[order] == nil else {
            throw Contradiction(text: "expected a new order, was \(order.id.text), which is known")
        }
    }

    private mutating func noteEnd(of entry: Entry) {
        guard let end = entry.terms.special.expireAt else { return }
        nextEnd = nextEnd.map { min($0, end) } ?? end
    }

    private mutating func beginResting(_ entry: Entry) {
        noteEnd(of: entry)
        restingByID[entry.terms.instrument, default: []].append(Resting(entry))
        restingCount += 1
    }

    private mutating func stopResting(_ entry: Entry) {
        guard isResting(entry), let index = restingIndex(entry) else { return }
        restingByID[entry.terms.instrument]?.remove(at: index)
        restingCount -= 1
    }

    private mutating func watchAnew(_ order: OrderID) {
        guard let entry = entryByID[order], let index = restingIndex(entry) else { return }
        restingByID[entry.terms.instrument]?[index] = Resting(entry)
    }

    private func restingIndex(_ entry: Entry) -> Int? {
        guard let resting = restingByID[entry.terms.instrument] else { return nil }
        var low = 0
        var high = resting.count
        while low < high {
            let middle = (low + high) / 2
            if resting[middle].place < entry.place { low = middle + 1 } else { high = middle }
        }
        return low < resting.count && resting[low].place == entry.place ? low : nil
    }
}

extension RoutedOrder {
    /// The terms that a replacement can change.
    var firstTerms: AmendedTerms {
        var first = AmendedTerms()
        first.quantity = quantity
        first.limitPrice = limitPrice
        first.stopPrice = special.stopPrice
        first.trailingAmount = special.trailingAmount
        first.trailingRate = special.trailingRate
        return first
    }
}
