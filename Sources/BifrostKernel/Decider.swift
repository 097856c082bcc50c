/// A pure decision process: the same command on the same state always gives the same events.
///
/// `decide` may reject and never traps on what came from outside; `evolve` may not reject, because an event
/// is a fact.
public protocol Decider: SendableMetatype {
    /// What the decider remembers.
    associatedtype State: Sendable
    /// What it is asked to do.
    associatedtype Command: Sendable
    /// What happened.
    associatedtype Event: Sendable

    /// The state before the first event.
    static var initial: State { get }
    /// Appends the events that follow from `command`, or rejects it.
    static func decide(
        _ command: Command,
        given state: State,
        into decision: inout Decision<Event>
    ) throws(Rejection)
    /// Changes the state by a fact.
    static func evolve(_ state: inout State, by event: Event)
}

/// The most events that one decision may write; a larger effect is a saga that goes on in further commands.
public let decisionEventsMax = 256

/// The events of one decision, in order; it refuses to grow beyond `decisionEventsMax`.
public struct Decision<Event: Sendable>: Sendable {
    /// The events so far.
    public private(set) var events: [Event] = []

    /// An empty decision.
    @inlinable public init() {}

    /// Adds an event, or rejects the command that wanted it.
    @inlinable public mutating func emit(_ event: Event) throws(Rejection) {
        guard events.count < decisionEventsMax else {
            throw Rejection(.decisionTooLarge, limit: Int128(decisionEventsMax) * 1_000_000_000)
        }
        append(event)
    }

    /// Forgets the events and keeps the memory.
    @inlinable public mutating func clear() { removeAll() }

    @usableFromInline mutating func append(_ event: Event) { events.append(event) }
    @usableFromInline mutating func removeAll() { events.removeAll(keepingCapacity: true) }
}
