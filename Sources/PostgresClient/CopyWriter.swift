/// Writes the binary copy format into one buffer that is kept from batch to batch.
///
/// A batch is a header, tuples and a trailer. A tuple is a 16-bit field count, then per field a 32-bit length
/// and the value, big-endian; the length -1 alone is null. Nothing is allocated once the buffer has grown to
/// its working size.
public struct CopyWriter {
    /// The number of bytes written so far.
    @inlinable public var byteCount: Int { used }

    /// The bytes written so far, lent to `copyIn`.
    @inlinable public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { unsafe storage.span.bytes.extracting(0..<used) }
    }

    /// A copy of the bytes written so far, for those who keep them.
    public var array: [UInt8] { Array(storage[..<used]) }

    /// Always as long as the room there is, so that a field is stored and not appended: a third of the time.
    @usableFromInline var storage: [UInt8]
    @usableFromInline var used = 0

    /// An empty writer with room for `capacityBytes` before it grows.
    public init(capacityBytes: Int = 4_096) { storage = [UInt8](repeating: 0, count: max(capacityBytes, 64)) }

    /// Forgets the bytes and keeps the memory.
    @inlinable
    public mutating func reset() { used = 0 }

    /// Starts a batch; comes first.
    public mutating func header() {
        precondition(used == 0, "a header comes first in its buffer")
        for byte in CopyFraming.signature { append(byte) }
        append(0 as UInt64)
    }

    /// Ends a batch; comes last.
    public mutating func trailer() { append(-1 as Int16) }

    /// Starts a tuple that must be followed by exactly this many fields.
    @inlinable
    public mutating func beginTuple(fields: Int16) { append(fields) }

    /// A field of type `int8`, or any of eight bytes such as `timestamptz`.
    @inlinable
    public mutating func int64(_ value: Int64) { field(value) }

    /// A field of type `int4`.
    @inlinable
    public mutating func int32(_ value: Int32) { field(value) }

    /// A field of type `int2`.
    @inlinable
    public mutating func int16(_ value: Int16) { field(value) }

    /// A field of type `bool`.
    @inlinable
    public mutating func bool(_ value: Bool) { field(value ? 1 : 0 as UInt8) }

    /// A field of type `int4[]`, of one dimension.
    public mutating func int32s(_ values: [Int32]) {
        makeRoom(24 + 8 * values.count)
        append(Int32((values.isEmpty ? 12 : 20) + 8 * values.count))
        // Dimensions; whether one is null; the number that the type `int4` has in each database.
        append(values.isEmpty ? 0 : 1 as Int32)
        append(0 as Int32)
        append(23 as Int32)
        guard !values.isEmpty else { return }
        append(Int32(values.count))
        append(1 as Int32)
        for value in values { field(value) }
    }

    /// A field of type `uuid`.
    @inlinable
    public mutating func uuid(high: UInt64, low: UInt64) { field(UInt128(high) << 64 | UInt128(low)) }

    /// A field of type `bytea` or `text`; text must be UTF-8.
    @inlinable
    public mutating func bytes(_ value: RawSpan) {
        append(Int32(value.byteCount))
        append(value)
    }

    /// A field of type `bytea`.
    @inlinable
    public mutating func bytes(_ value: [UInt8]) { unsafe bytes(value.span.bytes) }

    /// A field of type `text`.
    @inlinable
    public mutating func text(_ value: String) {
        append(Int32(value.utf8.count))
        var text = value
        text.withUTF8 { unsafe append(RawSpan(_unsafeElements: $0)) }
    }

    /// A field that is null, whatever its type.
    @inlinable
    public mutating func null() { append(-1 as Int32) }
}

extension CopyWriter {
    /// Length and value with one look at the room.
    @inlinable
    mutating func field<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        let width = MemoryLayout<Value>.size
        makeRoom(4 + width)
        let start = used
        unsafe storage.withUnsafeMutableBytes { room in
            unsafe room.storeBytes(of: Int32(width).bigEndian, toByteOffset: start, as: Int32.self)
            unsafe room.storeBytes(of: value.bigEndian, toByteOffset: start + 4, as: Value.self)
        }
        used = start + 4 + width
    }

    @inlinable
    mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        makeRoom(MemoryLayout<Value>.size)
        let start = used
        unsafe storage.withUnsafeMutableBytes { room in
            unsafe room.storeBytes(of: value.bigEndian, toByteOffset: start, as: Value.self)
        }
        used = start + MemoryLayout<Value>.size
    }

    @inlinable
    mutating func append(_ value: RawSpan) {
        makeRoom(value.byteCount)
        let start = used
        unsafe storage.withUnsafeMutableBytes { room in
            unsafe value.withUnsafeBytes { bytes in
                unsafe UnsafeMutableRawBufferPointer(rebasing: room[start...]).copyMemory(from: bytes)
            }
        }
        used = start + value.byteCount
    }

    @inlinable
    mutating func makeRoom(_ bytes: Int) {
        if storage.count - used < bytes { grow(by: bytes) }
    }

    @usableFromInline
    mutating func grow(by bytes: Int) {
        storage.append(contentsOf: repeatElement(0, count: max(storage.count, bytes)))
    }
}
