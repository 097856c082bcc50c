import BifrostKernel
import EventRegistry
import SeededChoices
import Testing

@Suite("hostile bytes are an error and never a trap")
struct FuzzTests {
    static let inputsMax = 60_000

    @Test("random bytes", arguments: [1, 2] as [UInt64])
    func noise(seed: UInt64) {
        var choices = Generator(seed: seed)
        let types = EventRegistry.payloadTypes.map { $0.eventType }
        for _ in 0..<Self.inputsMax {
            let bytes = choices.bytes(choices.int(0...63))
            expectErrorOrCanonical(choices.one(of: types), bytes)
        }
    }

    @Test(
        "golden bytes with some of them changed, cut out, doubled or swapped",
        arguments: [3, 4] as [UInt64]
    )
    func mutations(seed: UInt64) {
        var choices = Generator(seed: seed)
        for _ in 0..<Self.inputsMax {
            let sample = choices.one(of: Sample.all)
            var bytes = sample.bytes
            choices.spoil(&bytes)
            expectErrorOrCanonical(sample.type, bytes)
        }
    }
}
