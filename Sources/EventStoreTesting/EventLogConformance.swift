// What every adapter of `EventLog` promises, as checks that a test target runs: each against a shard that
// nobody else uses. A check throws `ConformanceFailure`, or the adapter's own error, where the promise does
// not hold.

public import EventStore

/// A promise that did not hold.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// What was expected and what was found.
    public let description: String
    /// Takes the text.
    public init(_ description: String) { self.description = description }
}

/// The log under test and a shard of it that nothing has used.
public struct EventLogSubject: Sendable {
    /// The log.
    public let log: any EventLog
    /// The shard.
    public let shard: ShardNumber
    /// Puts the parts together.
    public init(_ log: any EventLog, _ shard: ShardNumber) {
        self.log = log
        self.shard = shard
    }
}

/// One promise and the check of it.
public struct EventLogCheck: Sendable, CustomStringConvertible {
    /// The promise as a sentence.
    public let description: String
    /// Throws where the promise does not hold.
    public let run: @Sendable (EventLogSubject) throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (EventLogSubject) throws -> Void) {
        self.description = description
        self.run = run
    }
}

/// The checks that every log passes.
public enum EventLogConformance {
    /// All checks; run each with a subject of its own.
    public static let checks: [EventLogCheck] = appending + fencing + reading + acquiring
}

extension EventLogSubject {
    func acquire(_ holder: String = "first", takingOver: Bool = false) throws -> any ShardWriter {
        try log.acquire(shard, holder: holder, takingOver: takingOver)
    }

    /// The error that taking the shard for `holder` gives.
    func acquireError(_ holder: String) throws -> AcquireError {
        let writer: any ShardWriter
        do throws(AcquireError) {
            writer = try log.acquire(shard, holder: holder, takingOver: false)
        } catch {
            return error
        }
        throw ConformanceFailure("expected a shard that is held, was epoch \(writer.epoch.value)")
    }

    func events(_ selection: LogSelection = .all(after: 0), limit: Int = .max) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        let count = try log.read(shard, selection, limit: limit) { events.append($0) }
        try expect(count, events.count, "the count of a read")
        return events
    }

    /// Appends batches of these sizes and gives the shard back; returns the events as they should be read.
    func fill(_ sizes: [Int], _ maker: inout EventMaker) throws -> [RecordedEvent] {
        let writer = try acquire("filler")
        var head = writer.headAtStart
        var expected: [RecordedEvent] = []
        for size in sizes {
            let batch = maker.batch(after: head, count: size)
            expected += recorded(batch, after: head)
            head = try writer.append(batch, after: head, epoch: writer.epoch)
            try expect(head.hash, expected.last?.hash ?? head.hash, "the hash of the new head")
        }
        writer.release()
        return expected
    }

    /// The events of a batch with the hashes that the chain gives them.
    public func recorded(_ batch: EventBatch, after head: Head) -> [RecordedEvent] {
        var chain = Chain(log: log.id, shard: shard)
        var hash = head.hash
        return batch.headers.indices.map { index in
            let payload = batch.payload(at: index)
            hash = chain.hash(after: hash, batch.headers[index], payload: payload)
            return RecordedEvent(header: batch.headers[index], payload: Array(payload), hash: hash)
        }
    }
}

func expect<Value: Equatable>(_ actual: Value, _ expected: Value, _ what: String) throws {
    guard actual == expected else {
        throw ConformanceFailure("\(what): expected \(expected), was \(actual)")
    }
}

/// The error that `body` throws.
func appendError(_ what: String, _ body: () throws(AppendError) -> Head) throws -> AppendError {
    let head: Head
    do throws(AppendError) {
        head = try body()
    } catch {
        return error
    }
    throw ConformanceFailure("\(what): expected an error, was a head at \(head.position)")
}
