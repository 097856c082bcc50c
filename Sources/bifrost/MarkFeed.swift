internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import Logging
internal import Nodes
internal import Orders
internal import References
internal import Sagas
internal import Synchronization
internal import Venues

/// Gives the paper venue its prices: the official marks that the trading shard knows.
///
/// On a wall clock the latest marks are the prices of now. On a simulated clock the one who drives the clock
/// drives the prices as well, so that only what the venue does not have, or has from an earlier day, is taken
/// from marks.
final class MarkFeed: Sendable {
    private struct Progress {
        var book = ReferenceBook()
        var version: Int64 = 0
        var isSimulated: Bool
        /// What has been marked since the venue got its prices last.
        var marked: Set<InstrumentID> = []

        mutating func take(_ fact: ReferenceEvent) {
            book.evolve(by: fact)
            var own = fact
            if case .copied(_, let inner) = fact { own = inner }
            guard case .marksRecorded(let recorded) = own else { return }
            for mark in recorded.marks { marked.insert(mark.instrument) }
        }
    }

    private let log: any EventLog
    private let shard: ShardNumber
    private let progress: Mutex<Progress>

    private static let pageEventsMax = 5_000

    init(_ log: any EventLog, _ shard: ShardNumber, isNewSimulated: Bool) {
        self.log = log
        self.shard = shard
        progress = Mutex(Progress(isSimulated: isNewSimulated))
    }

    /// The paper venue's schedules as the log declares them; `nil` when it declares none.
    var schedules: [FeeSchedule]? { progress.withLock { $0.book.schedulesByVenue[PaperProfile.venue] } }

    /// Reads on to the end of the global facts; blocks.
    func read() throws(ReadError) {
        try progress.withLock { progress throws(ReadError) in
            if progress.version == 0 { try readClock(&progress) }
            var failure: String? = nil
            var count = Self.pageEventsMax
            while count == Self.pageEventsMax, failure == nil {
                let selection = LogSelection.stream(.none, .reference, afterVersion: progress.version)
                count = try log.read(shard, selection, limit: Self.pageEventsMax) { stored in
                    do throws(WireError) {
                        let event = try EventRegistry.decode(stored)
                        if case .reference(let fact) = event { progress.take(fact) }
                        progress.version = stored.header.version
                    } catch {
                        failure = "position \(stored.header.position): \(error)"
                    }
                }
            }
            if let failure { throw .corrupt(failure) }
        }
    }

    private func readClock(_ progress: inout Progress) throws(ReadError) {
        try log.read(shard, .all(after: 0), limit: 1) { stored in
            guard case .shardOpened(let opened)? = try? EventRegistry.decode(stored) else { return }
            progress.isSimulated = opened.clock == .simulated
        }
    }

    /// Moves the venue's price stream to the marks.
    ///
    /// A mark is the closing price of its date, and does as one when it comes; `isStart` says that what there
    /// is came before the service started.
    func advance(_ venue: PaperVenue, isStart: Bool = false) {
        let (book, isSimulated, marked) = progress.withLock { progress in
            defer { progress.marked = [] }
            return (progress.book, progress.isSimulated, isStart ? [] : progress.marked)
        }
        var latest = BusinessDate(days: .min)
        var marks: [(instrument: InstrumentID, mark: StandingMark)] = []
        for instrument in book.instrumentByID.keys.sorted() {
            guard let mark = book.markByID[instrument] else { continue }
            if isSimulated, let quoted = venue.price(of: instrument), quoted.at.date > mark.date { continue }
            latest = max(latest, mark.date)
            marks.append((instrument, mark))
        }
        guard !marks.isEmpty else { return }
        let clock = venue.clock
        let present = isSimulated ? clock?.at ?? latest.start : WallTime().now()
        let at = max(present, clock?.at ?? present)
        let today = isSimulated ? latest : at.date
        let date = max(today, clock?.date ?? today)
        let ticks = marks.map { instrument, mark in
            // A mark of before a split says what a unit of today is worth.
            let price = book.mark(mark, of: instrument, on: date).price
            return PaperTick(instrument, price, isClosing: marked.contains(instrument) && mark.date == date)
        }
        if !venue.advance(to: at, date: date, ticks: ticks) {
            ServiceLog.logger.error("the paper venue took no prices: it closed, or time went back")
        }
    }
}
