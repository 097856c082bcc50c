import LZ4Codec
import Testing

@Suite("LZ4 blocks")
struct LZ4BlockTests {
    @Test("give back what was put in, and keep no more room than they need", arguments: LZ4FrameTests.sizes)
    func roundTrip(count: Int) {
        let bytes = LZ4FrameTests.sample(count)
        let block = LZ4Block.compress(bytes)
        #expect(LZ4Block.decompress(block, contentBytes: count) == bytes)
        if count > 1_000 { #expect(block.count < count / 2) }
        #expect(block.capacity <= block.count + 64 || count > 60_000)
    }

    @Test("are nothing when their content has another length or they are cut off", arguments: [1, 63, 1_000])
    func refused(count: Int) {
        let block = LZ4Block.compress(LZ4FrameTests.sample(count))
        for wrong in [count - 1, count + 1, -1, .max] {
            #expect(LZ4Block.decompress(block, contentBytes: wrong) == nil)
        }
        #expect(LZ4Block.decompress(block.dropLast(1).map { $0 }, contentBytes: count) == nil)
    }
}
