internal import BifrostKernel
internal import Dispatch
internal import Engine
internal import EventStore
internal import Synchronization

/// A command on its way, whose answer is looked at later.
final class Monitored: Sendable {
    let name: String
    private let slot: AnswerSlot

    init(name: String) {
        self.name = name
        self.slot = AnswerSlot()
    }

    convenience init(name: String, answer: CommandAnswer) {
        self.init(name: name)
        slot.fill(answer)
    }

    /// Takes the answer.
    var answered: @Sendable (CommandAnswer) -> Void {
        { [slot] in slot.fill($0) }
    }

    /// Waits for the answer.
    func answer() -> CommandAnswer { slot.wait() }

    /// Waits for the answer; anything but an effect is an error.
    func accepted(in log: any EventLog) throws -> CommandOutcome {
        let outcome = try outcome(in: log)
        switch outcome.result {
        case .accepted, .noEffect: return outcome
        case .refused(let rejection, let judge):
            let limit = rejection.limit.map { ", limit " + Decimals.text($0) } ?? ""
            let value = rejection.value.map { ", was " + Decimals.text($0) } ?? ""
            throw DemoError("\(name) was refused by \(judge): \(rejection.code.name)\(limit)\(value)")
        }
    }

    /// Waits for the answer and reads the outcome, from the log when the command was decided by an earlier
    /// run.
    func outcome(in log: any EventLog) throws -> CommandOutcome {
        switch answer() {
        case .decided(_, let outcome): return outcome
        case .repeated(let receipt): return try CommandOutcome.stored(receipt, in: log)
        case .idReused:
            throw DemoError("\(name): its id stands for another content in this log; use a fresh --data-dir")
        case .unknownAccount: throw DemoError("\(name): the account is unknown")
        case .busy: throw DemoError("\(name): the engine is busy")
        case .storageLow(let shortage): throw DemoError("\(name): \(shortage)")
        case .stopped(let reason): throw DemoError("\(name): \(reason)")
        }
    }
}

/// A place for one answer that threads wait for.
private final class AnswerSlot: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let answer = Mutex<CommandAnswer?>(nil)

    func fill(_ value: CommandAnswer) {
        answer.withLock { $0 = value }
        done.signal()
    }

    func wait() -> CommandAnswer {
        done.wait()
        done.signal()
        return answer.withLock { $0 } ?? .stopped("no answer came")
    }
}
