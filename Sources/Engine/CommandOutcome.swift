public import BifrostKernel
public import EventRegistry
public import EventStore
internal import Orders
public import Sagas

/// What came of a command, as its events tell it.
public struct CommandOutcome: Equatable, Sendable {
    /// In one word.
    public enum Result: Equatable, Sendable {
        /// It had its effect.
        case accepted
        /// It was turned down.
        case refused(Rejection, by: String)
        /// It was already so.
        case noEffect
    }

    /// What came of it.
    public var result: Result
    /// The thing whose story its first event belongs to: the new order, the new account.
    public var subject: Identifier

    /// Puts the parts together.
    public init(result: Result, subject: Identifier) {
        self.result = result
        self.subject = subject
    }

    /// The outcome that a command's events tell: the one function for fresh answers and for stored ones.
    static func of(_ events: some Sequence<DomainEvent>, subject: Identifier) -> CommandOutcome {
        for event in events {
            switch event {
            case .commandRejected(let fact):
                guard let code = fact.code else { continue }
                let rejection = Rejection(code, limit: fact.limit, value: fact.value)
                return CommandOutcome(result: .refused(rejection, by: "CORE"), subject: subject)
            case .order(.rejected(let fact)):
                guard let code = fact.code else { continue }
                let rejection = Rejection(code, limit: fact.limit, value: fact.value)
                return CommandOutcome(result: .refused(rejection, by: fact.judge.name), subject: subject)
            case .commandHadNoEffect: return CommandOutcome(result: .noEffect, subject: subject)
            default: continue
            }
        }
        return CommandOutcome(result: .accepted, subject: subject)
    }

    /// Reads the outcome of a command that was decided before.
    public static func stored(_ receipt: CommandReceipt, in log: any EventLog) throws(ReadError)
        -> CommandOutcome
    {
        var events: [DomainEvent] = []
        var subject = Identifier.none
        var failure: WireError? = nil
        try log.read(receipt.shard, .all(after: receipt.firstPosition - 1), limit: Int(receipt.count)) {
            event in
            if events.isEmpty { subject = event.header.correlation }
            do throws(WireError) {
                events.append(try EventRegistry.decode(event))
            } catch {
                failure = error
            }
        }
        if let failure { throw .corrupt("position \(receipt.firstPosition): \(failure)") }
        return of(events, subject: subject)
    }
}

extension EventRegistry {
    /// The event that a stored row holds.
    public static func decode(_ event: RecordedEvent) throws(WireError) -> DomainEvent {
        try decode(type: event.header.type, schemaVersion: event.header.schemaVersion, payload: event.payload)
    }
}
