/// Why a broker did not do what was asked; the cases differ in what the caller may conclude.
public enum AMQPError: Error, Equatable, Sendable {
    /// The text of the address says nothing that can be connected to: mend it.
    case badAddress(String)
    /// No session exists and nothing was sent: connecting again is safe.
    case cannotConnect(String)
    /// The broker said no, as to a password, a virtual host or an exchange of another kind: trying again
    /// helps only once somebody has changed that.
    case refused(String)
    /// The session ended: whether the broker has what it did not confirm is unknown, so publish that again.
    case connectionLost(String)
    /// Our own side asked for something impossible, such as a routing key of more than 255 bytes.
    case misuse(String)
}

extension AMQPError: CustomStringConvertible {
    /// One line, with where and why, and never with a password.
    public var description: String {
        switch self {
        case .badAddress(let text): "not an address of a broker: \(text)"
        case .cannotConnect(let text): "cannot connect to the broker: \(text)"
        case .refused(let text): "the broker refused: \(text)"
        case .connectionLost(let text): "connection to the broker lost: \(text)"
        case .misuse(let text): "misuse of the AMQP client: \(text)"
        }
    }
}
