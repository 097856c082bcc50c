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
    static func of(_ events: [DomainEvent], subject: Identifier) -> CommandOutcome {
        for event in events {
            if let result = event.turnedDown { return CommandOutcome(result: result, subject: subject) }
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

extension DomainEvent {
    /// What this event alone says of its command, when it says that there was no effect.
    var turnedDown: CommandOutcome.Result? {
        switch self {
        case .commandRejected(let fact):
            guard let code = fact.code else { return nil }
            return .refused(Rejection(code, limit: fact.limit, value: fact.value), by: "CORE")
        case .group(.legRefused(let fact)):
            guard let code = fact.code else { return nil }
            return .refused(Rejection(code, limit: fact.limit, value: fact.value), by: "CORE")
        // The order of its group that was refused says why.
        case .order(.rejected(let fact)) where fact.code == .groupLegRefused: return nil
        // A person who closes an order has done what was asked.
        case .order(.rejected(let fact)) where fact.judge != .person:
            guard let code = fact.code else { return nil }
            return .refused(Rejection(code, limit: fact.limit, value: fact.value), by: fact.judge.name)
        case .order(.replaceRejected(let fact)) where fact.judge != .venue:
            guard let code = fact.code else { return nil }
            return .refused(Rejection(code, limit: fact.limit, value: fact.value), by: fact.judge.name)
        case .commandHadNoEffect: return .noEffect
        default: return nil
        }
    }
}
