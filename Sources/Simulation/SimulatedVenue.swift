internal import BifrostKernel
internal import Orders
internal import SeededChoices
internal import Synchronization
internal import Venues

/// A venue that does whatever venues do: it delays, loses, repeats and reorders what it says, fills in parts,
/// fills after a cancel, fills too much, takes trades back, corrects them, and tells two stories about one
/// trade.
///
/// It keeps its own books of what it traded. When somebody new listens it says again all that it ever said,
/// because it cannot know what of that was recorded.
final class SimulatedVenue: WorldVenue {
    let name = "paper"
    let refusesRepeats = true

    struct Order {
        let terms: RoutedOrder
        var isOpen = true
        /// The terms in force, and the last request for other ones that was answered.
        var live = AmendedTerms()
        var request: UInt32 = 0
        /// What was answered to each request.
        var answers: [UInt32: VenueReport] = [:]
        var isSuspended = false
        var filled = Quantity.zero
        /// What was taken back of it, which does not live again.
        var busted = Quantity.zero
        var said: [VenueReport] = []
        /// What was taken back and lives again.
        var reinstated = Quantity.zero
        var leaves: Quantity {
            let gone = filled - reinstated
            return isOpen && live.quantity > gone ? live.quantity - gone : .zero
        }

        init(_ terms: RoutedOrder) {
            self.terms = terms
            live.quantity = terms.quantity
            live.limitPrice = terms.limitPrice
            live.stopPrice = terms.special.stopPrice
            live.trailingAmount = terms.special.trailingAmount
            live.trailingRate = terms.special.trailingRate
        }
    }

    struct Holding: Hashable {
        let account: AccountID
        let instrument: InstrumentID
    }

    struct Purse: Hashable {
        let account: AccountID
        let currency: Currency
    }

    /// What the venue knows and has in hand.
    struct Book {
        var prices: [InstrumentID: Price] = [:]
        var orders: [OrderID: Order] = [:]
        /// In order of arrival.
        var known: [OrderID] = []
        var arrivals: [VenueInstruction] = []
        var outbox: [VenueReport] = []
        /// What got lost on the way, until the weather is good.
        var lost: [VenueReport] = []
        /// Everything said so far, in order.
        var said: [VenueReport] = []
        /// The trades that were really made.
        var trades: [OrderExecuted] = []
        /// What was said to change trades, each at most once.
        var revisions: [VenueFact] = []
        /// What was said that is no trade of the books here: it must be flagged.
        var tales: [OrderExecuted] = []
        var positions: [Holding: Quantity] = [:]
        var cash: [Purse: Money] = [:]
        var day = BusinessDate(days: 0)
        var listener: (@Sendable ([VenueReport]) -> Void)?
    }

    let book = Mutex(Book())
    private let clock: SimulatedClock
    /// Told of each instruction when it arrives.
    private let onArrival: @Sendable (VenueInstruction) -> Void

    private static let commission = BasisPoints(5)

    init(_ clock: SimulatedClock, onArrival: @escaping @Sendable (VenueInstruction) -> Void) {
        self.clock = clock
        self.onArrival = onArrival
    }

    func price(of instrument: InstrumentID) -> ReferencePrice? {
        book.withLock { $0.prices[instrument] }.map {
            ReferencePrice(last: $0, source: name, at: clock.now())
        }
    }

    func start(_ report: @escaping @Sendable ([VenueReport]) -> Void) {
        book.withLock { book in
            book.listener = report
            book.outbox = book.said
            book.lost = []
        }
    }

    func send(_ instructions: [VenueInstruction]) {
        for instruction in instructions { onArrival(instruction) }
        book.withLock { $0.arrivals += instructions }
    }

    /// Nothing is on its way in either direction.
    var isQuiet: Bool { book.withLock { $0.arrivals.isEmpty && $0.outbox.isEmpty && $0.lost.isEmpty } }

    func advance(_ instruments: [InstrumentID], to day: BusinessDate, _ choices: inout Generator) {
        book.withLock { $0.day = max($0.day, day) }
        for instrument in instruments { move(instrument, &choices) }
    }

    /// Sets a price, or moves it by a little.
    private func move(_ instrument: InstrumentID, _ choices: inout Generator) {
        let percent = choices.int64(-2...2)
        let first = choices.int64(500...20_000) * 10_000_000
        book.withLock { book in
            guard let price = book.prices[instrument] else {
                book.prices[instrument] = Price(nanos: first)
                return
            }
            let moved = price.nanos + price.nanos / 100 * percent
            book.prices[instrument] = Price(nanos: max(moved / 10_000_000, 1) * 10_000_000)
        }
    }

    /// Takes the next instruction, or trades with an order that rests.
    func act(_ choices: inout Generator) {
        let at = clock.now()
        book.withLock { book in
            if !book.arrivals.isEmpty, choices.chance(60) || book.known.isEmpty {
                let instruction = book.arrivals.removeFirst()
                if case .replace(let wanted) = instruction, choices.chance(20) {
                    // A fill while the request is on its way.
                    book.fill(wanted.order, at, Self.commission, &choices, ifOpen: true)
                }
                if case .cancel(let account, let order) = instruction,
                    book.orders[order]?.leaves ?? .zero > .zero
                {
                    // Some cancels lose the race against a fill, and a venue may not want one.
                    if choices.chance(15) {
                        book.fill(order, at, Self.commission, &choices)
                    } else if choices.chance(10) {
                        return book.outbox.append(.cancelRejected(account, order, at: at))
                    }
                }
                book.answer(instruction, at, &choices)
            } else {
                let open = book.known.filter { (book.orders[$0]?.leaves ?? .zero) > .zero }
                guard !open.isEmpty else { return }
                book.fill(choices.one(of: open), at, Self.commission, &choices)
            }
        }
    }

    private func answerAll() {
        let at = clock.now()
        var choices = Generator(seed: 0)
        book.withLock { book in
            let arrivals = book.arrivals
            book.arrivals = []
            for instruction in arrivals { book.answer(instruction, at, &choices) }
            book.outbox += book.lost
            book.lost = []
        }
    }

    func calm() {
        answerAll()
        deliverAll()
    }

    /// Says what a venue should not.
    func stray(_ choices: inout Generator) {
        let at = clock.now()
        book.withLock { book in
            guard !book.known.isEmpty else { return }
            let order = choices.one(of: book.known)
            switch choices.int(0...9) {
            case 9: book.tradeOfStranger(order, at, Self.commission, &choices)
            case 6, 7, 8: book.tellUnasked(order, at, &choices)
            case 0, 1: book.fill(order, at, Self.commission, &choices, whatever: true)
            case 2: book.tellOtherwise(at, &choices)
            case 3, 4: book.revise(at, Self.commission, &choices)
            default: book.tellOfNobody(order, at, &choices)
            }
        }
    }

    /// Delivers a report, most often the next, sometimes twice.
    func deliver(_ choices: inout Generator) {
        let (listener, report) = book.withLock {
            book -> ((@Sendable ([VenueReport]) -> Void)?, VenueReport?) in
            guard !book.outbox.isEmpty, let listener = book.listener else { return (nil, nil) }
            let index = choices.chance(70) ? 0 : choices.int(0...book.outbox.count - 1)
            let report = book.outbox[index]
            if choices.chance(90) { book.outbox.remove(at: index) }
            return (listener, report)
        }
        if let listener, let report { listener([report]) }
    }

    private func deliverAll() {
        let (listener, reports) = book.withLock { book in
            defer { if book.listener != nil { book.outbox = [] } }
            return (book.listener, book.outbox)
        }
        if !reports.isEmpty { listener?(reports) }
    }
}

extension SimulatedVenue.Book {
    /// Says it; what is not `heard` gets lost, until it is asked for, somebody new listens, or the weather is
    /// good.
    mutating func say(_ report: VenueReport, of order: OrderID, heard: Bool = true) {
        orders[order]?.said.append(report)
        said.append(report)
        if heard { outbox.append(report) } else { lost.append(report) }
    }

    mutating func answer(_ instruction: VenueInstruction, _ at: Timestamp, _ choices: inout Generator) {
        switch instruction {
        case .new(let terms):
            if let order = orders[terms.order] {
                outbox += order.said
                return
            }
            known.append(terms.order)
            orders[terms.order] = SimulatedVenue.Order(terms)
            guard prices[terms.instrument] != nil, choices.chance(95) else {
                orders[terms.order]?.isOpen = false
                return say(.rejected(terms.account, terms.order, .venueRejected, at: at), of: terms.order)
            }
            var fact = OrderAcknowledged()
            fact.order = terms.order
            fact.venueOrderID = "V\(known.count)"
            say(.acknowledged(terms.account, fact, at: at), of: terms.order, heard: choices.chance(92))
        case .cancel(let account, let order):
            guard orders[order]?.leaves ?? .zero > .zero else {
                outbox.append(.cancelRejected(account, order, at: at))
                if orders[order]?.isOpen == false { outbox += orders[order]?.said ?? [] }
                return
            }
            orders[order]?.isOpen = false
            say(.cancelled(account, order, at: at), of: order)
        case .replace(let wanted): replace(wanted, at, &choices)
        }
    }

    /// Trades with an order; `whatever` it allows.
    mutating func fill(
        _ order: OrderID,
        _ at: Timestamp,
        _ commission: BasisPoints,
        _ choices: inout Generator,
        whatever: Bool = false,
        ifOpen: Bool = false
    ) {
        guard let entry = orders[order], let market = prices[entry.terms.instrument] else { return }
        if ifOpen, entry.leaves == .zero { return }
        let terms = entry.terms
        let units = max(entry.leaves.nanos / 1_000_000_000, 1)
        let quantity: Quantity
        if whatever {
            quantity = Quantity(units: units + choices.int64(0...3))
        } else {
            quantity = choices.chance(50) ? entry.leaves : Quantity(units: choices.int64(1...units))
        }
        let bound = entry.live.limitPrice ?? market
        let price = terms.side == .buy ? min(bound, market) : max(bound, market)
        guard let (settlement, fee) = Self.amounts(price, quantity, terms.currency, commission) else {
            return
        }
        let isBuy = terms.side == .buy
        let holding = SimulatedVenue.Holding(account: terms.account, instrument: terms.instrument)
        let purse = SimulatedVenue.Purse(account: terms.account, currency: terms.currency)
        let position = Quantity(
            nanos: (positions[holding] ?? .zero).nanos + (isBuy ? 1 : -1) * quantity.nanos
        )
        let flow = (isBuy ? -settlement.nanos : settlement.nanos) - fee.nanos
        let cash = Money(nanos: (self.cash[purse] ?? .zero).nanos + flow)
        positions[holding] = position
        self.cash[purse] = cash
        let filled = Quantity(nanos: entry.filled.nanos + quantity.nanos)
        orders[order]?.filled = filled
        var report = OrderExecuted()
        report.order = order
        report.venue = "paper"
        report.tradeDate = day
        report.venueExecutionID = "T\(trades.count + 1)"
        report.side = terms.side
        report.quantity = quantity
        report.price = price
        report.currency = terms.currency
        report.settlementAmount = settlement
        report.commission = fee
        report.venueCumulative = filled - entry.busted
        report.venueLeaves = orders[order]?.leaves ?? .zero
        report.venuePosition = position
        report.venueCash = cash
        trades.append(report)
        say(.executed(terms.account, report, at: at), of: order)
    }

    /// Reports a trade again, with another price and perhaps of another order.
    mutating func tellOtherwise(_ at: Timestamp, _ choices: inout Generator) {
        guard !trades.isEmpty else { return }
        var tale = choices.one(of: trades)
        tale.price = Price(nanos: tale.price.nanos + 10_000_000 * choices.int64(1...9))
        if choices.chance(40) {
            let others = known.filter { orders[$0]?.terms.side == tale.side }
            tale.order = choices.one(of: others)
        }
        guard let account = orders[tale.order]?.terms.account, !tales.contains(tale) else { return }
        tales.append(tale)
        say(.executed(account, tale, at: at), of: tale.order)
    }

    /// Reports a trade of an order, an account or a side that the core does not have.
    mutating func tellOfNobody(_ order: OrderID, _ at: Timestamp, _ choices: inout Generator) {
        guard let terms = orders[order]?.terms else { return }
        var account = terms.account
        var tale = OrderExecuted()
        tale.order = order
        tale.venue = "paper"
        tale.tradeDate = day
        tale.venueExecutionID = "N\(tales.count + 1)"
        tale.side = terms.side
        tale.quantity = Quantity(units: 1)
        tale.price = Price(nanos: 1_000_000_000)
        tale.currency = terms.currency
        tale.settlementAmount = Money(nanos: 1_000_000_000)
        let nobody = Identifier(high: choices.next(), low: choices.next())
        switch choices.int(0...3) {
        case 0: tale.order = OrderID(nobody)
        case 1: account = AccountID(nobody)
        case 2: tale.side = terms.side == .buy ? .sellShort : .buy
        default: tale.quantity = Quantity(nanos: choices.one(of: [0, -1, -Quantity.nanosMax]))
        }
        tales.append(tale)
        say(.executed(account, tale, at: at), of: order)
    }
}
