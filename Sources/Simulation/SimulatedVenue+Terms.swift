internal import BifrostKernel
internal import Orders
internal import SeededChoices
internal import Venues

/// Other terms for orders, and what a venue says of them unasked.
extension SimulatedVenue.Book {
    /// Gives an order other terms, or refuses to; a request that comes again gets the same answer again.
    mutating func replace(_ wanted: RoutedReplace, _ at: Timestamp, _ choices: inout Generator) {
        var refusal = OrderReplaceRejected()
        refusal.order = wanted.order
        refusal.request = wanted.request
        refusal.code = .venueRejected
        guard let entry = orders[wanted.order] else {
            return outbox.append(.told(wanted.account, .replaceRejected(refusal), at: at))
        }
        if let answer = entry.answers[wanted.request] { return outbox.append(answer) }
        let gone = entry.filled - entry.reinstated
        let isLate = entry.leaves == .zero || wanted.request < entry.request || wanted.terms.quantity <= gone
        var fact = VenueFact.replaceRejected(refusal)
        if !isLate, choices.chance(80) {
            var replaced = OrderReplaced()
            replaced.order = wanted.order
            replaced.request = wanted.request
            replaced.terms = wanted.terms
            fact = .replaced(replaced)
            orders[wanted.order]?.live = wanted.terms
            orders[wanted.order]?.request = wanted.request
        }
        let answer = VenueReport.told(wanted.account, fact, at: at)
        orders[wanted.order]?.answers[wanted.request] = answer
        say(answer, of: wanted.order, heard: choices.chance(92))
    }

    /// That a stop woke, a day or a suspension began or ended, or what the order is from now on.
    mutating func tellUnasked(_ order: OrderID, _ at: Timestamp, _ choices: inout Generator) {
        guard let entry = orders[order], entry.isOpen else { return }
        let fact: VenueFact
        switch choices.int(0...5) {
        case 0:
            var triggered = OrderTriggered()
            triggered.order = order
            triggered.price = prices[entry.terms.instrument]
            fact = .triggered(triggered)
        case 1:
            var done = OrderDoneForDay()
            done.order = order
            done.date = day
            fact = .doneForDay(done)
        case 2, 3:
            orders[order]?.isSuspended.toggle()
            if entry.isSuspended {
                var resumed = OrderResumed()
                resumed.order = order
                fact = .resumed(resumed)
            } else {
                var suspended = OrderSuspended()
                suspended.order = order
                suspended.venueCode = "S"
                fact = .suspended(suspended)
            }
        default:
            guard let restated = restate(order, entry, &choices) else { return }
            fact = .restated(restated)
        }
        say(.told(entry.terms.account, fact, at: at), of: order)
    }

    /// Other terms by the venue's own will: only while nothing else of the order is on its way, because the
    /// core could not tell which of two came first.
    private mutating func restate(
        _ order: OrderID,
        _ entry: SimulatedVenue.Order,
        _ choices: inout Generator
    ) -> OrderRestated? {
        let isUnderWay =
            arrivals.contains { $0.order == order } || (outbox + lost).contains { $0.order == order }
        guard !isUnderWay, entry.leaves > .zero else { return nil }
        var restated = OrderRestated()
        restated.order = order
        restated.reason = choices.one(of: RestatementReason.allCases)
        restated.date = day
        var terms = entry.live
        let least = (entry.filled - entry.reinstated).nanos / 1_000_000_000 + 1
        let units = max(terms.quantity.nanos / 1_000_000_000 + choices.int64(-10...10), least)
        terms.quantity = Quantity(units: units)
        if let limit = terms.limitPrice {
            terms.limitPrice = Price(nanos: limit.nanos + 10_000_000 * choices.int64(0...9))
        }
        if choices.chance(70) {
            restated.terms = terms
            orders[order]?.live = terms
        }
        return restated
    }
}

extension VenueInstruction {
    /// The order that it is about.
    var order: OrderID {
        switch self {
        case .new(let routed): routed.order
        case .cancel(_, let order): order
        case .replace(let routed): routed.order
        }
    }
}

extension VenueReport {
    /// The order that it is about.
    var order: OrderID {
        switch self {
        case .acknowledged(_, let fact, _): fact.order
        case .executed(_, let fact, _): fact.order
        case .cancelled(_, let order, _), .cancelRejected(_, let order, _): order
        case .rejected(_, let order, _, _): order
        case .told(_, let fact, _): fact.order
        case .external(_, let said, _): said.report.order
        }
    }
}
