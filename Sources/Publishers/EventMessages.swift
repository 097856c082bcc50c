// An event as a message. The body is the stored payload, byte for byte; the columns of the log are headers,
// so that a consumer can recompute the hash of the event behind the one before it. Names are frozen:
// consumers bind queues by them.
//
//     routing key   SHARD.CATEGORY.NAME, such as 1.order.OrderExecuted
//     message id    SHARD-POSITION
//     type          the event's name
//     timestamp     seconds of recorded-at
//
// A category is the word of the stream's kind; what this build does not know is `other`, and `Event` with the
// number of the type.

internal import AMQPClient
internal import BifrostKernel
internal import EventRegistry
internal import EventStore

/// Makes messages of one shard's events.
struct EventMessages {
    private let log: String
    private let shard: ShardNumber
    private let names: [UInt32: String]

    /// For the events of `shard` of `log`.
    init(log: Identifier, shard: ShardNumber) {
        self.log = log.text
        self.shard = shard
        names = Dictionary(
            uniqueKeysWithValues: EventRegistry.payloadTypes.map {
                ($0.eventType, String(describing: $0.eventName))
            }
        )
    }

    /// The message of one event.
    func message(of event: RecordedEvent) -> AMQPMessage {
        let header = event.header
        let name = names[header.type] ?? "Event\(header.type)"
        let correlation = header.correlation.text
        return AMQPMessage(
            routingKey: "\(shard.value).\(header.stream.kind?.word ?? "other").\(name)",
            messageID: "\(shard.value)-\(header.position)",
            type: name,
            correlationID: correlation,
            contentType: "application/x-protobuf",
            secondsSince1970: UInt64(max(0, header.recordedAt.nanos) / 1_000_000_000),
            headers: headers(of: event, name: name, correlation: correlation),
            body: event.payload
        )
    }

    private func headers(
        of event: RecordedEvent,
        name: String,
        correlation: String
    ) -> [(name: String, value: AMQPMessage.Value)] {
        let header = event.header
        var headers: [(name: String, value: AMQPMessage.Value)] = [
            ("log", .text(log)),
            ("shard", .number(Int64(shard.value))),
            ("position", .number(header.position)),
            ("type", .number(Int64(header.type))),
            ("name", .text(name)),
            ("schema-version", .number(Int64(header.schemaVersion))),
            ("account", .number(header.account.value)),
            ("stream", .number(header.stream.value)),
            ("version", .number(header.version)),
            ("received-at", .number(header.receivedAt.nanos)),
            ("recorded-at", .number(header.recordedAt.nanos)),
            ("effective-at", .number(header.effectiveAt.nanos)),
            ("business-date", .text(header.businessDate.text)),
            ("command-id", .text(header.commandID.text)),
            ("correlation", .text(correlation)),
            ("causation", .number(header.causation)),
            ("actor", .text(header.actor.text)),
            ("hash", .text(event.hash.text)),
        ]
        if let digest = header.commandDigest {
            // The 16 bytes of the log's column, as hexadecimal digits.
            let text = Identifier(high: digest.high, low: digest.low).text.filter { $0 != "-" }
            headers.append(("command-digest", .text(text)))
        }
        return headers
    }
}
