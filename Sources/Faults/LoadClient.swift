internal import BifrostKernel
package import HTTPAPI
internal import Orders
internal import SeededChoices
internal import Threads

/// One client of the load: a thread that poses a command, waits for the answer, and poses the next.
///
/// Each command is noted before it is sent, and each answer when it comes.
package final class LoadClient: Sendable {
    private struct State {
        var entries: [JournalEntry] = []
        var indexByID: [String: Int] = [:]
        var dice: Generator
        var isStopping = false
        var acknowledged = 0
        /// Limit orders that may still rest.
        var resting: [Identifier] = []
    }

    /// The ways in, tried in turn.
    private let doors: [DoorClient]
    private let name: String
    private let account: LoadAccount
    private let tradesOrders: Bool
    private let state: Monitor<State>
    private let thread = Monitor<SystemThread?>(nil)

    /// How often a command without an outcome is asked again before it is left for later.
    private static let attemptsMax = 4
    private static let retryMillis = 20

    /// A client for one account; without `tradesOrders` it moves cash only.
    package init(
        _ doors: [DoorClient],
        name: String,
        account: LoadAccount,
        seed: UInt64,
        tradesOrders: Bool = true
    ) {
        self.doors = doors
        self.name = name
        self.account = account
        self.tradesOrders = tradesOrders
        state = Monitor(State(dice: Generator(seed: seed)))
    }

    /// Begins to pose commands.
    package func start() {
        state.change { $0.isStopping = false }
        let started = SystemThread.needed { [self] in
            while let command = next() { pose(command) }
        }
        thread.change { $0 = started }
    }

    /// Poses no more, and returns when the last answer is there.
    package func stop() {
        state.change { $0.isStopping = true }
        thread.change { thread -> SystemThread? in
            defer { thread = nil }
            return thread
        }?.join()
    }

    /// Commands that were acknowledged so far.
    package var acknowledged: Int { state.look { $0.acknowledged } }

    /// Everything that was posed, in order.
    package var entries: [JournalEntry] { state.look { $0.entries } }

    /// Asks once more for every command whose outcome is open, and for some that have one.
    ///
    /// Those that were turned away and never posed again stay undone.
    package func askAgain(by door: DoorClient) {
        let (open, known) = state.look { state in
            (
                state.entries.filter { $0.outcome == nil && $0.isUnknown },
                state.entries.filter { $0.outcome != nil }.shuffled(using: &state.dice).prefix(5)
            )
        }
        for entry in open + known { note(entry.command, Reply(to: entry.command, by: door)) }
    }

    /// Commands whose outcome is open.
    package var openCount: Int { entries.count { $0.outcome == nil && $0.isUnknown } }

    /// Asks again for everything that has an outcome: each must be told as it was.
    package func askForAll() {
        for entry in entries where entry.outcome != nil {
            note(entry.command, Reply(to: entry.command, by: doors[0]))
        }
    }

    /// Poses a command under the id of another one, which must be an error; says what was answered else.
    package func reuse() -> String? {
        guard let entry = entries.last(where: { $0.outcome != nil }) else { return nil }
        let other = LoadCommand(id: entry.command.id, account: account, ask: .deposit(units: 999_999))
        let reply = Reply(to: other, by: doors[0])
        if case .wrong(let text) = reply, text.hasPrefix("409 ") { return nil }
        return "\(entry.command.id) with other content was answered \(reply)"
    }

    private func next() -> LoadCommand? {
        state.look { state in
            guard !state.isStopping else { return nil }
            let id = "\(name)-\(state.entries.count)"
            let command = LoadCommand(id: id, account: account, ask: Self.ask(&state, tradesOrders))
            state.indexByID[id] = state.entries.count
            state.entries.append(JournalEntry(command))
            return command
        }
    }

    private static func ask(_ state: inout State, _ tradesOrders: Bool) -> LoadCommand.Ask {
        let kind = state.dice.int(1...100)
        let units = state.dice.int(1...5)
        // Withdrawals of a whole million are refused, which is an outcome as well.
        guard tradesOrders, kind > 30 else {
            return kind <= 25 || kind > 30 ? .deposit(units: units) : .withdraw(units: units * 1_000_000)
        }
        switch kind {
        case 31...55: return .market(.buy, units: units)
        case 56...75: return .market(.sell, units: units)
        case 76...90: return .limit(.buy, units: units, price: LoadCommand.price - 1)
        default:
            guard let order = state.resting.popLast() else { return .deposit(units: units) }
            return .cancel(order)
        }
    }

    /// Asks until there is an outcome, or leaves it open after some attempts.
    private func pose(_ command: LoadCommand) {
        for attempt in 0..<Self.attemptsMax {
            let reply = Reply(to: command, by: doors[attempt % doors.count])
            note(command, reply)
            switch reply {
            case .outcome, .wrong: return
            case .nothingDone, .unknown: pause(millis: Self.retryMillis)
            }
            if state.look({ $0.isStopping }) { return }
        }
    }

    private func note(_ command: LoadCommand, _ reply: Reply) {
        state.change { state in
            guard let index = state.indexByID[command.id] else { return }
            let isNew = state.entries[index].outcome == nil
            state.entries[index].note(reply)
            guard isNew, let outcome = state.entries[index].outcome else { return }
            state.acknowledged += 1
            if case .limit = command.ask, outcome.isAccepted, let order = Identifier(outcome.subject) {
                state.resting.append(order)
            }
        }
    }
}
