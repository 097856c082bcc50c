/// Why bytes are not the frame that they should be.
///
/// None of these is worth a second try with the same bytes: fetch them again, or restore them from a copy.
public enum LZ4Error: Error, Equatable, Sendable {
    /// The bytes do not begin with the magic number of a frame.
    case notAFrame
    /// The frame has no checksum of its content, so that damage would go unnoticed.
    case unchecked
    /// The bytes end inside the frame.
    case truncated(frameBytes: Int)
    /// The frame is damaged near `offset`; `reason` is the library's name for it.
    case corrupt(offset: Int, reason: String)
    /// The content is longer than the caller wants to hold.
    case tooLarge(decompressedBytesMax: Int)
    /// The frame is whole and other bytes follow it.
    case trailingBytes(frameBytes: Int, actual: Int)
    /// There is no memory for the decompressor.
    case outOfMemory
}

extension LZ4Error: CustomStringConvertible {
    /// What was expected and what was there.
    public var description: String {
        switch self {
        case .notAFrame: "expected an LZ4 frame, was something else"
        case .unchecked: "expected an LZ4 frame with a checksum of its content, was one without"
        case .truncated(let count): "expected a whole LZ4 frame, was cut off after \(count) bytes"
        case .corrupt(let offset, let reason): "the LZ4 frame is damaged near byte \(offset): \(reason)"
        case .tooLarge(let max): "expected at most \(max) bytes of content in the LZ4 frame, was more"
        case .trailingBytes(let frame, let actual):
            "expected nothing behind the \(frame) bytes of the LZ4 frame, was \(actual - frame) more bytes"
        case .outOfMemory: "no memory for an LZ4 decompressor"
        }
    }
}
