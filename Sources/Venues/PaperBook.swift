internal import BifrostKernel
internal import Orders

/// The state of the paper venue: the fold of its facts, and nothing that is not in them.
struct PaperBook: Equatable, Sendable {
    /// An accepted order.
    struct Entry: Equatable, Sendable {
        enum Outcome: Equatable, Sendable {
            /// Resting, or dropped at the end of its day.
            case open
            case filled(PaperExecution)
            case cancelled(at: Timestamp)
        }

        let terms: RoutedOrder
        let number: Int64
        let acceptedAt: Timestamp
        let date: BusinessDate
        var outcome: Outcome
    }

    /// A limit order that waits for its price.
    struct Resting: Equatable, Sendable {
        let number: Int64
        let order: OrderID
        let side: Side
        let limitPrice: Price
    }

    struct Holding: Hashable, Sendable {
        let account: AccountID
        let instrument: InstrumentID
    }

    struct Purse: Hashable, Sendable {
        let account: AccountID
        let currency: Currency
    }

    /// Where the price stream stands; `nil` before its first move.
    private(set) var at: Timestamp?
    /// The trading day; `nil` before the first move.
    private(set) var date: BusinessDate?
    private(set) var quoteByID: [InstrumentID: PaperQuote] = [:]
    private(set) var entryByID: [OrderID: Entry] = [:]
    private(set) var refusalByID: [OrderID: PaperRefusal] = [:]
    /// The limit orders of the present date that wait, ascending by number, which is the order of arrival.
    private(set) var restingByID: [InstrumentID: [Resting]] = [:]
    private(set) var restingCount = 0
    private(set) var positionByID: [Holding: Quantity] = [:]
    private(set) var cashByID: [Purse: Money] = [:]
    private(set) var acceptedCount: Int64 = 0
    private(set) var executedCount: Int64 = 0

    /// Why a fact does not follow from the ones before it: `expected …, was …`.
    struct Contradiction: Error {
        let text: String
    }

    /// Adds a fact.
    ///
    /// One that contradicts the book is evidence of a corrupt journal; the book is of no use after it.
    mutating func apply(_ fact: PaperFact) throws(Contradiction) {
        switch fact {
        case .moved(let fact): try move(fact)
        case .accepted(let fact): try accept(fact)
        case .executed(let fact): try execute(fact)
        case .cancelled(let fact):
            guard let entry = entryByID[fact.order], entry.outcome == .open else {
                throw Contradiction(text: "expected an open order to cancel, was \(fact.order.id.text)")
            }
            stopResting(entry)
            entryByID[fact.order]?.outcome = .cancelled(at: fact.at)
        case .refused(let fact):
            try checkUnknown(fact.order)
            refusalByID[fact.order] = fact
        }
    }

    /// Whether what is left of an order still waits in the book.
    func isResting(_ entry: Entry) -> Bool { entry.outcome == .open && entry.date == date }

    private mutating func move(_ fact: PaperMove) throws(Contradiction) {
        guard fact.at >= at ?? fact.at, fact.date >= date ?? fact.date else {
            throw Contradiction(text: "expected time to go on, was \(fact.at.text) on \(fact.date.text)")
        }
        if fact.date != date {
            restingByID.removeAll(keepingCapacity: true)
            restingCount = 0
        }
        at = fact.at
        date = fact.date
        for quote in fact.quotes { quoteByID[quote.instrument] = quote }
    }

    private mutating func accept(_ fact: PaperAcceptance) throws(Contradiction) {
        try checkUnknown(fact.order)
        guard let date else { throw Contradiction(text: "expected a price before an order, was none") }
        acceptedCount += 1
        let entry = Entry(
            terms: fact.terms,
            number: acceptedCount,
            acceptedAt: fact.at,
            date: date,
            outcome: .open
        )
        entryByID[fact.order] = entry
        guard let limitPrice = fact.limitPrice else { return }
        restingByID[fact.instrument, default: []].append(
            Resting(number: entry.number, order: fact.order, side: fact.side, limitPrice: limitPrice)
        )
        restingCount += 1
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
        guard report.quantity == entry.terms.quantity, report.venueLeaves == .zero else {
            throw Contradiction(
                text: "expected a fill of \(entry.terms.quantity.text), was \(report.quantity.text)"
            )
        }
        executedCount += 1
        stopResting(entry)
        entryByID[report.order]?.outcome = .filled(fact)
        let holding = Holding(account: entry.terms.account, instrument: entry.terms.instrument)
        positionByID[holding] = report.venuePosition
        cashByID[Purse(account: entry.terms.account, currency: report.currency)] = report.venueCash
    }

    private func checkUnknown(_ order: OrderID) throws(Contradiction) {
        guard entryByID[order] == nil, refusalByID[order] == nil else {
            throw Contradiction(text: "expected a new order, was \(order.id.text), which is known")
        }
    }

    private mutating func stopResting(_ entry: Entry) {
        guard isResting(entry), entry.terms.limitPrice != nil else { return }
        var low = 0
        var high = restingByID[entry.terms.instrument]?.count ?? 0
        while low < high {
            let middle = (low + high) / 2
            let number = restingByID[entry.terms.instrument]?[middle].number ?? 0
            if number < entry.number { low = middle + 1 } else { high = middle }
        }
        restingByID[entry.terms.instrument]?.remove(at: low)
        restingCount -= 1
    }
}
