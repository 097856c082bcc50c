internal import CLZ4

/// Compresses small pieces of memory and back: blocks of LZ4 without a frame around them.
///
/// A block has no checksum and does not say how long its content is: it is for what its owner made itself and
/// keeps where nobody else writes.
public enum LZ4Block {
    /// The block of `bytes`, of which there are fewer than 2³⁰.
    public static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let bound = LZ4_compressBound(Int32(bytes.count))
        // In lent room, so that what is kept takes no more than it needs.
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(bound)) { room in
            let count = unsafe bytes.withUnsafeBytes { source in
                unsafe LZ4_compress_default(
                    source.baseAddress,
                    room.baseAddress,
                    Int32(source.count),
                    bound
                )
            }
            precondition(count > 0, "a buffer of the library's own bound holds every block")
            return unsafe [UInt8](UnsafeRawBufferPointer(room).prefix(Int(count)))
        }
    }

    /// The content of `block`, which is `contentBytes` long; `nil` when it is not.
    public static func decompress(_ block: [UInt8], contentBytes: Int) -> [UInt8]? {
        guard let capacity = Int32(exactly: contentBytes), capacity >= 0 else { return nil }
        var written: Int32 = -1
        let content = unsafe [UInt8](unsafeUninitializedCapacity: contentBytes) { buffer, count in
            written = unsafe block.withUnsafeBytes { source in
                unsafe LZ4_decompress_safe(
                    source.baseAddress,
                    buffer.baseAddress,
                    Int32(source.count),
                    capacity
                )
            }
            count = max(0, Int(written))
        }
        return written == capacity ? content : nil
    }
}
