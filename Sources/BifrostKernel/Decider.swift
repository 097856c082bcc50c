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
    public internal(set) var events = EmittedEvents<Event>()

    /// An empty decision.
    public init() {}

    /// Adds an event, or rejects the command that wanted it.
    public mutating func emit(_ event: consuming Event) throws(Rejection) {
        guard events.count < decisionEventsMax else {
            throw Rejection(.decisionTooLarge, limit: Int128(decisionEventsMax) * 1_000_000_000)
        }
        events.append(event)
    }

    /// Adds what an aggregate decided, each event as `wrap` makes it an event of this decision.
    public mutating func emit<Part>(
        _ part: consuming Decision<Part>,
        _ wrap: (consuming Part) -> Event
    ) throws(Rejection) {
        guard let head = part.events.head.take() else { return }
        try emit(wrap(head))
        for event in part.events.tail { try emit(wrap(event)) }
    }

    /// Forgets the events and keeps the memory.
    public mutating func clear() { events.removeAll() }
}

/// Emitted events: an aggregate's one event, the usual number, needs no array.
public struct EmittedEvents<Event: Sendable>: Collection, Sendable {
    @usableFromInline var head: Event?
    @usableFromInline var tail: [Event] = []

    /// No events.
    @inlinable init() {}

    /// The index of the first event.
    @inlinable public var startIndex: Int { 0 }
    /// The index behind the last event.
    @inlinable public var endIndex: Int { head == nil ? 0 : tail.count + 1 }
    /// The number of events.
    @inlinable public var count: Int { endIndex }
    /// The index behind `index`.
    @inlinable public func index(after index: Int) -> Int { index + 1 }
    /// The event at `index`.
    @inlinable public subscript(index: Int) -> Event {
        if index > 0 { return tail[index - 1] }
        guard let head else { preconditionFailure("there is no event at \(index)") }
        return head
    }

    @inlinable mutating func append(_ event: consuming Event) {
        if head == nil {
            head = event
        } else {
            tail.append(event)
        }
    }

    @inlinable mutating func removeAll() {
        head = nil
        tail.removeAll(keepingCapacity: true)
    }
}
