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
    /// How long streams are.
    var streams: [StreamRow] = []
    /// The latest commands that were decided.
    var commands: [CommandRow] = []
    /// The commands before them; they stand in parts before those of the latest.
    var loggedCommands: [LoggedCommandRow] = []
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
        try visitor.list(2, "streams", &streams)
        try visitor.list(3, "commands", &commands)
        try visitor.message(4, "state", &state)
        try visitor.list(5, "loggedCommands", &loggedCommands)
        try visitor.count(6, "orders", &orders)
        try visitor.count(7, "executions", &executions)
    }

    /// Cuts rows into parts.
    static func each<Row>(
        _ rows: [Row],
        _ field: WritableKeyPath<MemoryPart, [Row]>,
        _ body: ([UInt8]) -> Void
    ) {
        for start in stride(from: 0, to: rows.count, by: rowsMax) {
            var part = MemoryPart()
            part[keyPath: field] = Array(rows[start..<min(start + rowsMax, rows.count)])
            body(WireEncoder.encode(part))
        }
    }
}

/// A stream as a snapshot keeps it.
struct StreamRow: WireFields {
    var stream = StreamOrdinal(0)
    var version: Int64 = 0

    init() {}

    init(stream: StreamOrdinal, version: Int64) {
        self.stream = stream
        self.version = version
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var number = stream.value
        try visitor.int(1, "stream", &number)
        stream = StreamOrdinal(number)
        try visitor.position(2, "version", &version)
    }
}
