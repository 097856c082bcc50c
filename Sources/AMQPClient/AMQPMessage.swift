/// A message as it is published: persistent, with headers beside a body that nobody on the way looks into.
public struct AMQPMessage: Sendable, Equatable {
    /// The value of a header.
    public enum Value: Sendable, Equatable {
        /// A signed number of 64 bits, `l` on the wire.
        case number(Int64)
        /// A text in UTF-8, `S` on the wire.
        case text(String)
    }

    /// By what the exchange chooses queues; at most 255 bytes.
    public var routingKey: String
    /// What tells the message from every other; at most 255 bytes.
    public var messageID: String
    /// What kind of message it is; at most 255 bytes.
    public var type: String
    /// The story that it is part of; at most 255 bytes.
    public var correlationID: String
    /// How to read the body; at most 255 bytes.
    public var contentType: String
    /// When it came about, in seconds since 1970.
    public var secondsSince1970: UInt64
    /// Names of at most 128 bytes and their values, in order.
    public var headers: [(name: String, value: Value)]
    /// The bytes.
    public var body: [UInt8]

    /// Puts the parts together.
    public init(
        routingKey: String,
        messageID: String,
        type: String,
        correlationID: String,
        contentType: String,
        secondsSince1970: UInt64,
        headers: [(name: String, value: Value)],
        body: [UInt8]
    ) {
        self.routingKey = routingKey
        self.messageID = messageID
        self.type = type
        self.correlationID = correlationID
        self.contentType = contentType
        self.secondsSince1970 = secondsSince1970
        self.headers = headers
        self.body = body
    }

    /// Equal when all parts are.
    public static func == (left: Self, right: Self) -> Bool {
        left.routingKey == right.routingKey && left.messageID == right.messageID && left.type == right.type
            && left.correlationID == right.correlationID && left.contentType == right.contentType
            && left.secondsSince1970 == right.secondsSince1970 && left.body == right.body
            && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.value == $1.value }
    }
}

/// What a broker says of its own accord.
public enum AMQPNews: Sendable, Equatable {
    /// It has taken the message with this tag, and with `multiple` all before it.
    case confirmed(tag: UInt64, multiple: Bool)
    /// It could not take the message with this tag, or with `multiple` all up to it: publish them again.
    case rejected(tag: UInt64, multiple: Bool)
    /// No queue wanted a message that asked for one; it counts as taken all the same.
    case unroutable(routingKey: String)
    /// It is short of memory or disk and reads nothing until it says otherwise.
    case blocked(reason: String)
    /// It reads again.
    case unblocked
}

/// The times that a session keeps.
public struct AMQPLimits: Sendable, Equatable {
    /// How long connecting may take, and the broker's greeting after it.
    public var connectMillisMax = 3_000
    /// How long an answer may take.
    public var answerMillisMax = 5_000
    /// How often either side shows that it is alive; twice as long without a sign ends the session.
    public var heartbeatSeconds: Int32 = 10

    /// The standard times.
    public init() {}
}
