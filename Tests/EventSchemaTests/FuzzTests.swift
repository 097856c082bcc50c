import BifrostKernel
import EventRegistry
import Testing

@Suite("hostile bytes are an error and never a trap")
struct FuzzTests {
    static let inputsMax = 60_000

    @Test("random bytes", arguments: [1, 2] as [UInt64])
    func noise(seed: UInt64) {
        var source = SeededSource(seed)
        let types = EventRegistry.payloadTypes.map { $0.eventType }
        for _ in 0..<Self.inputsMax {
            let count = Int(source.next() % 64)
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: source.next() >> 32) }
            expectErrorOrCanonical(types[Int(source.next() % UInt64(types.count))], bytes)
        }
    }

    @Test(
        "golden bytes with some of them changed, cut out, doubled or swapped",
        arguments: [3, 4] as [UInt64]
    )
    func mutations(seed: UInt64) {
        var source = SeededSource(seed)
        for _ in 0..<Self.inputsMax {
            let sample = Sample.all[Int(source.next() % UInt64(Sample.all.count))]
            var bytes = sample.bytes
            for _ in 0...(source.next() % 3) where !bytes.isEmpty { mutate(&bytes, &source) }
            expectErrorOrCanonical(sample.type, bytes)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ source: inout SeededSource) {
        let index = Int(source.next() % UInt64(bytes.count))
        switch source.next() % 6 {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: source.next() >> 32)
        case 1: bytes[index] ^= 1 << UInt8(source.next() % 8)
        case 2: bytes.remove(at: index)
        case 3: bytes.insert(UInt8(truncatingIfNeeded: source.next() >> 32), at: index)
        case 4: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 18)], at: index)
        default: bytes.swapAt(index, Int(source.next() % UInt64(bytes.count)))
        }
    }
}

/// SplitMix64: the same numbers for a seed on every machine.
struct SeededSource {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
