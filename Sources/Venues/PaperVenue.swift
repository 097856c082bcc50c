public import BifrostKernel
public import Orders
internal import Synchronization

/// A venue of our own: orders trade in full at the price of a stream that the caller moves.
///
/// What takes the present price trades at once, at that price; what does not rests and fills in order of
/// arrival when the price reaches it, unless it is immediate-or-cancel or fill-or-kill, which end. A
/// post-only order that would trade at once is refused. A stop wakes when the price reaches it, which is
/// reported, and is a market or limit order from then on; the stop of a trailing order follows the best price
/// since it came.
///
/// An order *on open* trades at the first price of its instrument that comes after it, and one *on close* at
/// the first closing price (see `PaperTick`) that does, or else, when its date ends without one, at the last
/// price of that date; what the limit of either keeps from trading is cancelled then. Both may come before
/// the stream is on the date that they are for, so that they live on the next date as well.
///
/// A day order rests on the stream's date that it came on, one good till a date through that date, and one
/// good till cancelled until then; what ends with its date is dropped without a word. Display quantity and
/// reduce-only change nothing here: there is no book to show it in, and the core judges.
///
/// The same calls in the same order always give the same reports. With a journal it knows, after any crash,
/// everything that it ever reported.
///
/// `send`, `advance` and `start` report on the caller's thread before they return, except for a call that
/// comes while another one is reporting (from its callback, or from a second thread): its reports follow by
/// that one, in order. They block on the disk: call them from a thread that may wait. Orders are kept in
/// memory, about a kilobyte each, for as long as the venue lives, because it refuses repeats.
public final class PaperVenue: Venue {
    /// Each record of the journal holds at most so many instructions.
    static let instructionsPerRecordMax = 4096
    static let venueName = "paper"

    /// `paper`.
    public var name: String { Self.venueName }
    /// A repeated order is answered with what was said of it before.
    public var refusesRepeats: Bool { true }

    private struct Desk: ~Copyable {
        var book: PaperBook
        var journal: PaperJournal?
        /// The stream went on since the last record; these instruments have prices that are not in the
        /// journal.
        var hasUnwrittenMove = false
        var unwritten: Set<InstrumentID> = []
        var failure: PaperJournalError?
        var link: PaperLink
        var outbox: [[VenueReport]]
        var report: (@Sendable ([VenueReport]) -> Void)?
        var isReporting = false
        var rules: PaperRules

        init(
            book: PaperBook,
            rules: PaperRules,
            journal: consuming PaperJournal?,
            link: PaperLink,
            outbox: [[VenueReport]]
        ) {
            self.book = book
            self.rules = rules
            self.journal = journal
            self.link = link
            self.outbox = outbox
        }
    }

    private let desk: Mutex<Desk>
    /// Beside the desk, so that asking for a price never waits for the disk.
    private let quotes: Mutex<[InstrumentID: PaperQuote]>

    /// A venue that takes `commission` on the settlement amount, whatever the date.
    public convenience init(
        commission: BasisPoints,
        conditions: PaperConditions = .none,
        journal: consuming PaperJournal?
    ) {
        self.init(fees: [FeeSchedule(commission)], conditions: conditions, journal: journal)
    }

    /// A venue that charges by `fees`, ascending by their first dates, and goes on from `journal`; without
    /// one it forgets all when it ends.
    ///
    /// Under other `conditions` than none it trades in parts, and things go wrong.
    public init(
        fees: [FeeSchedule],
        conditions: PaperConditions = .none,
        journal: consuming PaperJournal?
    ) {
        let book = journal?.takeBook() ?? PaperBook()
        quotes = Mutex(book.quoteByID)
        let late = book.lateReports()
        desk = Mutex(
            Desk(
                book: book,
                rules: PaperRules(schedules: fees, conditions: conditions),
                journal: journal,
                link: PaperLink(conditions),
                outbox: late.isEmpty ? [] : [late]
            )
        )
    }

    /// Why the venue closed.
    ///
    /// A failed journal closes it for good: it answers nothing more and has no price, so that
    /// nothing is reported that a crash would make it forget. Repair the cause and open the journal again.
    public var failure: PaperJournalError? { desk.withLock { $0.failure } }

    /// Charges by other schedules from now on, ascending by their first dates.
    ///
    /// What was charged stays; the next trade, bust or correction of an order brings its commission to what
    /// they say.
    public func setFees(_ fees: [FeeSchedule]) { desk.withLock { $0.rules.schedules = fees } }

    /// Where the price stream stands, `nil` before its first move.
    public var clock: (at: Timestamp, date: BusinessDate)? {
        desk.withLock { desk in
            guard let at = desk.book.at, let date = desk.book.date else { return nil }
            return (at, date)
        }
    }

    /// Whether all that was sent has arrived and all that happened was said.
    package var isQuiet: Bool { desk.withLock { $0.link.isIdle && $0.outbox.isEmpty } }

    /// What its own book says now.
    package var statement: PaperStatement { PaperStatement(presentBook) }

    /// The book as it is now, for tests.
    var presentBook: PaperBook { desk.withLock { $0.book } }

    /// The stream's price as bid, ask and last, with the time when it was quoted.
    public func price(of instrument: InstrumentID) -> ReferencePrice? {
        quotes.withLock { $0[instrument] }.map { ReferencePrice(last: $0.price, source: name, at: $0.at) }
    }

    /// Begins to report; a later start takes the place of an earlier one.
    ///
    /// A venue that goes on from a journal reports the trades of the last two days that had orders or trades
    /// again, and what it said of trades on them: what was not recorded when the core ended may be of an
    /// order that the core has closed since, and will not ask about.
    public func start(_ report: @escaping @Sendable ([VenueReport]) -> Void) {
        desk.withLock { desk in
            desk.report = report
            desk.link.connect()
            let held = desk.link.release()
            if !held.isEmpty { desk.outbox.append(held) }
        }
        deliver()
    }

    /// Takes instructions in order, and reports of all of them when they are durable.
    public func send(_ instructions: [VenueInstruction]) {
        var rest = instructions[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.instructionsPerRecordMax)
            rest = rest.dropFirst(part.count)
            desk.withLock { desk in take(desk.link.send(Array(part)), &desk) }
        }
        deliver()
    }

    /// Moves the price stream on, and trades and reports what it makes due.
    ///
    /// Of several prices of an instrument the last one counts. A later date drops what rests from the day
    /// before and does not outlive it, without a report.
    ///
    /// `false`, and no change, when time or date would go back, a price is below zero, or the venue closed.
    @discardableResult
    public func advance(to at: Timestamp, date: BusinessDate, prices: [(InstrumentID, Price)]) -> Bool {
        advance(to: at, date: date, ticks: prices.map { PaperTick($0.0, $0.1) })
    }

    /// Moves the price stream on as above, by prices that may say more of themselves.
    @discardableResult
    public func advance(to at: Timestamp, date: BusinessDate, ticks: [PaperTick]) -> Bool {
        let moved = desk.withLock { desk -> Bool in
            guard desk.book.canAdvance(to: at, date: date, ticks: ticks) else { return false }
            let isNewDate = date != desk.book.date
            closeDate(before: date, &desk)
            guard desk.failure == nil else { return false }
            let arrived = desk.link.move(isNewDate: isNewDate)
            let held = desk.link.release()
            if !held.isEmpty { desk.outbox.append(held) }
            var outcome = PaperOutcome()
            let rules = desk.rules
            guard
                desk.book.advance(
                    to: at,
                    date: date,
                    ticks: ticks,
                    rules: rules,
                    into: &outcome
                )
            else { return false }
            if desk.journal != nil {
                desk.hasUnwrittenMove = true
                for tick in ticks { desk.unwritten.insert(tick.instrument) }
            }
            commit(outcome, &desk, always: outcome.hasMoved)
            guard desk.failure == nil else { return false }
            quotes.withLock { quotes in
                for tick in ticks { quotes[tick.instrument] = desk.book.quoteByID[tick.instrument] }
            }
            take(arrived, &desk)
            return desk.failure == nil
        }
        deliver()
        return moved
    }

    /// Ends the present date before a later one begins: a record of its own, because its trades come before
    /// the move.
    private func closeDate(before date: BusinessDate, _ desk: inout Desk) {
        guard desk.failure == nil, let present = desk.book.date, date > present, desk.book.hasOrdersOnClose
        else { return }
        var outcome = PaperOutcome()
        let rules = desk.rules
        desk.book.closeDate(rules: rules, into: &outcome)
        commit(outcome, &desk, always: false)
    }

    /// Does what instructions say that have arrived.
    private func take(_ instructions: [VenueInstruction], _ desk: inout Desk) {
        guard desk.failure == nil, !instructions.isEmpty else { return }
        var outcome = PaperOutcome()
        let rules = desk.rules
        for instruction in instructions { desk.book.take(instruction, rules: rules, into: &outcome) }
        commit(outcome, &desk, always: false)
    }

    /// Makes an outcome durable, then due for reporting, as far as the way to the core lets it through.
    private func commit(_ outcome: PaperOutcome, _ desk: inout Desk, always: Bool) {
        if desk.journal != nil, always || !outcome.batch.facts.isEmpty {
            var batch = outcome.batch
            if let move = unwrittenMove(of: desk) { batch.facts.insert(.moved(move), at: 0) }
            do throws(PaperJournalError) {
                try desk.journal?.append(batch, synced: !outcome.reports.isEmpty)
            } catch {
                desk.failure = error
                quotes.withLock { $0.removeAll() }
                return
            }
            desk.hasUnwrittenMove = false
            desk.unwritten.removeAll(keepingCapacity: true)
        }
        let heard = desk.link.carry(outcome.reports)
        if !heard.isEmpty { desk.outbox.append(heard) }
    }

    /// All moves since the last record as one: within a date only the last price of an instrument matters.
    private func unwrittenMove(of desk: borrowing Desk) -> PaperMove? {
        guard desk.hasUnwrittenMove, let at = desk.book.at, let date = desk.book.date else { return nil }
        let quotes = desk.unwritten.sorted().compactMap { desk.book.quoteByID[$0] }
        return PaperMove(at: at, date: date, quotes: quotes)
    }

    /// Reports what is due, outside of the lock, so that the callback may call again.
    private func deliver() {
        while let (report, due) = takeOutbox() {
            for reports in due { report(reports) }
            desk.withLock { $0.isReporting = false }
        }
    }

    private func takeOutbox() -> ((@Sendable ([VenueReport]) -> Void), [[VenueReport]])? {
        desk.withLock { desk in
            guard !desk.isReporting, let report = desk.report, !desk.outbox.isEmpty else { return nil }
            desk.isReporting = true
            let due = desk.outbox
            desk.outbox = []
            return (report, due)
        }
    }
}
