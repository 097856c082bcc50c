public import BifrostKernel
internal import LZ4Codec

/// Rows that are seldom asked for, kept as their encoded bytes, compressed: a small part of what they take
/// otherwise.
public struct PackedRows<Row: WireFields & Sendable>: Sendable {
    private var rowCount: UInt32 = 0
    private var contentBytes: UInt32 = 0
    private var block: [UInt8] = []

    private static var contentBytesMax: Int { 1 << 24 }

    /// Packs some rows.
    public init(_ rows: [Row]) {
        rowCount = UInt32(rows.count)
        pack(WireEncoder.encode(rows))
    }

    /// The number of rows.
    public var count: Int { Int(rowCount) }

    /// The rows, read anew.
    public var rows: [Row] {
        do throws(WireError) {
            return try WireDecoder.decode([Row].self, content)
        } catch {
            preconditionFailure("packed rows cannot be read: \(error)")
        }
    }

    private mutating func pack(_ content: [UInt8]) {
        precondition(content.count <= Self.contentBytesMax, "rows are packed a few at a time")
        contentBytes = UInt32(content.count)
        block = LZ4Block.compress(content)
    }

    private var content: [UInt8] {
        if block.isEmpty { return [] }
        guard let content = LZ4Block.decompress(block, contentBytes: Int(contentBytes)) else {
            preconditionFailure("packed rows cannot be read: they are not what was compressed")
        }
        return content
    }
}

extension PackedRows: WireFields {
    /// No rows.
    public init() {}

    /// Visits the rows as they are kept for whoever wants that, and their content for all others: equal rows
    /// have equal content, however they were compressed.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var (count, length) = (count, visitor.keepsPacked ? Int(contentBytes) : 0)
        var bytes = visitor.isReading ? [] : visitor.keepsPacked ? block : content
        try visitor.count(1, "count", &count)
        try visitor.count(2, "contentBytes", &length)
        try visitor.bytes(3, "bytes", &bytes)
        guard visitor.isReading else { return }
        guard count <= Int32.max else { throw .outOfRange(field: 1) }
        guard length <= Self.contentBytesMax, bytes.count <= Self.contentBytesMax else {
            throw .outOfRange(field: 2)
        }
        rowCount = UInt32(count)
        if length == 0 { return pack(bytes) }
        contentBytes = UInt32(length)
        block = bytes
    }
}
