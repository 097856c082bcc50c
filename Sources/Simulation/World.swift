internal import BifrostKernel
internal import Engine
internal import EventStore
internal import Orders
internal import References
internal import Replays
internal import Sagas
internal import SeededChoices
internal import Synchronization
internal import Venues

/// Both shards on one log, with clients, a venue, a clock and a store that all do what the steps say.
///
/// Everything runs on the calling thread, so the order of all that happens follows from the plan.
struct World {
    static let tradingShard = ShardNumber(1)
    /// Engines that lost their shard and still live.
    private static let sleepersMax = 2
    private static let build = "simulated"
    /// Few, so that the log is asked for what was decided before.
    private static let recentCommandsMin = 20

    let clock: SimulatedClock
    let log: SimulatedLog
    let venue: any WorldVenue
    let snapshots = MemorySnapshots()
    let answers = Answers()
    let alarm = Alarm()
    let hasSimulatedClock: Bool
    var trading: Seat?
    var facts: Seat?
    var sleepers: [Seat] = []
    var watch: ShardWatch
    var factWatch: ShardWatch
    var posed: [Posed] = []
    var posedByKey: [ShardWatch.Key: [Int]] = [:]
    var namesGiven = 0
    /// Holdings that were imported, to be imported again.
    var imports: [Command] = []
    /// Whether the calendar's days have hours.
    let hasHours: Bool
    /// Whether days end often, so that corporate actions come due.
    let hasManyDays: Bool
    /// Whether there are margin accounts.
    let hasMargin: Bool
    /// What kind of account the owner of the first of them has beside it, `nil` for none.
    let sibling: AccountKind?
    /// Whether the calendar leaves out what is between its first days and the next month.
    let hasGap: Bool
    private var seatsGiven = 0
    /// Why a snapshot was not used: none of them is of another log.
    private let skips = Skips()
    private var growths = 0
    /// Whether every instruction that was to be carried has been.
    private var nothingIsOnItsWay = false
    private let arrivals: Arrivals

    init(seed: UInt64) {
        var choices = Generator(seed: ~seed)
        let id = Identifier(high: choices.next(), low: choices.next())
        let log = SimulatedLog(id: id)
        let arrivals = Arrivals()
        clock = SimulatedClock(BusinessDate(days: 100).at(seconds: 0))
        venue =
            choices.chance(50)
            ? SimulatedVenue(clock) { arrivals.add($0) }
            : SimulatedPaper(clock, of: id, &choices) { arrivals.add($0) }
        hasSimulatedClock = choices.chance(50)
        hasHours = choices.chance(20)
        hasMargin = choices.chance(40)
        hasManyDays = choices.chance(hasMargin ? 70 : 35)
        sibling = choices.chance(70) ? choices.one(of: [.margin, .cash]) : nil
        hasGap = choices.chance(40)
        watch = ShardWatch(Self.tradingShard, of: id)
        factWatch = ShardWatch(.reference, of: id)
        self.log = log
        self.arrivals = arrivals
    }

    /// Does one step and holds what came of it against every promise.
    mutating func take(_ step: Step) throws(Violation) {
        var choices = Generator(seed: step.salt)
        switch step.kind {
        case .pose: pose(&choices)
        case .poseAgain: poseAgain(&choices)
        case .reuseID: reuseID(&choices)
        case .state: state(&choices)
        case .decide: _ = try trading?.decide()
        case .append: _ = trading?.engine.appendNext()
        case .carry:
            _ = trading?.engine.carryNext()
            nothingIsOnItsWay = sleepers.isEmpty
        case .decideFacts: _ = try facts?.decide()
        case .appendFacts: _ = facts?.engine.appendNext()
        case .copy: _ = trading?.copy()
        case .trade: venue.act(&choices)
        case .report: venue.deliver(&choices)
        case .stray: venue.stray(&choices)
        case .move: moveMarket(&choices)
        case .clock: moveClock(&choices)
        case .failAppend:
            let shard = choices.chance(80) ? Self.tradingShard : .reference
            log.failNextAppend(of: shard, choices.one(of: SimulatedLog.Fault.allCases))
        case .failStore: log.failCalls(choices.int(1...3))
        case .crash: crash(\.trading)
        case .crashFacts: crash(\.facts)
        case .usurp: usurp()
        case .wake: try wake(&choices)
        case .start: try startMissing()
        }
        try observe()
    }

    /// Reads what was appended and checks what was said.
    mutating func observe() throws(Violation) {
        let (posed, posedByKey) = (posed, posedByKey)
        let before = watch.head.position
        let checkTerms = { (event: RecordedEvent, fact: DomainEvent) throws(Violation) in
            try Self.check(event, fact, posed, posedByKey)
        }
        let stored = log.inner
        try factWatch.read(stored, checkTerms)
        try watch.read(stored, checkTerms)
        for said in answers.take() {
            let posed = self.posed[said.index]
            try (posed.shard == .reference ? factWatch : watch).check(said, to: posed)
            try expect(!posed.isAnswered, "I2", "'\(posed.request.id.text)' was answered twice")
            self.posed[said.index].isAnswered = true
            switch said.answer {
            case .busy, .stopped: break
            default: self.posed[said.index].isSettled = true
            }
        }
        if let breach = log.breach { throw Violation("I4", breach) }
        if let violation = alarm.take() { throw violation }
        for instruction in arrivals.take() { try check(instruction) }
        if nothingIsOnItsWay { watch.forgetTermsOnTheirWay() }
        nothingIsOnItsWay = false
        guard watch.head.position > before else { return }
        try watch.books.compare(watch.state)
        growths += 1
        if growths % 8 == 0 { try compareStates() }
        if growths % 40 == 0 { try makeSnapshots() }
    }

    /// The state that decides must be the one that the log leads to.
    func compareStates() throws(Violation) {
        for (seat, watch) in [(trading, watch), (facts, factWatch)] {
            guard let seat, seat.deciding.isSettled, seat.engine.committed == watch.head.position else {
                continue
            }
            try expect(
                ShardReplay.digest(of: seat.deciding.state) == watch.digest,
                "I7",
                "\(seat.holder) decides by another state than its log leads to"
            )
        }
    }

    /// Makes snapshots from those before and what came since; each must be what the whole log leads to.
    func makeSnapshots() throws(Violation) {
        for shard in [Self.tradingShard, .reference] {
            do throws(SnapshotMakingError) {
                _ = try SnapshotMaker(log.inner, shard, EngineSnapshots(snapshots, build: Self.build)).make()
            } catch {
                throw Violation("I13", error.description)
            }
        }
        if let reason = skips.first { throw Violation("I13", reason) }
    }

    /// Nothing reaches the venue that is not approved in the log.
    private func check(_ instruction: VenueInstruction) throws(Violation) {
        switch instruction {
        case .new(let routed):
            let order = watch.books.orders[routed.order]
            try expect(
                order?.isApproved == true && order?.isAtWork == false,
                "I1",
                "\(routed.order.id.text) was routed before its approval"
            )
            let terms = order.map { order in
                // One that an ex-date adjusted goes to the venue as it is now, or was when it was sent: the
                // venue may have refused those terms since.
                let isPlaced =
                    order.placed.quantity == routed.quantity && order.placed.limitPrice == routed.limitPrice
                    && order.ownSpecial == routed.special
                let isAdjusted =
                    order.isAdjusted
                    && (order.termsOnTheirWay + [order.terms]).contains {
                        $0.quantity == routed.quantity && $0.limitPrice == routed.limitPrice
                    }
                return (isPlaced || isAdjusted) && order.placed.side == routed.side
                    && order.placed.type == routed.type && order.placed.timeInForce == routed.timeInForce
            }
            try expect(
                terms == true,
                "I8",
                "\(routed.order.id.text) was routed with other terms than approved"
            )
        case .cancel(_, let id):
            let order = watch.books.orders[id]
            try expect(
                order?.isCancelAsked == true && order?.isAtWork == false,
                "I1",
                "a cancel of \(id.id.text) was carried before it was recorded"
            )
        case .replace(let routed):
            let order = watch.books.orders[routed.order]
            try expect(
                order?.approvedRequests.contains(routed.request) == true,
                "I1",
                "other terms of \(routed.order.id.text) were routed before their approval"
            )
            let asked = order?.pending[routed.request]
            try expect(
                asked.map { $0.terms == routed.terms } ?? true,
                "I8",
                "\(routed.order.id.text) was replaced with other terms than approved"
            )
        }
    }
}

/// What engines say of snapshots that they do not use.
final class Skips: Sendable {
    private let reasons = Mutex<[String]>([])
    func add(_ reason: String) { reasons.withLock { $0.append(reason) } }
    var first: String? { reasons.withLock { $0.first } }
}

/// What the engines tell beside their answers.
final class Alarm: Sendable {
    private let violation = Mutex<Violation?>(nil)
    func raise(_ raised: Violation) { violation.withLock { $0 = $0 ?? raised } }
    func take() -> Violation? { violation.withLock { $0 } }
}

/// Instructions as they arrive at the venue.
final class Arrivals: Sendable {
    private let instructions = Mutex<[VenueInstruction]>([])
    func add(_ instruction: VenueInstruction) { instructions.withLock { $0.append(instruction) } }
    func take() -> [VenueInstruction] {
        instructions.withLock { instructions in
            defer { instructions = [] }
            return instructions
        }
    }
}

/// An engine with its loops.
struct Seat {
    let engine: ShardEngine
    let holder: String
    var deciding: DecidingThread
    var copying: ReferenceCopier.Copying?
    var hasLostLease = false
    var hasEnded = false

    /// The copying loop's turn, once the other loops have a shard to copy to.
    mutating func copy() -> Turn { copying?.turn() ?? .ended }

    /// The deciding loop's turn; an engine that still has its shard must not end.
    mutating func decide() throws(Violation) -> Turn {
        guard !hasEnded else { return .ended }
        let turn = deciding.turn()
        guard turn == .ended else { return turn }
        hasEnded = true
        try expect(hasLostLease, "I11", "\(holder) stopped: \(engine.status)")
        return turn
    }
}

extension World {
    mutating func startMissing() throws(Violation) {
        if facts == nil { facts = try start(.reference) }
        guard trading == nil || trading?.hasLostLease == true else { return }
        guard let next = try start(Self.tradingShard) else { return }
        if let trading { sleepers = (sleepers + [trading]).suffix(Self.sleepersMax) }
        trading = next
    }

    /// Starts an engine, unless the store says to try later.
    private mutating func start(_ shard: ShardNumber) throws(Violation) -> Seat? {
        seatsGiven += 1
        let holder = "engine \(seatsGiven)"
        let isReference = shard == .reference
        var options = EngineOptions(
            holder: holder,
            build: Self.build,
            isReference: isReference,
            simulatedClock: hasSimulatedClock,
            time: clock
        )
        options.recentCommandsMin = Self.recentCommandsMin
        // Every other start does without, so that both ways are taken.
        if seatsGiven % 2 == 0 {
            options.snapshots = EngineSnapshots(snapshots, build: Self.build) { [skips] in skips.add($0) }
        }
        options.onCommit = { [log, alarm] position in
            guard let head = try? log.inner.head(of: shard), head.position < position else { return }
            alarm.raise(Violation("I1", "\(position) was called committed, the log ends at \(head.position)"))
        }
        options.onRefusedBatch = { [alarm] batch in
            alarm.raise(Violation("I3", "the store refused a batch of \(batch.count) events"))
        }
        let engine = ShardEngine(
            shard: shard,
            log: log,
            venue: isReference ? nil : venue,
            options: options
        )
        do throws(AcquireError) {
            var seat = Seat(engine: engine, holder: holder, deciding: try engine.takeShard(standingBy: false))
            if !isReference {
                engine.listen()
                seat.copying = ReferenceCopier(log: log, into: engine, time: clock).begin()
            }
            return seat
        } catch {
            if case .refused(let reason) = error {
                throw Violation("I13", "\(holder) cannot start: \(reason)")
            }
            return nil
        }
    }

    /// Ends a process: what it had in memory is gone.
    mutating func crash(_ seat: WritableKeyPath<World, Seat?>) {
        if let holder = self[keyPath: seat]?.holder { log.stopHeart(of: holder) }
        if seat == \.trading { venue.stop() }
        self[keyPath: seat] = nil
    }

    /// Lets the lease of the trading engine run out behind its back.
    private mutating func usurp() {
        guard let holder = trading?.holder else { return }
        log.stopHeart(of: holder)
        trading?.hasLostLease = true
    }

    private mutating func wake(_ choices: inout Generator) throws(Violation) {
        guard !sleepers.isEmpty else { return }
        let index = choices.int(0...sleepers.count - 1)
        switch choices.int(0...3) {
        case 0: _ = try sleepers[index].decide()
        case 1: _ = sleepers[index].engine.appendNext()
        case 2: _ = sleepers[index].engine.carryNext()
        default: _ = sleepers[index].copy()
        }
    }

    private func moveMarket(_ choices: inout Generator) {
        let instruments = watch.books.facts.instruments.map(\.instrument)
        // A core that does not hear what its venue says for days is not a case of its own: what a start says
        // again is of two.
        let listens = trading?.engine.isIdle ?? false
        let day = choices.chance(60) && listens ? watch.books.openDay : nil
        venue.advance(
            instruments.filter { _ in choices.chance(60) },
            to: day ?? BusinessDate(days: 100),
            &choices
        )
    }

    private func moveClock(_ choices: inout Generator) {
        let second: Int64 = 1_000_000_000
        let steps = [second, 60 * second, -second, -3_600 * second, 86_400 * second, -1, 0]
        clock.move(nanos: choices.one(of: steps))
    }
}
