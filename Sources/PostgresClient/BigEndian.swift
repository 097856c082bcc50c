extension [UInt8] {
    /// Appends an integer in network order, as every number of the protocol is written.
    @inlinable
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }
}

extension RawSpan {
    /// The integer in network order at an offset that the caller has checked.
    @inlinable
    func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
        unsafe Value(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }

    /// The bytes as text, or nil where they are not UTF-8.
    ///
    /// ASCII passes by the standard check, which costs several times the rest of a short text.
    @usableFromInline
    var validatedText: String? {
        unsafe withUnsafeBytes { bytes in
            guard unsafe bytes.allSatisfy({ $0 < 0x80 }) else {
                return unsafe String(validating: bytes, as: UTF8.self)
            }
            return unsafe String(decoding: bytes, as: UTF8.self)
        }
    }
}
