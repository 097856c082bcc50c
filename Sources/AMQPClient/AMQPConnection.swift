internal import CRabbitMQ
internal import Glibc

/// One session with a broker and its one channel, owned and blocked on by one thread; it ends with its owner.
///
/// Tags count what was published since `selectConfirms`: 1, 2, 3, …. Heartbeats go out and are looked for
/// inside `publish` and `nextNews`, so one of them has to be called every few seconds.
public final class AMQPConnection {
    /// Where it leads.
    public let address: AMQPAddress
    private var handle: BrokerHandle
    private var lastTag: UInt64 = 0
    private var isOpen = true
    private var isBlocked = false

    /// The channel of the session: each shard of a log has a session of its own, so there is no second.
    static let channel: UInt16 = 1

    /// Connects, logs in and opens the channel; `name` is what the broker's tools show.
    public init(
        _ address: AMQPAddress,
        name: String,
        limits: AMQPLimits = AMQPLimits()
    ) throws(AMQPError) {
        self.address = address
        handle = try BrokerHandle(address, name: name, limits)
    }

    /// The socket, so that another thread can end a call that waits for a broker; see `cut`.
    public var socketDescriptor: Int32 { handle.socket }

    /// Makes every call on the session of this socket end with `connectionLost`.
    ///
    /// The owner must not have closed the session yet, for the number would be somebody else's.
    public static func cut(_ socketDescriptor: Int32) { shutdown(socketDescriptor, Int32(SHUT_RDWR)) }

    /// Makes the topic exchange if it is missing; one of another kind under the name is an error.
    public func declareTopicExchange(_ name: String) throws(AMQPError) {
        try checkShort(name, "the exchange")
        try checkOpen()
        try checkAnswer("declaring the exchange \(name)", handle.declareTopicExchange(name))
    }

    /// Lets the broker confirm what is published from now on.
    public func selectConfirms() throws(AMQPError) {
        try checkOpen()
        try checkAnswer("asking for confirms", handle.selectConfirms())
        lastTag = 0
    }

    /// Sends a message and returns its tag; `mandatory` asks to hear when no queue wants it.
    ///
    /// It may wait while the broker reads nothing, so publish only while it is not known to be blocked.
    public func publish(
        _ message: AMQPMessage,
        to exchange: String,
        mandatory: Bool
    ) throws(AMQPError) -> UInt64 {
        try checkOpen()
        for (text, part) in [
            (exchange, "the exchange"), (message.routingKey, "the routing key"),
            (message.messageID, "the message id"), (message.type, "the type"),
            (message.correlationID, "the correlation id"), (message.contentType, "the content type"),
        ] { try checkShort(text, part) }
        for header in message.headers where header.name.utf8.count > 128 {
            throw .misuse("expected the name of a header below 129 bytes, was \(header.name.utf8.count)")
        }
        let status = handle.publish(message, to: exchange, mandatory: mandatory)
        guard status == 0 else { throw lost(BrokerHandle.text(of: status)) }
        lastTag += 1
        return lastTag
    }

    /// The next thing that the broker says, `nil` when it says nothing for so long; 0 only looks.
    public func nextNews(waitMillis: Int) throws(AMQPError) -> AMQPNews? {
        try checkOpen()
        let deadline = Self.nowMillis + waitMillis
        while true {
            switch handle.nextFrame(waitMillis: max(0, deadline - Self.nowMillis)) {
            case .news(let news):
                if case .blocked = news { isBlocked = true }
                if case .unblocked = news { isBlocked = false }
                return news
            case .other: continue
            case .nothing: return nil
            case .closed(let code, let text): throw ended(code, text)
            case .failed(let status): throw lost(BrokerHandle.text(of: status))
            }
        }
    }

    /// Ends the session in good order where the broker still listens; what is unconfirmed stays unknown.
    public func close() {
        // A broker that reads nothing would not hear the goodbye, and not answer it.
        handle.close(politely: isOpen && !isBlocked)
        isOpen = false
    }

    private func checkAnswer(_ what: String, _ reply: BrokerReply) throws(AMQPError) {
        switch reply {
        case .done: return
        case .closed(let code, let text): throw ended(code, "\(what): \(text)")
        case .failed(let status): throw lost("\(what): \(BrokerHandle.text(of: status))")
        }
    }

    private func checkOpen() throws(AMQPError) {
        guard isOpen else { throw .connectionLost("\(address): the session is closed") }
    }

    private func checkShort(_ text: String, _ part: String) throws(AMQPError) {
        guard text.utf8.count <= 255 else {
            throw .misuse("expected \(part) below 256 bytes, was \(text.utf8.count)")
        }
    }

    private func lost(_ reason: String) -> AMQPError {
        // The socket stays until `close`, so that its number is nobody else's while `cut` may be called.
        isOpen = false
        return .connectionLost("\(address): \(reason)")
    }

    // 320 is an operator's or a shutdown's doing, 541 a fault inside: both pass. The others repeat.
    private func ended(_ code: UInt16, _ text: String) -> AMQPError {
        let error = lost("\(code) \(text)")
        return code == 320 || code == 541 ? error : .refused("\(address): \(code) \(text)")
    }

    private static var nowMillis: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}
