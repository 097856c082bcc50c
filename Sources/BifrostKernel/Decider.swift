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
///
/// It cannot be copied, so that events move from an aggregate to the log and are never copied on their way.
public struct Decision<Event: Sendable>: ~Copyable, Sendable {
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
        if let head = part.events.head.take() { try emit(wrap(head)) }
        for event in part.events.tail { try emit(wrap(event)) }
    }

    /// Forgets the events and keeps the memory.
    public mutating func clear() { events.removeAll() }
}

/// Emitted events: an aggregate's one event, the usual number, needs no array.
public struct EmittedEvents<Event: Sendable>: Collection, Sendable {
    /// The first event, unless there is an array to use.
    @usableFromInline var head: Event?
    @usableFromInline var tail: [Event] = []

    /// No events.
    @inlinable init() {}

    /// The index of the first event.
    @inlinable public var startIndex: Int { 0 }
    /// The index behind the last event.
    @inlinable public var endIndex: Int { tail.count + (head == nil ? 0 : 1) }
    /// The number of events.
    @inlinable public var count: Int { endIndex }
    /// The index behind `index`.
    @inlinable public func index(after index: Int) -> Int { index + 1 }
    /// The event at `index`.
    @inlinable public subscript(index: Int) -> Event {
        guard let head else { return tail[index] }
        return index > 0 ? tail[index - 1] : head
    }

    /// Lends each event where it stands, for as long as `body` runs: a copy costs more than most of what is
    /// done with one.
    @inlinable public func lendEach(_ body: (Event) -> Void) {
        if let head { body(head) }
        tail.lendEach(body)
    }

    @inlinable mutating func append(_ event: consuming Event) {
        if head == nil, tail.capacity == 0 {
            head = event
        } else {
            tail.append(event)
        }
    }

    @inlinable mutating func removeAll() {
        // From now on there is an array, and the next events go there.
        if let head = head.take() { tail.append(head) }
        tail.removeAll(keepingCapacity: true)
    }
}
