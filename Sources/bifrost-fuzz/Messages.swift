import BifrostKernel
import EventRegistry
import Foundation
import References
import Sagas

@testable import DomainTests

/// Stored events and what commands carry, in the wire form.
extension FuzzTarget {
    /// An event: two bytes name its type, the rest is its payload.
    static let events = FuzzTarget("events", seeds: goldenEvents) { bytes in
        guard bytes.count >= 2 else { return }
        let payload = Array(bytes.dropFirst(2))
        let type = UInt32(bytes[0]) << 8 | UInt32(bytes[1])
        guard let event = try? EventRegistry.decode(type: type, schemaVersion: 1, payload: payload) else {
            return
        }
        var written = WrittenPayload()
        EventRegistry.visit(event, &written)
        try promise(
            written.schemaVersion > 1 || written.bytes == payload,
            "event \(type) is read from one form alone"
        )
        try promise(EventRegistry.json(event).hasPrefix("{"), "event \(type) prints as an object")
    }

    /// What a command carries: a byte names it by its number, the rest is its canonical content.
    static let commands = FuzzTarget("commands", seeds: contents) { bytes in
        guard let number = bytes.first, let type = commandTypes[number] else { return }
        try readAndWrite(type, Array(bytes.dropFirst()))
    }

    /// Those whose content is not an event's payload, by their numbers in the canonical content.
    private static let commandTypes: [UInt8: any (WireFields & Sendable).Type] = [
        3: OpenAccount.self, 4: MoveCash.self, 6: SetLimits.self, 7: PlaceOrder.self,
        19: RegisterInstrument.self, 20: RecordMarks.self, 21: SymbolPrice.self, 25: ReplaceOrder.self,
        35: ReviewOrder.self, 36: ResolveOrder.self, 37: TransferCash.self, 38: ResolveBreak.self,
        83: ConvertCash.self,
        50: AnnounceCorporateAction.self, 94: CorrectCorporateAction.self, 95: WithdrawCorporateAction.self,
        51: ImportHoldings.self,
        60: ChangeInstrument.self, 70: RebalanceAccount.self, 90: PlaceGroup.self, 93: ResolveOrder.self,
    ]

    static func readAndWrite<M: WireFields>(_ type: M.Type, _ bytes: [UInt8]) throws {
        guard let value = try? WireDecoder.decode(type, bytes) else { return }
        try promise(WireEncoder.encode(value) == bytes, "\(type) is read from one form alone")
    }

    /// Every sample of `EventSchemas/golden`, which stands below the working directory.
    @Sendable private static func goldenEvents() throws -> [[UInt8]] {
        let folder = URL(filePath: "EventSchemas/golden")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.filter { $0.hasSuffix(".v1.hex") }.flatMap { name in
            try samples(String(contentsOf: folder.appending(path: name), encoding: .utf8))
        }
    }

    /// `# OrderPlaced, type 200, …`, then samples in hexadecimal, each after its label.
    private static func samples(_ text: String) throws -> [[UInt8]] {
        var samples: [[UInt8]] = []
        guard let type = text.firstMatch(of: /type (\d+)/).flatMap({ UInt16($0.1) }) else {
            throw BrokenPromise(promise: "a golden file names its type")
        }
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("[") {
                samples.append([UInt8(type >> 8), UInt8(type & 0xff)])
            } else {
                let digits = line.compactMap(\.hexDigitValue)
                let bytes = stride(from: 0, to: digits.count, by: 2).map {
                    UInt8(digits[$0] << 4 | digits[$0 + 1])
                }
                samples[samples.count - 1] += bytes
            }
        }
        return samples
    }

    /// The content of arbitrary commands, without the account that stands before it.
    @Sendable private static func contents() throws -> [[UInt8]] {
        var malice = Malice(seed: 1)
        malice.plausiblePercent = 50
        var seeds: [[UInt8]] = []
        for _ in 0..<contentsMax {
            let content = malice.command().content
            guard commandTypes[content[1]] != nil else { continue }
            let account: [UInt8] = [0x12, 0x10]
            let start = content.dropFirst(2).starts(with: account) ? 20 : 2
            seeds.append([content[1]] + content.dropFirst(start))
        }
        return seeds
    }

    private static let contentsMax = 400
}

private struct WrittenPayload: PayloadVisitor {
    var bytes: [UInt8] = []
    var schemaVersion: UInt32 = 0
    mutating func visit<P: EventPayload>(_ payload: consuming P) {
        schemaVersion = P.schemaVersion
        bytes = WireEncoder.encode(payload)
    }
}
