import BifrostKernel
import Engine
import EventStore
import EventStorePostgres
import Nodes
import Orders
import Sagas
import Threads
import Venues

/// A node with a market and funded accounts, by default at a venue that takes orders and never trades.
final class OrderDesk {
    /// Times of answered orders.
    struct Result {
        let sample: Sample
        let perSecond: Int
    }

    let node: Node
    private var engine: ShardEngine { node.trading }
    let flow: OrderFlow
    /// The accounts that trade.
    private(set) var accounts: [AccountID] = []
    /// What they trade, in the order of the market's symbols.
    private(set) var instruments: [InstrumentID] = []
    private var placed = 0
    private var committedAtStart: Int64 = 0

    /// What the answering thread notes down.
    private struct Answers {
        var nanos: [Int64] = []
        var waiting = 0
        var failure: CommandAnswer?
    }

    private let answers = Monitor(Answers())

    init(
        _ log: PostgresLog,
        venue: any Venue = SilentVenue(),
        _ flow: OrderFlow? = nil
    ) throws {
        let flow = try flow ?? OrderFlow()
        self.flow = flow
        node = try Self.node(on: log, venue)
        func perform(_ request: CommandRequest, _ pose: (CommandRequest) -> CommandAnswer) throws
            -> CommandOutcome
        {
            let answer = pose(request)
            guard case .decided(_, let outcome) = answer, outcome.result == .accepted else {
                throw BenchServer.Refusal(
                    description: "expected \(request.id.text) to be accepted, was \(answer)"
                )
            }
            return outcome
        }
        for fact in flow.declarations() {
            let subject = try perform(fact, node.declare).subject
            if subject.kind == .instrument { instruments.append(InstrumentID(subject)) }
        }
        var opened: [AccountID] = []
        for number in 0..<flow.accounts {
            let account = AccountID(try perform(flow.opening(number), engine.perform).subject)
            _ = try perform(flow.funding(account), engine.perform)
            opened.append(account)
        }
        accounts = opened
        committedAtStart = engine.committed
    }

    /// A node on `log`.
    ///
    /// Its clock stands still, so that the venue's time to answer is never over.
    static func node(on log: PostgresLog, _ venue: any Venue = SilentVenue()) throws -> Node {
        let options = Node.Options(holder: "bench", build: "bench", simulatedClock: true)
        return try Node.start(log, venue: venue, options)
    }

    /// Places orders until the log has about this many events.
    func fill(upTo events: Int64) throws {
        while engine.committed < events {
            for _ in 0..<1_000 {
                answers.change { $0.waiting += 1 }
                submit(due: monotonicNanos())
            }
            let failure = answers.await { $0.waiting == 0 ? .some($0.failure) : nil }
            if let failure {
                throw BenchServer.Refusal(description: "expected accepted orders, was \(failure)")
            }
        }
    }

    var rowsPerOrder: Double { Double(engine.committed - committedAtStart) / Double(max(placed, 1)) }

    func stop() { node.stop() }

    private func next() -> CommandRequest {
        defer { placed += 1 }
        return flow.order(placed, accounts, at: WallTime().now())
    }

    /// Places one order and waits for its answer.
    func place() throws {
        let answer = engine.perform(next())
        guard case .decided(_, let outcome) = answer, outcome.result == .accepted else {
            throw BenchServer.Refusal(description: "expected an accepted order, was \(answer)")
        }
    }

    /// Queues one order whose time runs from `due`.
    private func submit(due: Int64) {
        let answers = answers
        engine.submit(next()) { answer in
            let nanos = monotonicNanos() - due
            answers.change { answers in
                answers.waiting -= 1
                if case .decided(_, let outcome) = answer, outcome.result == .accepted {
                    answers.nanos.append(nanos)
                } else {
                    answers.failure = answers.failure ?? answer
                }
            }
        }
    }

    /// As many orders as possible, with `window` of them on their way.
    func flood(window: Int, seconds: Int) throws -> Result {
        try measure(seconds: seconds) { end in
            while monotonicNanos() < end {
                let room = answers.await { answers -> Int? in
                    // Woken for every tenth of the window, not for every order.
                    let room = window - answers.waiting
                    guard room >= window / 10 || answers.failure != nil else { return nil }
                    answers.waiting += room
                    return room
                }
                for _ in 0..<room { submit(due: monotonicNanos()) }
                if answers.look({ $0.failure != nil }) { return }
            }
        }
    }

    /// `load` orders a second on schedule.
    func keep(_ load: Int, seconds: Int) throws -> Result {
        try measure(seconds: seconds) { end in
            let start = monotonicNanos()
            var sent = 0
            while monotonicNanos() < end, answers.look({ $0.failure == nil }) {
                let elapsed = monotonicNanos() - start
                let due = Int(Int128(elapsed) * Int128(load) / 1_000_000_000)
                answers.change { $0.waiting += due - sent }
                for number in sent..<due {
                    submit(due: start + Int64(Int128(number) * 1_000_000_000 / Int128(load)))
                }
                sent = due
                pause(millis: 1)
            }
        }
    }

    private func measure(seconds: Int, _ body: (_ end: Int64) -> Void) throws -> Result {
        answers.change { answers in
            answers = Answers()
            answers.nanos.reserveCapacity(4_000_000)
        }
        let began = monotonicNanos()
        body(began + Int64(seconds) * 1_000_000_000)
        let done = answers.await { $0.waiting == 0 ? $0 : nil }
        let took = Double(monotonicNanos() - began) / 1e9
        if let failure = done.failure {
            throw BenchServer.Refusal(description: "expected accepted orders, was \(failure)")
        }
        return Result(sample: Sample(done.nanos), perSecond: Int(Double(done.nanos.count) / took))
    }
}

/// A venue that takes whatever it is given and says nothing.
struct SilentVenue: Venue {
    let name = "paper"
    let refusesRepeats = true
    func price(of instrument: InstrumentID) -> ReferencePrice? { nil }
    func send(_ instructions: [VenueInstruction]) {}
    func start(_ report: @escaping @Sendable ([VenueReport]) -> Void) {}
}
