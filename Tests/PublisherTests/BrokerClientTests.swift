import AMQPClient
import Testing

extension BrokerSuites {
    @Suite("the AMQP client")
    struct Client {
        private let broker: RealBroker

        init() throws { broker = try RealBroker.shared.get() }

        private func message(_ key: String, _ bytes: Int = 3) -> AMQPMessage {
            AMQPMessage(
                routingKey: key,
                messageID: "1",
                type: "T",
                correlationID: "c",
                contentType: "text/plain",
                secondsSince1970: 1,
                headers: [("empty", .text("")), ("least", .number(.min))],
                body: [UInt8](repeating: 7, count: bytes)
            )
        }

        /// What the broker says until `isLast`, or 10 s.
        private func news(
            _ connection: AMQPConnection,
            until isLast: (AMQPNews) -> Bool
        ) throws -> [AMQPNews] {
            var all: [AMQPNews] = []
            _ = try poll(seconds: 10) {
                while let news = try connection.nextNews(waitMillis: 100) { all.append(news) }
                return all.contains(where: isLast)
            }
            return all
        }

        @Test("all that is published is confirmed once, whatever its size")
        func confirms() throws {
            let connection = try broker.connect()
            try connection.declareTopicExchange("client")
            try connection.selectConfirms()
            let sizes = [0, 1, 4_096, 131_064, 131_065, 1_000_000]
            for (index, size) in sizes.enumerated() {
                let tag = try connection.publish(message("k", size), to: "client", mandatory: false)
                #expect(tag == UInt64(index + 1))
            }
            var window = Set(1...UInt64(sizes.count))
            let all = try news(connection) { news in
                guard case .confirmed(let tag, let multiple) = news else { return false }
                window = window.filter { multiple ? $0 > tag : $0 != tag }
                return window.isEmpty
            }
            #expect(window.isEmpty, "\(all)")
            connection.close()
            #expect(throws: AMQPError.self) { try connection.nextNews(waitMillis: 0) }
        }

        @Test("a mandatory message that no queue wants comes back, and is confirmed")
        func unroutable() throws {
            let connection = try broker.connect()
            try connection.declareTopicExchange("client-empty")
            try connection.selectConfirms()
            _ = try connection.publish(message("1.order.X"), to: "client-empty", mandatory: true)
            let all = try news(connection) { if case .confirmed = $0 { true } else { false } }
            #expect(all == [.unroutable(routingKey: "1.order.X"), .confirmed(tag: 1, multiple: false)])
        }

        @Test("what the broker refuses, it refuses with a reason, and without the password")
        func refusals() throws {
            for url in [
                "amqp://guest:hunter2@127.0.0.1:\(broker.port)",
                "amqp://guest:guest@127.0.0.1:\(broker.port)/nowhere",
            ] {
                let error = try #require(throws: AMQPError.self) {
                    _ = try AMQPConnection(AMQPAddress(url), name: "t")
                }
                guard case .refused(let text) = error else {
                    Issue.record("expected a refusal, was \(error)")
                    continue
                }
                #expect(text.contains("127.0.0.1:\(broker.port)") && !text.contains("hunter2"))
            }
            let other = try broker.connect()
            let error = try #require(throws: AMQPError.self) { try other.declareTopicExchange("amq.direct") }
            #expect("\(error)".contains("amq.direct"))
            #expect(throws: AMQPError.self) { try other.selectConfirms() }
            let third = try broker.connect()
            #expect(throws: AMQPError.self) {
                try third.publish(message(String(repeating: "k", count: 256)), to: "client", mandatory: false)
            }
        }

        @Test("a publication to an exchange that does not exist ends the channel with its reason")
        func missingExchange() throws {
            let connection = try broker.connect()
            _ = try connection.publish(message("k"), to: "no such exchange", mandatory: false)
            let error = try #require(throws: AMQPError.self) { try news(connection) { _ in false } }
            #expect("\(error)".contains("404"))
        }

        @Test("another thread may cut a session whose owner waits")
        func cut() throws {
            let connection = try broker.connect()
            AMQPConnection.cut(connection.socketDescriptor)
            #expect(throws: AMQPError.self) { try connection.nextNews(waitMillis: 5_000) }
        }
    }
}
