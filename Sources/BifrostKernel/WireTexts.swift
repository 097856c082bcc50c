extension WireEncoder {
    /// Writes each text, empty ones too.
    @inlinable public mutating func texts(_ number: UInt64, _ name: StaticString, _ value: inout [String]) {
        for text in value { rawField(number, text.utf8) }
    }
}

extension WireDecoder {
    /// Reads the texts.
    @inlinable
    public mutating func texts(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [String]
    ) throws(WireError) {
        value.removeAll(keepingCapacity: true)
        while try next(number, 2) {
            let count = try length(number)
            guard let text = checkedText(count) else {
                throw .outOfRange(field: number)
            }
            value.append(text)
            index += count
        }
    }
}
