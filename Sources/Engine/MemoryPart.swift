package import BifrostKernel
internal import Sagas

/// A piece of what an engine knows, small enough to be written and read at once.
package struct MemoryPart: WireFields, Sendable {
    /// Where in the log it is.
    struct End: WireFields {
        var position: Int64 = 0
        var recordedAt = Timestamp(nanos: 0)
        var lastCommand: Identifier?
        /// How many rows follow.
        var streams = 0
        var commands = 0

        mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
            try visitor.position(1, "position", &position)
            try visitor.time(2, "recordedAt", &recordedAt)
            try visitor.message(3, "lastCommand", &lastCommand)
            try visitor.count(4, "streams", &streams)
            try visitor.count(5, "commands", &commands)
        }
    }

    private static let rowsMax = 1024

    /// In the first part alone.
    var end: End?
    /// How long some of the streams are, as the table of them has it in memory.
    var streams: [UInt8] = []
    /// Where some of the commands stand, likewise.
    var places: [UInt8] = []
    /// The latest commands that were decided; behind the places of all.
    var commands: [CommandRow] = []
    /// What decisions are made by.
    var state: StatePart?
    /// How many orders and executions follow; beside the first part of the state alone, whose digest says
    /// nothing of snapshots.
    var orders = 0
    var executions = 0

    /// Nothing.
    package init() {}

    /// Visits the fields that a snapshot keeps.
    package mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "end", &end)
        try visitor.bytes(2, "streams", &streams)
        try visitor.list(3, "commands", &commands)
        try visitor.message(4, "state", &state)
        try visitor.bytes(5, "places", &places)
        try visitor.count(6, "orders", &orders)
        try visitor.count(7, "executions", &executions)
    }

    /// A part with one field.
    static func encoded<Field>(
        _ field: WritableKeyPath<MemoryPart, Field>,
        _ value: Field
    ) -> [UInt8] {
        var part = MemoryPart()
        part[keyPath: field] = value
        return WireEncoder.encode(part)
    }

    /// Cuts the latest commands into parts.
    static func each(_ rows: [CommandRow], _ body: ([UInt8]) -> Void) {
        for start in stride(from: 0, to: rows.count, by: rowsMax) {
            body(encoded(\.commands, Array(rows[start..<min(start + rowsMax, rows.count)])))
        }
    }
}
