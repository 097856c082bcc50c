public import BifrostKernel
internal import EventStore

/// A person as the erasable table keeps it.
public struct Person: Equatable, Sendable {
    /// Opaque and random; it stands in events.
    public let id: Identifier
    /// The name.
    public let name: String
    /// The e-mail address; empty where there is none.
    public let email: String
    /// Free text; empty where there is none.
    public let note: String

    /// The most bytes of a name, an address or a note.
    public static let textBytesMax = 4_096
}

/// One role of a person, with what opens its commitment.
public struct PersonLink: Equatable, Sendable {
    /// Tells the link from others; random.
    public let id: Identifier
    /// The person.
    public let person: Identifier
    /// The role.
    public let role: String
    /// The account that it is about, if any.
    public let account: Identifier?
    /// The name under which the person acts, if any.
    public let actor: String?
    /// 32 random bytes.
    public let salt: [UInt8]

    /// Bytes of a salt.
    static let saltBytes = 32

    /// What the log holds: the digest of the salt and the person's id.
    public var commitment: [UInt8] {
        var bytes = Array("BIFROST1-PERSON".utf8) + salt
        for word in [person.high, person.low] {
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) }
        }
        return EventHash(digesting: bytes).bytes
    }
}

/// Why something about a person could not be done; the text is for the person who meets it.
public enum PeopleError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The database does not answer, or not as it should: try again.
    case unavailable(String)
    /// Nothing was done.
    case refused(String)

    /// The text.
    public var description: String {
        switch self {
        case .unavailable(let text), .refused(let text): text
        }
    }
}
