/// Writes the binary copy format into one buffer that is kept from batch to batch.
///
/// A batch is a header, tuples and a trailer. A tuple is a 16-bit field count, then per field a 32-bit length and the
/// value, big-endian; the length -1 alone is null. Nothing is allocated once the buffer has grown to its working size.
public struct CopyWriter {
    /// The bytes written so far, ready for `copyIn`.
    @inlinable public var bytes: [UInt8] { storage }

    @usableFromInline var storage: [UInt8] = []

    /// An empty writer whose buffer takes `capacityBytes` before it grows.
    public init(capacityBytes: Int = 0) { storage.reserveCapacity(capacityBytes) }

    /// Forgets the bytes and keeps the memory.
    @inlinable
    public mutating func reset() { storage.removeAll(keepingCapacity: true) }

    /// Starts a batch; comes first.
    public mutating func header() {
        precondition(storage.isEmpty, "a header comes first in its buffer")
        storage.append(contentsOf: CopyFraming.signature)
        storage.appendBigEndian(0 as UInt64)
    }

    /// Ends a batch; comes last.
    public mutating func trailer() { storage.appendBigEndian(-1 as Int16) }

    /// Starts a tuple that must be followed by exactly this many fields.
    @inlinable
    public mutating func beginTuple(fields: Int16) { storage.appendBigEndian(fields) }

    /// A field of type `int8`, or any of eight bytes such as `timestamptz`.
    @inlinable
    public mutating func int64(_ value: Int64) { field(8, UInt64(bitPattern: value)) }

    /// A field of type `int4`.
    @inlinable
    public mutating func int32(_ value: Int32) {
        storage.appendBigEndian(4 << 32 | UInt64(UInt32(bitPattern: value)))
    }

    /// A field of type `int2`.
    @inlinable
    public mutating func int16(_ value: Int16) {
        storage.appendBigEndian(2 as UInt32)
        storage.appendBigEndian(value)
    }

    /// A field of type `bool`.
    @inlinable
    public mutating func bool(_ value: Bool) {
        storage.appendBigEndian(1 as UInt32)
        storage.append(value ? 1 : 0)
    }

    /// A field of type `uuid`.
    @inlinable
    public mutating func uuid(high: UInt64, low: UInt64) {
        field(16, high)
        storage.appendBigEndian(low)
    }

    /// A field of type `bytea` or `text`; text must be UTF-8.
    @inlinable
    public mutating func bytes(_ value: RawSpan) {
        storage.appendBigEndian(Int32(value.byteCount))
        unsafe value.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
    }

    /// A field of type `bytea`.
    @inlinable
    public mutating func bytes(_ value: [UInt8]) {
        storage.appendBigEndian(Int32(value.count))
        storage.append(contentsOf: value)
    }

    /// A field of type `text`.
    @inlinable
    public mutating func text(_ value: String) {
        storage.appendBigEndian(Int32(value.utf8.count))
        storage.append(contentsOf: value.utf8)
    }

    /// A field that is null, whatever its type.
    @inlinable
    public mutating func null() { storage.appendBigEndian(-1 as Int32) }

    /// Length and first eight bytes in one append: the common case pays for one check of the capacity.
    @inlinable
    mutating func field(_ length: UInt32, _ value: UInt64) {
        let word = (UInt128(length) << 64 | UInt128(value)).bigEndian
        unsafe withUnsafeBytes(of: word) { bytes in
            unsafe storage.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[4...]))
        }
    }
}
