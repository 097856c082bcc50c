internal import CRabbitMQ
internal import Glibc

/// How the broker answered what it was asked.
enum BrokerReply {
    case done
    /// It ended the channel or the session, with a code of AMQP 0-9-1.
    case closed(UInt16, String)
    /// A status of librabbitmq.
    case failed(Int32)
}

/// What came in.
enum BrokerFrame {
    case news(AMQPNews)
    /// Heartbeats, and the parts of a message that came back.
    case other
    case nothing
    case closed(UInt16, String)
    case failed(Int32)
}

/// One session of librabbitmq, destroyed exactly once.
@safe struct BrokerHandle: ~Copyable {
    private var raw: amqp_connection_state_t?

    /// What fits a frame; RabbitMQ's own limit is the same.
    private static let frameBytesMax: Int32 = 131_072

    /// Connects and opens the channel, or throws and leaves nothing behind.
    init(_ address: AMQPAddress, name: String, _ limits: AMQPLimits) throws(AMQPError) {
        guard let raw = unsafe amqp_new_connection() else {
            throw .cannotConnect("\(address): no memory for a session")
        }
        do throws(AMQPError) {
            try unsafe Self.open(raw, address, limits)
            try unsafe Self.logIn(raw, address, name, limits)
            try unsafe Self.openChannel(raw, address)
        } catch {
            unsafe amqp_destroy_connection(raw)
            throw error
        }
        unsafe self.raw = raw
    }

    deinit { if let raw = unsafe raw { unsafe amqp_destroy_connection(raw) } }

    /// The socket, -1 when closed.
    var socket: Int32 { if let raw = unsafe raw { unsafe amqp_get_sockfd(raw) } else { -1 } }

    mutating func close(politely: Bool) {
        guard let raw = unsafe raw else { return }
        if politely { _ = unsafe amqp_connection_close(raw, AMQP_REPLY_SUCCESS) }
        unsafe amqp_destroy_connection(raw)
        unsafe self.raw = nil
    }

    /// What a status means.
    static func text(of status: Int32) -> String {
        guard let text = unsafe amqp_error_string2(status) else { return "status \(status)" }
        return unsafe String(cString: text)
    }

    private static func open(
        _ raw: amqp_connection_state_t,
        _ address: AMQPAddress,
        _ limits: AMQPLimits
    ) throws(AMQPError) {
        guard let socket = unsafe amqp_tcp_socket_new(raw) else {
            throw .cannotConnect("\(address): no memory for a socket")
        }
        var connecting = timeval(millis: limits.connectMillisMax)
        var answering = timeval(millis: limits.answerMillisMax)
        unsafe amqp_set_handshake_timeout(raw, &connecting)
        unsafe amqp_set_rpc_timeout(raw, &answering)
        let status = unsafe amqp_socket_open_noblock(socket, address.host, Int32(address.port), &connecting)
        guard status == 0 else {
            throw .cannotConnect(
                "\(address): \(text(of: status)). Is RabbitMQ running there, and is the port its AMQP port?"
            )
        }
    }

    private static func logIn(
        _ raw: amqp_connection_state_t,
        _ address: AMQPAddress,
        _ name: String,
        _ limits: AMQPLimits
    ) throws(AMQPError) {
        let reply = unsafe TableArena.withClientProperties(name: name) { properties in
            unsafe bifrost_amqp_login(
                raw,
                address.virtualHost,
                frameBytesMax,
                limits.heartbeatSeconds,
                properties,
                address.user,
                address.password
            )
        }
        switch unsafe Self.reply(reply) {
        case .done: return
        case .closed(let code, let text):
            throw .refused(
                "\(address): \(code) \(text). Check the user's password and rights, and the vhost."
            )
        case .failed(let status):
            // RabbitMQ before the tuning just hangs up on a user that it does not know.
            throw .cannotConnect("\(address): \(text(of: status)) while logging in")
        }
    }

    private static func openChannel(
        _ raw: amqp_connection_state_t,
        _ address: AMQPAddress
    ) throws(AMQPError) {
        _ = unsafe amqp_channel_open(raw, AMQPConnection.channel)
        switch unsafe Self.reply(amqp_get_rpc_reply(raw)) {
        case .done: return
        case .closed(let code, let text): throw .refused("\(address): \(code) \(text)")
        case .failed(let status): throw .cannotConnect("\(address): \(text(of: status)) at the channel")
        }
    }

    private static func reply(_ reply: amqp_rpc_reply_t) -> BrokerReply {
        switch unsafe reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return .done
        case AMQP_RESPONSE_SERVER_EXCEPTION: return unsafe closing(reply.reply)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: return unsafe .failed(reply.library_error)
        default: return .failed(AMQP_STATUS_CONNECTION_CLOSED.rawValue)
        }
    }

    private static func closing(_ method: amqp_method_t) -> BrokerReply {
        guard let decoded = unsafe method.decoded else { return .closed(0, "without a reason") }
        if unsafe method.id == bifrost_amqp_connection_close {
            let close = unsafe decoded.load(as: amqp_connection_close_t.self)
            return unsafe .closed(close.reply_code, close.reply_text.string)
        }
        if unsafe method.id == bifrost_amqp_channel_close {
            let close = unsafe decoded.load(as: amqp_channel_close_t.self)
            return unsafe .closed(close.reply_code, close.reply_text.string)
        }
        return unsafe .closed(0, "method \(method.id)")
    }
}

// MARK: - Verbs of an open channel

extension BrokerHandle {
    func declareTopicExchange(_ name: String) -> BrokerReply {
        guard let raw = unsafe raw else { return .failed(AMQP_STATUS_CONNECTION_CLOSED.rawValue) }
        return unsafe name.withCString { name in
            unsafe "topic".withCString { kind in
                _ = unsafe amqp_exchange_declare(
                    raw,
                    AMQPConnection.channel,
                    amqp_cstring_bytes(name),
                    amqp_cstring_bytes(kind),
                    0,
                    1,
                    0,
                    0,
                    amqp_table_t()
                )
                return unsafe Self.reply(amqp_get_rpc_reply(raw))
            }
        }
    }

    func selectConfirms() -> BrokerReply {
        guard let raw = unsafe raw else { return .failed(AMQP_STATUS_CONNECTION_CLOSED.rawValue) }
        _ = unsafe amqp_confirm_select(raw, AMQPConnection.channel)
        return unsafe Self.reply(amqp_get_rpc_reply(raw))
    }

    /// Sends the message; 0, or a status of librabbitmq.
    func publish(_ message: AMQPMessage, to exchange: String, mandatory: Bool) -> Int32 {
        guard let raw = unsafe raw else { return AMQP_STATUS_CONNECTION_CLOSED.rawValue }
        return unsafe TableArena.withMessage(message, exchange) { exchange, key, properties, body in
            unsafe amqp_basic_publish(
                raw,
                AMQPConnection.channel,
                exchange,
                key,
                mandatory ? 1 : 0,
                0,
                properties,
                body
            )
        }
    }

    /// Waits so long for one frame.
    func nextFrame(waitMillis: Int) -> BrokerFrame {
        guard let raw = unsafe raw else { return .failed(AMQP_STATUS_CONNECTION_CLOSED.rawValue) }
        // What the last frame pointed to was copied.
        unsafe amqp_maybe_release_buffers(raw)
        var frame = unsafe amqp_frame_t()
        var waiting = timeval(millis: waitMillis)
        let status = unsafe amqp_simple_wait_frame_noblock(raw, &frame, &waiting)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return .nothing }
        guard status == 0 else { return .failed(status) }
        guard unsafe Int32(frame.frame_type) == bifrost_amqp_frame_method else { return .other }
        return unsafe Self.news(frame.payload.method)
    }

    private static func news(_ method: amqp_method_t) -> BrokerFrame {
        guard let decoded = unsafe method.decoded else { return .other }
        switch unsafe method.id {
        case bifrost_amqp_ack:
            let ack = unsafe decoded.load(as: amqp_basic_ack_t.self)
            return .news(.confirmed(tag: ack.delivery_tag, multiple: ack.multiple != 0))
        case bifrost_amqp_nack:
            let nack = unsafe decoded.load(as: amqp_basic_nack_t.self)
            return .news(.rejected(tag: nack.delivery_tag, multiple: nack.multiple != 0))
        case bifrost_amqp_return:
            let back = unsafe decoded.load(as: amqp_basic_return_t.self)
            return unsafe .news(.unroutable(routingKey: back.routing_key.string))
        case bifrost_amqp_blocked:
            let blocked = unsafe decoded.load(as: amqp_connection_blocked_t.self)
            return unsafe .news(.blocked(reason: blocked.reason.string))
        case bifrost_amqp_unblocked: return .news(.unblocked)
        case bifrost_amqp_connection_close, bifrost_amqp_channel_close:
            guard case .closed(let code, let text) = unsafe closing(method) else { return .other }
            return .closed(code, text)
        default: return .other
        }
    }
}

extension amqp_bytes_t {
    /// The bytes as text; what is no UTF-8 is replaced.
    fileprivate var string: String {
        guard let start = unsafe bytes else { return "" }
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: len), as: UTF8.self)
    }
}

extension timeval {
    fileprivate init(millis: Int) {
        self.init(tv_sec: millis / 1_000, tv_usec: millis % 1_000 * 1_000)
    }
}
