internal import BifrostKernel
internal import Orders
internal import SeededChoices
internal import Synchronization
internal import Venues

/// The paper venue itself, with its faults, its journal in memory and prices that move as the steps say.
///
/// It is a part of the core's process: when an engine starts, the venue starts from its journal. Instructions
/// and reports wait here until a step carries them on, in order; what goes wrong on the way is its own doing.
final class SimulatedPaper: WorldVenue {
    let name = "paper"
    let refusesRepeats = true

    private struct Desk {
        var venue: PaperVenue
        var instruments: [InstrumentID] = []
        var day = BusinessDate(days: 0)
        var arrivals: [VenueInstruction] = []
        var outbox: [VenueReport] = []
        var listener: (@Sendable ([VenueReport]) -> Void)?
        /// Decides how a start finds the disk.
        var choices: Generator
    }

    private let desk: Mutex<Desk>
    private let clock: SimulatedClock
    private let log: Identifier
    private let journal = MemoryJournal()
    private let conditions: PaperConditions
    private let onArrival: @Sendable (VenueInstruction) -> Void

    private static let commission = BasisPoints(5)
    private static let pricesMax = 20

    init(
        _ clock: SimulatedClock,
        of log: Identifier,
        _ choices: inout Generator,
        onArrival: @escaping @Sendable (VenueInstruction) -> Void
    ) {
        self.clock = clock
        self.log = log
        self.onArrival = onArrival
        conditions = Self.conditions(&choices)
        let venue = Self.open(journal, log, conditions)
        desk = Mutex(Desk(venue: venue, choices: Generator(seed: choices.next())))
    }

    /// Good and bad days; none at all for some.
    private static func conditions(_ choices: inout Generator) -> PaperConditions {
        guard choices.chance(85) else { return .none }
        var conditions = PaperConditions.faults(seed: choices.next())
        let factor = choices.int64(1...4)
        conditions.busts = BasisPoints(300 * factor)
        conditions.corrections = BasisPoints(300 * factor)
        conditions.droppedAcknowledgements = BasisPoints(500 * factor)
        conditions.disorderedExecutions = BasisPoints(1_000 * factor)
        conditions.latencyMoves = choices.one(of: [0, 0, 0, 1])
        conditions.hasQueues = choices.chance(50)
        if choices.chance(50) { conditions.participation = nil }
        return conditions
    }

    /// A journal that was cut off anywhere opens again: anything else is a fault of the venue.
    private static func open(_ journal: MemoryJournal, _ log: Identifier, _ conditions: PaperConditions)
        -> PaperVenue
    {
        do throws(PaperJournalError) {
            let opened = try PaperJournal(in: journal, log: log)
            return PaperVenue(commission: commission, conditions: conditions, journal: opened)
        } catch {
            preconditionFailure("a journal opens again: \(error)")
        }
    }

    private var venue: PaperVenue { desk.withLock { $0.venue } }

    func price(of instrument: InstrumentID) -> ReferencePrice? { venue.price(of: instrument) }

    func start(_ report: @escaping @Sendable ([VenueReport]) -> Void) {
        desk.withLock { desk in
            desk.listener = report
            desk.arrivals = []
        }
        restart()
    }

    /// The process ends, now and then with the power, and begins again.
    private func restart() {
        let venue = desk.withLock { desk -> PaperVenue in
            if desk.choices.chance(30) {
                journal.losePower { unsynced in desk.choices.int(0...unsynced) }
            }
            desk.outbox = []
            desk.venue = Self.open(journal, log, conditions)
            return desk.venue
        }
        venue.start { [weak self] reports in self?.desk.withLock { $0.outbox += reports } }
    }

    func send(_ instructions: [VenueInstruction]) {
        for instruction in instructions { onArrival(instruction) }
        desk.withLock { $0.arrivals += instructions }
    }

    var isQuiet: Bool {
        let (isEmpty, venue) = desk.withLock { ($0.arrivals.isEmpty && $0.outbox.isEmpty, $0.venue) }
        return !isRunning || isEmpty && venue.isQuiet
    }

    func advance(_ instruments: [InstrumentID], to day: BusinessDate, _ choices: inout Generator) {
        guard isRunning else { return }
        desk.withLock { desk in
            for new in instruments where !desk.instruments.contains(new) {
                if desk.instruments.count < Self.pricesMax { desk.instruments.append(new) }
            }
        }
        let ticks = instruments.map { tick($0, &choices) }
        move(ticks, to: day)
    }

    private func tick(_ instrument: InstrumentID, _ choices: inout Generator) -> PaperTick {
        let cent: Int64 = 10_000_000
        let first = choices.int64(500...20_000) * cent
        let percent = choices.int64(-2...2)
        let before = venue.price(of: instrument)?.last?.nanos
        let price = before.map { max($0 + $0 / 100 * percent, cent) / cent * cent } ?? first
        let volume = choices.chance(80) ? Quantity(units: choices.int64(0...200)) : nil
        return PaperTick(instrument, Price(nanos: price), isClosing: choices.chance(10), volume: volume)
    }

    private func move(_ ticks: [PaperTick], to day: BusinessDate) {
        let (venue, date, isNewDate) = desk.withLock { desk in
            let before = desk.day
            desk.day = max(desk.day, day, desk.venue.clock?.date ?? day)
            return (desk.venue, desk.day, desk.day > before)
        }
        // No report takes longer than a day: what a start says again is of the last two.
        if isNewDate { sayAll() }
        venue.advance(to: max(clock.now(), venue.clock?.at ?? clock.now()), date: date, ticks: ticks)
    }

    func stop() { desk.withLock { $0.listener = nil } }

    private var isRunning: Bool { desk.withLock { $0.listener != nil } }

    func act(_ choices: inout Generator) {
        guard isRunning else { return }
        let (next, instruments) = desk.withLock { desk -> ([VenueInstruction], [InstrumentID]) in
            let count = min(choices.int(0...3), desk.arrivals.count)
            defer { desk.arrivals.removeFirst(count) }
            return (Array(desk.arrivals.prefix(count)), desk.instruments)
        }
        guard next.isEmpty else { return venue.send(next) }
        guard !instruments.isEmpty else { return }
        move([tick(choices.one(of: instruments), &choices)], to: BusinessDate(days: 0))
    }

    func deliver(_ choices: inout Generator) {
        let (listener, reports) = desk.withLock { desk in
            let count = min(choices.int(1...3), desk.outbox.count)
            defer { if desk.listener != nil { desk.outbox.removeFirst(count) } }
            return (desk.listener, Array(desk.outbox.prefix(count)))
        }
        if !reports.isEmpty { listener?(reports) }
    }

    /// Its process starts again without the core's.
    func stray(_ choices: inout Generator) {
        if choices.chance(30), isRunning { restart() }
    }

    func calm() {
        guard isRunning else { return }
        let (venue, arrivals) = desk.withLock { desk in
            defer { desk.arrivals = [] }
            return (desk.venue, desk.arrivals)
        }
        venue.send(arrivals)
        // What is under way or held back comes with the next moves of prices, here without other prices.
        if !venue.isQuiet { move([], to: BusinessDate(days: 0)) }
        sayAll()
    }

    private func sayAll() {
        let (listener, reports) = desk.withLock { desk in
            defer { if desk.listener != nil { desk.outbox = [] } }
            return (desk.listener, desk.outbox)
        }
        if !reports.isEmpty { listener?(reports) }
    }

    var statement: VenueStatement {
        let book = venue.statement
        return VenueStatement(
            trades: book.executions,
            revisions: book.revisions,
            holdings: book.holdings,
            purses: book.purses,
            isOpen: book.hasOpen
        )
    }
}
