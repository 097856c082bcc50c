import BifrostKernel
import EventStore
import Foundation
import Glibc
import PostgresTesting
import Testing

@testable import EmbeddedPostgres

/// A consumer in Python, with `pika`, that writes what it gets into a file.
final class Consumer {
    /// A message as the consumer saw it.
    struct Delivery: Equatable {
        let shard: UInt16
        let position: Int64
        let hash: String
        let bodyDigest: String
        let routingKey: String
        let messageID: String
        let log: String
    }

    private let pid: Int32
    private let file: String

    /// Starts it and returns when its queue gets everything of the exchange.
    init(_ broker: RealBroker, exchange: String) throws {
        let directory = try SharedCluster.scratchDirectory(named: "consumer-\(exchange)")
        file = directory + "/deliveries"
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Resources/consume.py"
        ).path
        pid = try ChildProcess.launch(
            ["/usr/bin/python3", script, "\(broker.port)", exchange, "\(exchange)-all", file],
            appendingTo: directory + "/consumer.log",
            environment: []
        )
        let path = file
        try #require(
            poll(seconds: 30) { FileSystem.read(path)?.hasPrefix("ready") == true },
            "the consumer does not start: \(FileSystem.read(directory + "/consumer.log") ?? "")"
        )
    }

    deinit {
        kill(pid, SIGKILL)
        _ = poll(seconds: 5) { ChildProcess.hasEnded(pid) }
    }

    /// Everything that came so far, in order.
    func deliveries() throws -> [Delivery] {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        // The last line may be half written.
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 7, let shard = UInt16(words[0]), let position = Int64(words[1]) else {
                return nil
            }
            return Delivery(
                shard: shard,
                position: position,
                hash: words[2],
                bodyDigest: words[3],
                routingKey: words[4],
                messageID: words[5],
                log: words[6]
            )
        }
    }
}

/// What a consumer of all of a shard does: takes the next position, drops every other.
struct Follower {
    private(set) var position: Int64 = 0
    /// Deliveries of a position that was there already.
    private(set) var repeats = 0
    /// Deliveries ahead of one that the broker lost before it confirmed it; they come again.
    private(set) var ahead = 0

    /// Whether the delivery is the next one.
    mutating func takes(_ delivery: Consumer.Delivery) -> Bool {
        guard delivery.position == position + 1 else {
            if delivery.position <= position { repeats += 1 } else { ahead += 1 }
            return false
        }
        position += 1
        return true
    }
}

/// Whether the deliveries are the log's events, all of them, byte for byte and in order.
@discardableResult
func expectAll(
    _ events: [RecordedEvent],
    of shard: UInt16,
    in deliveries: [Consumer.Delivery],
    sourceLocation: SourceLocation = #_sourceLocation
) -> Follower {
    var follower = Follower()
    for delivery in deliveries where delivery.shard == shard {
        guard follower.takes(delivery) else { continue }
        guard Int(follower.position) <= events.count else { break }
        let event = events[Int(follower.position) - 1]
        let isEqual =
            delivery.hash == event.hash.text
            && delivery.bodyDigest == EventHash(digesting: event.payload).text
            && delivery.messageID == "\(shard)-\(event.header.position)"
        guard isEqual else {
            Issue.record(
                "position \(event.header.position) of shard \(shard) is not the log's",
                sourceLocation: sourceLocation
            )
            break
        }
    }
    #expect(follower.position == Int64(events.count), "of shard \(shard)", sourceLocation: sourceLocation)
    return follower
}
