/// Appends canonical protobuf bytes to a buffer that it keeps; nothing is allocated while there is room.
public struct WireEncoder: FieldVisitor, Sendable {
    /// Always as long as the room there is, so that a field is stored and not appended: a third of the time.
    @usableFromInline var storage: [UInt8] = []
    @usableFromInline var used = 0

    @usableFromInline static let roomBytesMin = 256

    /// Whether what is kept compressed is written as it stands.
    public let keepsPacked: Bool

    /// Begins without bytes.
    @inlinable public init(keepsPacked: Bool = false) { self.keepsPacked = keepsPacked }

    /// The number of bytes so far.
    @inlinable public var byteCount: Int { used }

    /// A copy of the bytes so far.
    @inlinable public var bytes: [UInt8] { Array(storage[..<used]) }

    /// The bytes in this range of those so far.
    @inlinable public subscript(range: Range<Int>) -> ArraySlice<UInt8> {
        precondition(range.upperBound <= used, "there are only the bytes written so far")
        return storage[range]
    }

    /// Whether the bytes so far are these.
    public func holds(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == used else { return false }
        // Without an end on the way the compiler takes many at once.
        return storage.withUnsafeBytes { own in
            bytes.withUnsafeBytes { zip($0, own).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0 }
        }
    }

    /// Forgets the bytes and keeps the memory.
    @inlinable public mutating func removeAll() { used = 0 }

    /// The canonical bytes of one value; with `keepsPacked` those that the same build reads without
    /// compressing anew.
    public static func encode<M: WireFields>(_ value: M, keepsPacked: Bool = false) -> [UInt8] {
        var encoder = WireEncoder(keepsPacked: keepsPacked)
        encoder.append(value)
        return encoder.bytes
    }

    /// Appends the fields of `value`.
    @inlinable public mutating func append<M: WireFields>(_ value: consuming M) {
        var copy = value
        do throws(WireError) {
            try copy.fields(&self)
        } catch {
            preconditionFailure("an encoder takes every value of its type")
        }
    }

    /// Appends bytes as they are.
    @inlinable public mutating func append(raw bytes: some Collection<UInt8>) {
        makeRoom(bytes.count)
        let start = used
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { source in
            storage.withUnsafeMutableBytes { room in
                UnsafeMutableRawBufferPointer(rebasing: room[start...])
                    .copyMemory(from: UnsafeRawBufferPointer(source))
            }
        }
        if isDone == nil {
            for (offset, byte) in bytes.enumerated() { storage[start + offset] = byte }
        }
        used = start + bytes.count
    }

    @inlinable mutating func makeRoom(_ bytes: Int) {
        if storage.count - used < bytes { grow(by: bytes) }
    }

    @usableFromInline mutating func grow(by bytes: Int) {
        let more = max(storage.count, bytes, Self.roomBytesMin)
        storage.append(contentsOf: repeatElement(0, count: more))
    }

    /// Lends the room behind the bytes so far, at least `bytes` of it, and takes in as many as `body` wrote.
    ///
    /// A field is one such loan, so that what guards the buffer is asked once a field and not once a byte.
    @inlinable @inline(__always)
    mutating func put(atMost bytes: Int, _ body: (inout WireCursor) -> Void) {
        makeRoom(bytes)
        let start = used
        used = storage.withUnsafeMutableBytes { room in
            var cursor = WireCursor(room: room, used: start)
            body(&cursor)
            return cursor.used
        }
    }

    @inlinable @inline(__always) mutating func fixedField(_ number: UInt64, _ value: Int64) {
        put(atMost: 18) { cursor in
            cursor.tag(number, 1)
            cursor.word(UInt64(bitPattern: value).littleEndian)
        }
    }

    @inlinable @inline(__always) mutating func varintField(_ number: UInt64, _ value: UInt64) {
        put(atMost: 20) { cursor in
            cursor.tag(number, 0)
            cursor.varint(value)
        }
    }

    @inlinable mutating func varint(_ value: UInt64) { put(atMost: 10) { $0.varint(value) } }

    /// A tag, a length and the bytes.
    @inlinable @inline(__always)
    mutating func rawField(_ number: UInt64, _ bytes: some Collection<UInt8>) {
        let count = bytes.count
        put(atMost: 20) { cursor in
            cursor.tag(number, 2)
            cursor.varint(UInt64(count))
        }
        append(raw: bytes)
    }

    /// A message whose length is known only when it is written: room for one length byte is kept and, for the
    /// rare longer message, the bytes are moved up.
    @inlinable mutating func nested<M: WireFields>(_ number: UInt64, _ value: M) {
        put(atMost: 11) { cursor in
            cursor.tag(number, 2)
            cursor.byte(0)
        }
        let start = used - 1
        append(value)
        let count = used - start - 1
        if count < 0x80 {
            storage[start] = UInt8(count)
        } else {
            lengthen(start, by: count)
        }
    }

    /// Writes a length of more than one byte in front of the `count` bytes behind `start`.
    @usableFromInline mutating func lengthen(_ start: Int, by count: Int) {
        let content = Array(storage[start + 1..<used])
        used = start
        varint(UInt64(count))
        append(raw: content)
    }

    @inlinable mutating func halves(_ number: UInt64, _ value: Int128) {
        put(atMost: 29) { cursor in
            cursor.tag(number, 2)
            cursor.byte(18)
            cursor.byte(0x09)
            cursor.word(UInt64(bitPattern: Int64(truncatingIfNeeded: value >> 64)).littleEndian)
            cursor.byte(0x11)
            cursor.word(UInt64(truncatingIfNeeded: value).littleEndian)
        }
    }

    @inlinable static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }
}

extension WireEncoder {
    /// Writes the field unless zero.
    @inlinable public mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64) {
        guard value != 0 else { return }
        varintField(number, value)
    }
    /// Writes the field unless zero.
    @inlinable public mutating func int(_ number: UInt64, _ name: StaticString, _ value: inout Int64) {
        guard value != 0 else { return }
        varintField(number, Self.zigzag(value))
    }
    /// Writes the field if true.
    @inlinable public mutating func flag(_ number: UInt64, _ name: StaticString, _ value: inout Bool) {
        guard value else { return }
        varintField(number, 1)
    }
    /// Writes the field unless empty.
    @inlinable public mutating func text(_ number: UInt64, _ name: StaticString, _ value: inout String) {
        guard !value.isEmpty else { return }
        rawField(number, value.utf8)
    }
    /// Writes the field unless empty.
    @inlinable public mutating func bytes(_ number: UInt64, _ name: StaticString, _ value: inout [UInt8]) {
        guard !value.isEmpty else { return }
        rawField(number, value)
    }
    /// Writes the field unless it is `Identifier.none`.
    @inlinable public mutating func identifier(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Identifier
    ) {
        guard value.high | value.low != 0 else { return }
        let (high, low) = (value.high, value.low)
        put(atMost: 27) { cursor in
            cursor.tag(number, 2)
            cursor.byte(16)
            cursor.word(high.bigEndian)
            cursor.word(low.bigEndian)
        }
    }
    /// Writes the field unless zero.
    @inlinable public mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price) {
        if value.nanos != 0 { fixedField(number, value.nanos) }
    }
    /// Writes the field if present.
    @inlinable public mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price?) {
        if let value { fixedField(number, value.nanos) }
    }
    /// Writes the field unless zero.
    @inlinable public mutating func quantity(_ number: UInt64, _ name: StaticString, _ value: inout Quantity)
    {
        if value.nanos != 0 { fixedField(number, value.nanos) }
    }
    /// Writes both halves.
    @inlinable public mutating func money(_ number: UInt64, _ name: StaticString, _ value: inout Money) {
        halves(number, value.nanos)
    }
    /// Writes both halves if present.
    @inlinable public mutating func wide(_ number: UInt64, _ name: StaticString, _ value: inout Int128?) {
        if let value { halves(number, value) }
    }
    /// Writes the field unless it is 1970-01-01.
    @inlinable public mutating func date(_ number: UInt64, _ name: StaticString, _ value: inout BusinessDate)
    {
        var days = Int64(value.days)
        int(number, name, &days)
    }
    /// Writes the packed days unless there are none.
    @inlinable public mutating func dates(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [BusinessDate]
    ) {
        guard !value.isEmpty else { return }
        var packed = WireEncoder()
        var last: Int64 = 0
        for day in value {
            packed.varint(Self.zigzag(Int64(day.days) - last))
            last = Int64(day.days)
        }
        rawField(number, packed[0..<packed.byteCount])
    }
    /// Writes the field unless it is the epoch.
    @inlinable public mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp) {
        if value.nanos != 0 { fixedField(number, value.nanos) }
    }
    /// Writes the three letters.
    @inlinable public mutating func currency(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Currency
    ) {
        let packed = value.packed
        put(atMost: 14) { cursor in
            cursor.tag(number, 2)
            cursor.byte(3)
            cursor.byte(UInt8(truncatingIfNeeded: packed >> 16))
            cursor.byte(UInt8(truncatingIfNeeded: packed >> 8))
            cursor.byte(UInt8(truncatingIfNeeded: packed))
        }
    }
    /// Writes the raw value.
    @inlinable public mutating func choice<C: WireChoice>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout C
    ) {
        varintField(number, UInt64(value.rawValue))
    }
    /// Writes the message.
    @inlinable
    public mutating func message<M: WireFields>(_ number: UInt64, _ name: StaticString, _ value: inout M) {
        nested(number, value)
    }
    /// Writes the message if present.
    @inlinable
    public mutating func message<M: WireFields>(_ number: UInt64, _ name: StaticString, _ value: inout M?) {
        if let value { nested(number, value) }
    }
    /// Writes each message.
    @inlinable public mutating func list<M: WireFields>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [M]
    ) {
        for element in value { nested(number, element) }
    }
}

/// Writes into room that its lender has measured.
@usableFromInline struct WireCursor {
    @usableFromInline let room: UnsafeMutableRawBufferPointer
    @usableFromInline var used: Int

    @inlinable init(room: UnsafeMutableRawBufferPointer, used: Int) {
        self.room = room
        self.used = used
    }

    @inlinable @inline(__always) mutating func byte(_ value: UInt8) {
        room.storeBytes(of: value, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    @inlinable @inline(__always) mutating func word(_ value: UInt64) {
        room.storeBytes(of: value, toByteOffset: used, as: UInt64.self)
        used += 8
    }

    @inlinable @inline(__always) mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable @inline(__always) mutating func tag(_ number: UInt64, _ wireType: UInt64) {
        varint(number << 3 | wireType)
    }
}
