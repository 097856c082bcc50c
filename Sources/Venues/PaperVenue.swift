public import BifrostKernel
public import Orders
internal import Synchronization

/// A venue of our own: orders trade in full at the price of a stream that the caller moves.
///
/// A market order and a limit order within the price fill at once, at the stream's price; other limit orders
/// rest, for their day, until the price reaches them, and then fill in order of arrival. The same calls in
/// the same order always give the same reports. With a journal it knows, after any crash, everything that it
/// ever reported.
///
/// `send`, `advance` and `start` report on the caller's thread before they return, except for a call that
/// comes while another one is reporting (from its callback, or from a second thread): its reports follow by
/// that one, in order. They block on the disk: call them from a thread that may wait. Orders are kept in
/// memory, about half a kilobyte each, for as long as the venue lives, because it refuses repeats.
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
        var outbox: [[VenueReport]]
        var report: (@Sendable ([VenueReport]) -> Void)?
        var isReporting = false

        init(book: PaperBook, journal: consuming PaperJournal?, outbox: [[VenueReport]]) {
            self.book = book
            self.journal = journal
            self.outbox = outbox
        }
    }

    private let commission: BasisPoints
    private let desk: Mutex<Desk>
    /// Beside the desk, so that asking for a price never waits for the disk.
    private let quotes: Mutex<[InstrumentID: PaperQuote]>

    /// A venue that takes `commission` on the settlement amount, and goes on from `journal`; without one it
    /// forgets all when it ends.
    public init(commission: BasisPoints, journal: consuming PaperJournal?) {
        let book = journal?.takeBook() ?? PaperBook()
        self.commission = commission
        quotes = Mutex(book.quoteByID)
        let late = book.lateExecutions()
        desk = Mutex(Desk(book: book, journal: journal, outbox: late.isEmpty ? [] : [late]))
    }

    /// Why the venue closed.
    ///
    /// A failed journal closes it for good: it answers nothing more and has no price, so that
    /// nothing is reported that a crash would make it forget. Repair the cause and open the journal again.
    public var failure: PaperJournalError? { desk.withLock { $0.failure } }

    /// Where the price stream stands, `nil` before its first move.
    public var clock: (at: Timestamp, date: BusinessDate)? {
        desk.withLock { desk in
            guard let at = desk.book.at, let date = desk.book.date else { return nil }
            return (at, date)
        }
    }

    /// The book as it is now, for tests.
    var presentBook: PaperBook { desk.withLock { $0.book } }

    /// The stream's price as bid, ask and last, with the time when it was quoted.
    public func price(of instrument: InstrumentID) -> ReferencePrice? {
        quotes.withLock { $0[instrument] }.map { ReferencePrice(last: $0.price, source: name, at: $0.at) }
    }

    /// Begins to report; a later start takes the place of an earlier one.
    ///
    /// A venue that goes on from a journal reports the trades of the last two days that had orders again:
    /// what was not recorded when the core ended may be of an order that the core has closed since, and will
    /// not ask about.
    public func start(_ report: @escaping @Sendable ([VenueReport]) -> Void) {
        desk.withLock { $0.report = report }
        deliver()
    }

    /// Takes instructions in order, and reports of all of them when they are durable.
    public func send(_ instructions: [VenueInstruction]) {
        var rest = instructions[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.instructionsPerRecordMax)
            rest = rest.dropFirst(part.count)
            desk.withLock { desk in
                guard desk.failure == nil else { return }
                var outcome = PaperOutcome()
                for instruction in part {
                    desk.book.take(instruction, commission: commission, into: &outcome)
                }
                commit(outcome, &desk, always: false)
            }
        }
        deliver()
    }

    /// Moves the price stream on, and fills and reports what it makes marketable.
    ///
    /// Of several prices of an instrument the last one counts. A later date drops what rests from the day
    /// before, without a report.
    ///
    /// `false`, and no change, when time or date would go back, a price is below zero, or the venue closed.
    @discardableResult
    public func advance(to at: Timestamp, date: BusinessDate, prices: [(InstrumentID, Price)]) -> Bool {
        let moved = desk.withLock { desk -> Bool in
            guard desk.failure == nil else { return false }
            let isNewDate = desk.book.date != date
            var outcome = PaperOutcome()
            guard
                desk.book.advance(to: at, date: date, prices: prices, commission: commission, into: &outcome)
            else { return false }
            if desk.journal != nil {
                desk.hasUnwrittenMove = true
                for (instrument, _) in prices { desk.unwritten.insert(instrument) }
            }
            commit(outcome, &desk, always: isNewDate)
            guard desk.failure == nil else { return false }
            quotes.withLock { quotes in
                for (instrument, price) in prices {
                    quotes[instrument] = PaperQuote(instrument: instrument, price: price, at: at)
                }
            }
            return true
        }
        deliver()
        return moved
    }

    /// Makes an outcome durable, then due for reporting.
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
        if !outcome.reports.isEmpty { desk.outbox.append(outcome.reports) }
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
