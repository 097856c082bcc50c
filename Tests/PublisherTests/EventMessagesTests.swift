import AMQPClient
import BifrostKernel
import EventStore
import Testing

@testable import Publishers

@Suite("events as messages")
struct EventMessagesTests {
    private func event(type: UInt32, stream: Int64, digest: CommandDigest?) throws -> RecordedEvent {
        RecordedEvent(
            header: EventHeader(
                position: 42,
                account: AccountOrdinal(7),
                stream: StreamOrdinal(stream),
                version: 3,
                type: type,
                schemaVersion: 1,
                receivedAt: Timestamp(nanos: 1_700_000_000_000_000_001),
                recordedAt: Timestamp(nanos: 1_700_000_000_999_999_999),
                effectiveAt: Timestamp(nanos: -5),
                businessDate: BusinessDate(days: 19_675),
                commandID: try #require(ClientName("c 1")),
                commandDigest: digest,
                causation: 41,
                correlation: Identifier(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10),
                actor: try #require(ActorName("desk"))
            ),
            payload: [0, 255, 1],
            hash: EventHash(1, 2, 3, 4)
        )
    }

    private let messages = EventMessages(
        log: Identifier(high: 1, low: 2),
        shard: ShardNumber(1)
    )

    @Test("the payload unchanged, every column a header: names that consumers bind by")
    func frozen() throws {
        let digest = CommandDigest(high: 0xff, low: 1)
        let message = messages.message(of: try event(type: 1, stream: 7 << 4 | 2, digest: digest))
        let correlation = "01020304-0506-0708-090a-0b0c0d0e0f10"
        let expected = AMQPMessage(
            routingKey: "1.order.\(message.type)",
            messageID: "1-42",
            type: message.type,
            correlationID: correlation,
            contentType: "application/x-protobuf",
            secondsSince1970: 1_700_000_000,
            headers: [
                ("log", .text("00000000-0000-0001-0000-000000000002")), ("shard", .number(1)),
                ("position", .number(42)), ("type", .number(1)), ("name", .text(message.type)),
                ("schema-version", .number(1)), ("account", .number(7)), ("stream", .number(114)),
                ("version", .number(3)), ("received-at", .number(1_700_000_000_000_000_001)),
                ("recorded-at", .number(1_700_000_000_999_999_999)), ("effective-at", .number(-5)),
                ("business-date", .text("2023-11-14")), ("command-id", .text("c 1")),
                ("correlation", .text(correlation)), ("causation", .number(41)), ("actor", .text("desk")),
                (
                    "hash",
                    .text("0000000000000001" + "0000000000000002" + "0000000000000003" + "0000000000000004")
                ),
                ("command-digest", .text("00000000000000ff0000000000000001")),
            ],
            body: [0, 255, 1]
        )
        #expect(message == expected)
        #expect(message.type == "ShardOpened")
    }

    @Test("an event of a newer build is published all the same")
    func unknown() throws {
        let message = messages.message(of: try event(type: 4_000_000_000, stream: 15, digest: nil))
        #expect(message.routingKey == "1.other.Event4000000000")
        #expect(!message.headers.contains { $0.name == "command-digest" })
    }
}
