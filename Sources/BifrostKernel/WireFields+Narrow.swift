extension FieldVisitor {
    /// A number of 32 bits, presence explicit.
    @inlinable
    public mutating func uint(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout UInt32?
    ) throws(WireError) {
        var wide = value.map { UInt64($0) }
        try uint(number, name, &wide)
        guard let wide else {
            value = nil
            return
        }
        guard let narrow = UInt32(exactly: wide) else { throw .outOfRange(field: number) }
        value = narrow
    }
}
