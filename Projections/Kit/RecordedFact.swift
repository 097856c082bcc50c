public import BifrostKernel
public import Sagas

/// An event as a projection sees it: its columns, the stored bytes, and what they say.
public struct RecordedFact: Sendable {
    /// The columns of the log.
    public let header: EventHeader
    /// The bytes as they are stored.
    public let payload: [UInt8]
    /// What happened.
    public let event: DomainEvent

    /// Puts the parts together.
    public init(_ header: EventHeader, payload: [UInt8], _ event: DomainEvent) {
        self.header = header
        self.payload = payload
        self.event = event
    }
}
