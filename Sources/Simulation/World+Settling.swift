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
    /// Deadlines that pass at the end.
    private static let asksMax = 40
    /// Answered commands that are posed once more after the last restart.
    private static let repeatsMax = 20

    /// A market of three instruments and accounts in two currencies.
    mutating func prepare() throws(Violation) {
        try settle()
        var days = TradingDaysDeclared()
        days.calendar = Self.calendar
        days.source = "simulated"
        // 1970-05-01 is day 120.
        days.days = (98..<160).filter { !hasGap || $0 < 102 || $0 > 118 }.map { BusinessDate(days: $0) }
        if hasHours { days.hours = days.days.map { SessionHours($0.at(seconds: 0), $0.at(seconds: 86_399)) } }
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
        if hasMargin { try openMarginAccounts() }
        for account in watch.books.accountsInOrder {
            var move = MoveCash()
            move.currency = watch.books.accounts[account]?.opened.currency ?? .usd
            move.amount = Money(nanos: 20_000_000_000_000)
            submit("first-cash", .deposit(account, move))
        }
        var choices = Generator(seed: 1)
        let instruments = watch.books.facts.instruments.map(\.instrument)
        venue.advance(instruments, to: BusinessDate(days: 100), &choices)
        try settle()
    }

    /// Ends the bad weather and lets everything come to rest.
    mutating func settle() throws(Violation) {
        log.clear()
        for _ in 0..<Self.roundsMax {
            try startMissing()
            let turns = try doAll()
            let hasWorked = turns.contains(.worked) || !venue.isQuiet
            venue.calm()
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

    /// Lets the deadlines of venues that have not answered pass, so that they are asked; a person has those
    /// asked again that were given up.
    private mutating func letTimePass() throws(Violation) {
        for round in 0..<Self.asksMax {
            for order in watch.state.openOrders.sorted() {
                guard let entry = watch.state.orderByID[order], entry.state.route == .parked else { continue }
                var wanted = ResolveOrder()
                wanted.order = order
                wanted.retry = true
                submit("retry-\(round)-\(order.id.text)", .resolveOrder(entry.account, wanted))
            }
            try settle()
            guard let wait = watch.state.venueWaits.next else { return }
            let later = Timestamp(nanos: max(wait.due.nanos, clock.now().nanos) + 1_000_000_000)
            clock.move(nanos: later.nanos - clock.now().nanos)
            submit("time-\(round)", .releaseKillSwitch(nil), at: later)
            try settle()
        }
    }

    /// Everybody learns what became of their commands, all processes start again, and all books are compared.
    mutating func finish() throws(Violation) {
        try settle()
        try letTimePass()
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
        try checkWork()
        try checkNames()
        let unasked = watch.books.swept.count
        try expect(unasked == 0, "I8", "a kill switch left \(unasked) orders unasked")
        try watch.books.checkEntitlements()
        try expect(!watch.state.rollIsUnfinished, "I11", "a day stays half closed")
        try meetPeople()
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

    /// Links a person to an account and to a name, and erases one: no decision changes by either.
    private mutating func meetPeople() throws(Violation) {
        var link = PersonLinked()
        link.person.role = "holder"
        link.person.commitment = [UInt8](repeating: 7, count: PersonCommitment.byteCount)
        link.actor = "tester"
        submit("person-actor", .linkPerson(link))
        link.account = watch.books.accountsInOrder.first ?? .none
        submit("person-account", .linkPerson(link))
        var erased = PersonErased()
        erased.person = Identifier(high: 1, low: 2)
        submit("person-erased", .erasePerson(erased))
        try settle()
    }

    /// The venue's own books, and all that it ever said, against what the core has.
    private func checkVenue() throws(Violation) {
        let statement = venue.statement
        let books = watch.books
        for report in statement.trades + statement.tales {
            let isThere = books.has(report) || books.flagged.contains(WireEncoder.encode(report))
            try expect(isThere, "I9", "report \(report.venueExecutionID) is neither booked nor flagged")
        }
        for revision in statement.revisions {
            let isThere = books.wordByTrade[revision.order]?[revision.target]?.id == revision.venueExecutionID
            try expect(isThere, "I9", "\(revision.venueExecutionID) is not in its order")
        }
        for order in watch.state.openOrders {
            let waits = books.orders[order].map { $0.waitsForReview || $0.isAtWork } ?? false
            let isWorking = waits || statement.isOpen(order)
            let known = books.orders[order].map(\.description) ?? "unknown"
            try expect(isWorking, "I9", "\(order.id.text) is open and the venue does not work it: \(known)")
        }
        guard statement.trades.allSatisfy(books.has), !statement.tales.contains(where: books.has) else {
            return
        }
        for holding in statement.holdings where !books.incomplete.contains(holding.account) {
            let ours = books.traded(holding.account, holding.instrument)
            try expect(
                ours == Int128(holding.position.nanos),
                "I10",
                "the venue holds \(holding.position.text), we traded \(ours)"
            )
        }
        for purse in statement.purses where !books.incomplete.contains(purse.account) {
            let ours = watch.state.accountByID[purse.account]?.portfolio.tradedCash[purse.currency] ?? .zero
            try expect(ours == purse.cash, "I10", "the venue has \(purse.cash.text), we \(ours.text)")
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
