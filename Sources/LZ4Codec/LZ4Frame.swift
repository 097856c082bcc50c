// One LZ4 frame (lz4_Frame_format.md 1.6.2) holds one value. What is written here has the size of its
// content, linked blocks and a checksum of the content (xxHash-32), and is what the program `lz4` reads and
// writes. What is read is a whole frame with that checksum and nothing behind it; the length of its content
// is bounded by the caller and never taken from the frame on trust.

internal import CLZ4

/// Compresses bytes into LZ4 frames and back.
public enum LZ4Frame {
    /// How much time a smaller frame is worth.
    public enum Effort: Sendable {
        /// Hundreds of megabytes a second.
        case fast
        /// A small frame, for what is written once and kept. The library's highest level makes it smaller by
        /// another fiftieth, and takes eight times as long.
        case high
    }

    /// The frame of `bytes`.
    public static func compress(_ bytes: [UInt8], effort: Effort = .fast) -> [UInt8] {
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
        preferences.frameInfo.contentSize = UInt64(bytes.count)
        switch effort {
        case .fast: break
        case .high:
            preferences.compressionLevel = highLevel
            preferences.frameInfo.blockSizeID = LZ4F_max4MB
        }
        let bound = unsafe LZ4F_compressFrameBound(bytes.count, &preferences)
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            let result = unsafe bytes.withUnsafeBytes { source in
                unsafe LZ4F_compressFrame(
                    buffer.baseAddress,
                    bound,
                    source.baseAddress,
                    source.count,
                    &preferences
                )
            }
            precondition(LZ4F_isError(result) == 0, "a buffer of the library's own bound holds every frame")
            count = result
        }
    }

    /// The content of `frame`, which is at most `decompressedBytesMax` long.
    ///
    /// Whoever proves what is taken from it by a digest may leave the frame's own checksum alone, which takes
    /// four times as long as all the rest.
    public static func decompress(
        _ frame: [UInt8],
        decompressedBytesMax: Int,
        skippingChecksum: Bool = false
    ) throws(LZ4Error) -> [UInt8] {
        precondition(decompressedBytesMax >= 0 && decompressedBytesMax < Int.max, "a bound is a length")
        try checkHeader(frame)
        var decompressor = try Decompressor(skippingChecksum: skippingChecksum)
        // One byte more than allowed, so that a content that is too long shows.
        let capacityMax = decompressedBytesMax + 1
        var content = [UInt8](repeating: 0, count: min(capacityMax, max(firstBytesMin, frame.count * 4)))
        var filled = 0
        var consumed = 0
        while true {
            let step = try decompressor.step(frame, from: consumed, into: &content, at: filled)
            filled += step.written
            consumed += step.read
            guard filled <= decompressedBytesMax else {
                throw .tooLarge(decompressedBytesMax: decompressedBytesMax)
            }
            if step.isEnd { break }
            if filled == content.count {
                let more = min(content.count, capacityMax - content.count)
                content.append(contentsOf: repeatElement(0, count: more))
            } else if consumed == frame.count {
                throw .truncated(frameBytes: frame.count)
            }
        }
        guard consumed == frame.count else { throw .trailingBytes(frameBytes: consumed, actual: frame.count) }
        content.removeLast(content.count - filled)
        return content
    }

    private static let magic: [UInt8] = [0x04, 0x22, 0x4d, 0x18]
    private static let firstBytesMin = 1 << 16
    private static let highLevel: Int32 = 5
    private static let contentChecksumFlag: UInt8 = 1 << 2

    private static func checkHeader(_ frame: [UInt8]) throws(LZ4Error) {
        let start = frame.prefix(magic.count)
        guard magic.starts(with: start) else { throw .notAFrame }
        guard frame.count > magic.count else { throw .truncated(frameBytes: frame.count) }
        guard frame[magic.count] & contentChecksumFlag != 0 else { throw .unchecked }
    }
}

/// The library's state while it reads one frame.
@safe private struct Decompressor: ~Copyable {
    private let context: OpaquePointer
    private var options = LZ4F_decompressOptions_t()

    init(skippingChecksum: Bool) throws(LZ4Error) {
        options.skipChecksums = skippingChecksum ? 1 : 0
        var context: OpaquePointer?
        let code = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let context = unsafe context else { throw .outOfMemory }
        unsafe self.context = context
    }

    deinit { unsafe LZ4F_freeDecompressionContext(context) }

    /// Reads on in `frame` and fills what is free in `content`.
    mutating func step(
        _ frame: [UInt8],
        from consumed: Int,
        into content: inout [UInt8],
        at filled: Int
    ) throws(LZ4Error) -> (read: Int, written: Int, isEnd: Bool) {
        var read = frame.count - consumed
        var written = content.count - filled
        let context = unsafe context
        let result = unsafe content.withUnsafeMutableBytes { target in
            unsafe frame.withUnsafeBytes { source in
                unsafe LZ4F_decompress(
                    context,
                    target.baseAddress?.advanced(by: filled),
                    &written,
                    source.baseAddress?.advanced(by: consumed),
                    &read,
                    &options
                )
            }
        }
        guard LZ4F_isError(result) == 0 else {
            throw .corrupt(offset: consumed, reason: unsafe String(cString: LZ4F_getErrorName(result)))
        }
        precondition(written <= content.count - filled, "the library writes within its buffer")
        return (read, written, result == 0)
    }
}
