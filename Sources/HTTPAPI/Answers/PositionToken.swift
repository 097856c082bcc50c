internal import BifrostKernel
internal import EventStore
internal import HTTPTypes
internal import Hummingbird

/// Which moment of which log an answer is of: what the header `Bifrost-Position` carries, opaque to clients.
///
/// It is the hexadecimal form of a format byte, eight bytes that tell logs apart, the shard in two bytes and
/// the position in eight, the highest first.
struct PositionToken: Equatable, Sendable {
    let log: UInt64
    let shard: ShardNumber
    let position: Int64

    private static let format: UInt8 = 1
    private static let digitCount = 38
    /// A shard number has 14 bits.
    private static let shardMax: UInt64 = (1 << 14) - 1

    /// The end of a shard of `log` at `position`.
    init(_ log: Identifier, _ shard: ShardNumber, _ position: Int64) {
        self.log = Self.fingerprint(log)
        self.shard = shard
        self.position = position
    }

    /// Reads what `text` wrote; `nil` when no server wrote it.
    init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == Self.digitCount,
            digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        func number(_ range: Range<Int>) -> UInt64? {
            UInt64(String(decoding: digits[range], as: UTF8.self), radix: 16)
        }
        guard number(0..<2) == UInt64(Self.format), let log = number(2..<18), let shard = number(18..<22),
            let position = number(22..<38), let place = Int64(exactly: position), shard <= Self.shardMax
        else { return nil }
        self.log = log
        self.shard = ShardNumber(UInt16(truncatingIfNeeded: shard))
        self.position = place
    }

    /// The form that clients carry.
    var text: String {
        func digits(_ value: UInt64, _ count: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(count - text.utf8.count, 0)) + text
        }
        return digits(UInt64(Self.format), 2) + digits(log, 16) + digits(UInt64(shard.value), 4)
            + digits(UInt64(bitPattern: position), 16)
    }

    /// Whether it is of this shard of this log.
    func isOf(_ log: Identifier, _ shard: ShardNumber) -> Bool {
        self.log == Self.fingerprint(log) && self.shard == shard
    }

    /// Eight of the sixteen bytes are random, and all are mixed.
    private static func fingerprint(_ log: Identifier) -> UInt64 { log.high ^ log.low }
}

extension HTTPField.Name {
    static let bifrostPosition = HTTPField.Name("Bifrost-Position")
}

extension Response {
    /// The same answer with the moment that it is of.
    func at(_ token: PositionToken) -> Response {
        var response = self
        if let name = HTTPField.Name.bifrostPosition { response.headers[name] = token.text }
        return response
    }
}
