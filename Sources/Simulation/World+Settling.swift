internal import BifrostKernel
internal import Engine
internal import EventStore
internal import Orders
internal import Portfolios
internal import References
internal import Replays
internal import Sagas
internal import SeededChoices
internal import Synchronization

/// Beginning and end of a simulation: both happen in good weather.
extension World {
    /// Rounds in which everything must come to rest.
    private static let roundsMax = 500
    /// Answered commands that are posed once more after the last restart.
    private static let repeatsMax = 20

    /// A market of three instruments and accounts in two currencies.
    mutating func prepare() throws(Violation) {
        try settle()
        var days = TradingDaysDeclared()
        days.calendar = Self.calendar
        days.source = "simulated"
        days.days = (98..<160).map { BusinessDate(days: $0) }
        submit("days", .declareTradingDays(days), on: .reference)
        try settle()
        let yen = Self.yen
        for (symbol, currency) in [("X", Currency.usd), ("Y", .usd), ("J", yen)] {
            submit("list-\(symbol)", .registerInstrument(Self.instrument(symbol, currency)), on: .reference)
        }
        submit("fees", .setFees(Self.fees(5, from: 98)), on: .reference)
        submit("yen", .recordRates(Self.exchange(150, on: 98)), on: .reference)
        submit("interest", .setInterestRates(Self.interest(.usd, 425, from: 98)), on: .reference)
        submit("yen-interest", .setInterestRates(Self.interest(yen, -10, from: 98)), on: .reference)
        for (alias, currency) in [("a", Currency.usd), ("b", .usd), ("c", yen)] {
            var wanted = OpenAccount()
            wanted.alias = alias
            wanted.currency = currency
            submit("open-\(alias)", .openAccount(wanted))
        }
        try settle()
        for account in watch.books.accountsInOrder {
            var move = MoveCash()
            move.currency = watch.books.accounts[account]?.opened.currency ?? .usd
            move.amount = Money(nanos: 20_000_000_000_000)
            submit("first-cash", .deposit(account, move))
        }
        var choices = Generator(seed: 1)
        for instrument in watch.books.facts.instruments { venue.move(instrument.instrument, &choices) }
        venue.book.withLock { $0.day = BusinessDate(days: 100) }
        try settle()
    }

    /// Ends the bad weather and lets everything come to rest.
    mutating func settle() throws(Violation) {
        log.clear()
        for _ in 0..<Self.roundsMax {
            try startMissing()
            let turns = try doAll()
            let hasWorked = turns.contains(.worked) || !venue.isQuiet
            venue.answerAll()
            venue.deliverAll()
            try observe()
            if !hasWorked { return try compareStates() }
        }
        throw Violation("I11", "the engines do not come to rest")
    }

    /// One turn of every loop.
    private mutating func doAll() throws(Violation) -> [Turn?] {
        var turns: [Turn?] = []
        for index in sleepers.indices {
            turns.append(sleepers[index].engine.appendNext())
            try observe()
            turns.append(try sleepers[index].decide())
            turns.append(sleepers[index].engine.carryNext())
            try observe()
        }
        turns.append(try facts?.decide())
        turns.append(facts?.engine.appendNext())
        turns.append(trading?.copy())
        turns.append(try trading?.decide())
        turns.append(trading?.engine.appendNext())
        try observe()
        turns.append(trading?.engine.carryNext())
        return turns
    }

    /// Everybody learns what became of their commands, all processes start again, and all books are compared.
    mutating func finish() throws(Violation) {
        try settle()
        let due = watch.state.rebalances.filter(\.isDue).count
        try expect(due == 0, "I11", "\(due) rebalances that nothing holds up do not go on")
        let unanswered = watch.state.openOrders.filter { order in
            watch.state.orderByID[order].map { $0.state.route != .answered } ?? true
        }
        let waiting = unanswered.map { order in
            "\(order.id.text) \(watch.state.orderByID[order]?.state.status.name ?? "?")"
        }
        try expect(waiting.isEmpty, "I9", "the venue answered, and these orders still wait: \(waiting)")
        try checkGroups()
        let unasked = watch.books.swept.count
        try expect(unasked == 0, "I8", "a kill switch left \(unasked) orders unasked")
        for posed in posed where !posed.isAnswered {
            let lives = [trading?.holder, facts?.holder].contains(posed.holder)
            try expect(!lives, "I1", "\(posed.holder) lives and never answered '\(posed.request.id.text)'")
        }
        for index in posed.indices where !posed[index].isSettled { poseAgain(index) }
        try settle()
        crash(\.trading)
        crash(\.facts)
        sleepers = []
        try settle()
        let settled = posed.indices.filter { posed[$0].isSettled }
        let kept = posed.count
        for index in settled.suffix(Self.repeatsMax) { poseAgain(index) }
        let before = (watch.head.position, factWatch.head.position)
        try settle()
        try expect(before == (watch.head.position, factWatch.head.position), "I2", "a repeat left an event")
        for index in kept..<posed.count {
            try expect(
                posed[index].isSettled,
                "I2",
                "'\(posed[index].request.id.text)' got no outcome when repeated"
            )
        }
        try checkVenue()
        try verifyLog()
    }

    /// The venue's own books, and all that it ever said, against what the core has.
    private func checkVenue() throws(Violation) {
        let book = venue.book.withLock { $0 }
        let books = watch.books
        func isBooked(_ report: OrderExecuted) -> Bool {
            books.executions[ExecutionIdentity(report)].map { Books.asSaid($0) == report } ?? false
        }
        for report in book.trades + book.tales {
            let isThere = isBooked(report) || books.flagged.contains(WireEncoder.encode(report))
            try expect(isThere, "I9", "report \(report.venueExecutionID) is neither booked nor flagged")
        }
        for revision in book.revisions.compactMap(\.revision) {
            let isThere = books.wordByTrade[revision.order]?[revision.target]?.id == revision.venueExecutionID
            try expect(isThere, "I9", "\(revision.venueExecutionID) is not in its order")
        }
        for order in watch.state.openOrders {
            let isWorking = book.orders[order]?.isOpen ?? false
            try expect(isWorking, "I9", "\(order.id.text) is open and the venue does not work it")
        }
        guard book.trades.allSatisfy(isBooked), !book.tales.contains(where: isBooked) else { return }
        // ORDER: all are compared, and the first that differs ends the run.
        for (holding, position) in book.positions where !books.incomplete.contains(holding.account) {
            let ours = watch.state.accountByID[holding.account]?.portfolio.position(holding.instrument)
            try expect(
                ours == position,
                "I10",
                "the venue holds \(position.text), we \(ours?.text ?? "nothing")"
            )
        }
        for (purse, cash) in book.cash where !books.incomplete.contains(purse.account) {
            let ours = watch.state.accountByID[purse.account]?.portfolio.tradedCash[purse.currency] ?? .zero
            try expect(ours == cash, "I10", "the venue has \(cash.text), we \(ours.text)")
        }
    }

    /// The verification that people run, over the same log.
    private func verifyLog() throws(Violation) {
        do throws(ReplayError) {
            for verdict in try LogVerification(log.inner).verify([Self.tradingShard]) {
                // Cash below zero is a promise of honest prices, which this venue does not make.
                guard let fault = verdict.fault, fault.kind == .tampering else { continue }
                throw ReplayError.corrupt(fault.shard, position: fault.position, fault.reason)
            }
        } catch {
            throw Violation("I6", "verification: \(error)")
        }
    }
}
