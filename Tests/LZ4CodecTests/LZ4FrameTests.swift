import LZ4Codec
import Testing

@Suite("LZ4 frames")
struct LZ4FrameTests {
    static let sizes = [0, 1, 2, 63, 1_000, 65_535, 65_536, 65_537, 300_000, 5_000_000]

    /// Bytes that compress somewhat: words from a small stock in an order that a seed gives.
    static func sample(_ count: Int) -> [UInt8] {
        let words = ["187.25", "4.125,", "2022-12-28", "\r\n", "0.384", "91"].map { Array($0.utf8) }
        var bytes: [UInt8] = []
        var state: UInt64 = 7
        while bytes.count < count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes += words[Int((state >> 33) % UInt64(words.count))]
        }
        return Array(bytes.prefix(count))
    }

    @Test("give back what was put in", arguments: sizes, [LZ4Frame.Effort.fast, .high])
    func roundTrip(count: Int, effort: LZ4Frame.Effort) throws {
        let bytes = Self.sample(count)
        let frame = LZ4Frame.compress(bytes, effort: effort)
        #expect(try LZ4Frame.decompress(frame, decompressedBytesMax: count) == bytes)
        if count > 1_000 { #expect(frame.count < count / 2) }
    }

    @Test("are what the program lz4 writes")
    func foreign() throws {
        // printf 'bifrost bifrost bifrost bifrost\n' | lz4 -9 | xxd -i
        let frame: [UInt8] = [
            0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7, 0x12, 0x00, 0x00, 0x00, 0x8f, 0x62, 0x69, 0x66, 0x72,
            0x6f, 0x73, 0x74, 0x20, 0x08, 0x00, 0x00, 0x50, 0x72, 0x6f, 0x73, 0x74, 0x0a, 0x00, 0x00, 0x00,
            0x00, 0x4f, 0x13, 0x23, 0x12,
        ]
        #expect(
            try LZ4Frame.decompress(frame, decompressedBytesMax: 100)
                == Array("bifrost bifrost bifrost bifrost\n".utf8)
        )
    }

    @Test("cut off anywhere are truncated")
    func truncation() {
        let frame = LZ4Frame.compress(Self.sample(3_000))
        for count in 0..<frame.count {
            #expect(throws: LZ4Error.truncated(frameBytes: count)) {
                try LZ4Frame.decompress(Array(frame.prefix(count)), decompressedBytesMax: 3_000)
            }
        }
    }

    @Test("with any bit changed never give other bytes")
    func corruption() {
        let bytes = Self.sample(600)
        let frame = LZ4Frame.compress(bytes)
        for bit in 0..<frame.count * 8 {
            var changed = frame
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            // A change that does not show, as of a match to an equal one, is none.
            let content = try? LZ4Frame.decompress(changed, decompressedBytesMax: 100_000)
            let isHarmless = content == nil || content == bytes
            #expect(isHarmless, "bit \(bit)")
        }
    }

    @Test("say what is wrong with them")
    func reasons() {
        let bytes = Self.sample(600)
        let frame = LZ4Frame.compress(bytes)
        func expect(_ frame: [UInt8], _ error: LZ4Error) {
            #expect(throws: error) { try LZ4Frame.decompress(frame, decompressedBytesMax: 600) }
        }
        expect(Array("Date,AAPL".utf8), .notAFrame)
        expect(frame + [0], .trailingBytes(frameBytes: frame.count, actual: frame.count + 1))
        expect(frame + frame, .trailingBytes(frameBytes: frame.count, actual: frame.count * 2))
        var wrong = frame
        wrong[frame.count - 1] ^= 1
        expect(wrong, .corrupt(offset: 0, reason: "ERROR_contentChecksum_invalid"))
        wrong = frame
        wrong[4] &= ~(1 << 2)
        expect(wrong, .unchecked)
        #expect(LZ4Error.truncated(frameBytes: 3).description.hasSuffix("after 3 bytes"))
    }

    @Test(
        "that hold more than is wanted are refused, whatever they say of themselves",
        arguments: [1, 2, 70_000]
    )
    func bound(excess: Int) {
        let frame = LZ4Frame.compress(Self.sample(200_000))
        let max = 200_000 - excess
        #expect(throws: LZ4Error.tooLarge(decompressedBytesMax: max)) {
            try LZ4Frame.decompress(frame, decompressedBytesMax: max)
        }
        #expect(throws: LZ4Error.tooLarge(decompressedBytesMax: 0)) {
            try LZ4Frame.decompress(frame, decompressedBytesMax: 0)
        }
    }

    @Test("that are bombs stop at the bound")
    func bomb() {
        let frame = LZ4Frame.compress([UInt8](repeating: 0, count: 64 << 20), effort: .high)
        #expect(frame.count < 300_000)
        #expect(throws: LZ4Error.tooLarge(decompressedBytesMax: 1 << 20)) {
            try LZ4Frame.decompress(frame, decompressedBytesMax: 1 << 20)
        }
    }
}
