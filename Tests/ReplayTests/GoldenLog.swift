import BifrostKernel
import EventStore
import Foundation

/// A whole log of the first schema, as canonical forms of its events; never edited.
///
///     # Comment
///     log UUID
///     shard NUMBER HASH-OF-ITS-LAST-EVENT
///     HEXADECIMAL              one event
enum GoldenLog {
    struct Malformed: Error {}

    static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../EventSchemas/golden/first-log.txt").standardized

    /// The log, appended anew, and the hash that each shard must end with.
    static func read() throws -> (log: MemoryLog, heads: [ShardNumber: String]) {
        var log: MemoryLog?
        var shard = ShardNumber.reference
        var batches: [ShardNumber: EventBatch] = [:]
        var heads: [ShardNumber: String] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "#": continue
            case "log":
                guard let id = Identifier(words[1]) else { throw Malformed() }
                log = MemoryLog(id: id)
            case "shard":
                guard let number = UInt16(words[1]) else { throw Malformed() }
                shard = ShardNumber(number)
                heads[shard] = words[2]
            default:
                var form = CanonicalForm(try bytes(hexadecimal: line))
                let event = try form.event()
                batches[shard, default: EventBatch()].append(event.header, payload: event.payload)
            }
        }
        guard let log else { throw Malformed() }
        for (shard, batch) in batches {
            let writer = try log.acquire(shard, holder: "golden", takingOver: false)
            _ = try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
        }
        return (log, heads)
    }

    private static func bytes(hexadecimal text: Substring) throws -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { throw Malformed() }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

/// Reads the canonical form of an event (`Chain.swift`).
private struct CanonicalForm {
    private var rest: ArraySlice<UInt8>

    /// The tag, the log's id and the shard stand in front.
    private static let prefixBytes = 28

    init(_ bytes: [UInt8]) { rest = bytes.dropFirst(Self.prefixBytes) }

    private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number {
        let bytes = rest.prefix(Number.bitWidth / 8)
        rest = rest.dropFirst(bytes.count)
        return bytes.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    private mutating func bytes() -> [UInt8] {
        let count = Int(number(UInt32.self))
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func event() throws -> (header: EventHeader, payload: [UInt8]) {
        let (position, account, stream, version) = (
            number(Int64.self), number(Int64.self), number(Int64.self), number(Int64.self)
        )
        let (type, schemaVersion) = (number(UInt32.self), number(UInt32.self))
        let (received, recorded, effective) = (number(Int64.self), number(Int64.self), number(Int64.self))
        let day = number(Int32.self)
        let hasDigest = number(UInt8.self) == 1
        let digest = CommandDigest(high: number(), low: number())
        let causation = number(Int64.self)
        let correlation = Identifier(high: number(), low: number())
        guard let command = ClientName(String(decoding: bytes(), as: UTF8.self)),
            let actor = ActorName(String(decoding: bytes(), as: UTF8.self))
        else { throw GoldenLog.Malformed() }
        let payload = bytes()
        guard rest.isEmpty else { throw GoldenLog.Malformed() }
        let header = EventHeader(
            position: position,
            account: AccountOrdinal(account),
            stream: StreamOrdinal(stream),
            version: version,
            type: type,
            schemaVersion: schemaVersion,
            receivedAt: Timestamp(nanos: received),
            recordedAt: Timestamp(nanos: recorded),
            effectiveAt: Timestamp(nanos: effective),
            businessDate: BusinessDate(days: day),
            commandID: command,
            commandDigest: hasDigest ? digest : nil,
            causation: causation,
            correlation: correlation,
            actor: actor
        )
        return (header, payload)
    }
}
