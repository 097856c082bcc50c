// Repeated enumerations: packed varints, each one byte, because no enumeration has 128 cases.

extension FieldVisitor {
    /// Enumerations in their order, packed.
    @inlinable
    public mutating func choices<C: WireChoice>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [C]
    ) throws(WireError) {
        var raw = value.map(\.rawValue)
        try bytes(number, name, &raw)
        value = []
        for byte in raw {
            guard let known = C(rawValue: byte) else { throw .outOfRange(field: number) }
            value.append(known)
        }
    }
}
