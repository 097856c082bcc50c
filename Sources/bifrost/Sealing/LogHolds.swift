internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Nodes

/// Places a legal hold.
struct LogHold: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Place a legal hold: no table with one of these positions is dropped until it is released."
    )

    @Option(help: "Why, for the record.") var reason: String
    @Option(help: "The first position that it covers.") var from: Int64 = 1
    @Option(help: "The last position that it covers (default: all that is to come).") var to: Int64?
    @Option(help: "0 for global facts, 1 for accounts and orders.") var shard = Int(Node.tradingShard.value)
    @OptionGroup var person: PersonOption
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        _ = try PlaceInLog.shard(shard)
        try PlaceInLog.position(from, "--from")
        try SegmentWork.reason(reason)
        if let to, to < from { throw ValidationError("--to \(to): expected \(from) or more.") }
    }

    func run() throws {
        let shard = try PlaceInLog.shard(shard) ?? Node.tradingShard
        let number = try SegmentWork.run(place) { store throws(SegmentError) in
            try store.hold(shard, from...(to ?? .max), reason: reason, by: person.person)
        }
        var output = Output()
        output.line("hold \(number) is placed")
        output.flush()
    }
}

/// Releases a legal hold.
struct LogRelease: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Release a legal hold; the record keeps it, with who released it and why."
    )

    @Argument(help: "The hold's number.") var hold: Int64
    @Option(help: "Why, for the record.") var reason: String
    @OptionGroup var person: PersonOption
    @OptionGroup var place: PlaceOptions

    func validate() throws { try SegmentWork.reason(reason) }

    func run() throws {
        try SegmentWork.run(place) { store throws(SegmentError) in
            try store.release(hold, reason: reason, by: person.person)
        }
        var output = Output()
        output.line("hold \(hold) is released")
        output.flush()
    }
}

/// Sets the retention of tables.
struct LogRetain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retain",
        abstract: "Keep the tables of sealed leaves for so many days after their sealing; 0 keeps none."
    )

    @Option(help: "Days from the sealing of a leaf on.") var days: Int32
    @Option(help: "Why, for the record.") var reason: String
    @Option(help: "0 for global facts, 1 for accounts and orders.") var shard = Int(Node.tradingShard.value)
    @OptionGroup var person: PersonOption
    @OptionGroup var place: PlaceOptions

    private static let daysMax: Int32 = 36_500

    func validate() throws {
        _ = try PlaceInLog.shard(shard)
        try SegmentWork.reason(reason)
        guard (0...Self.daysMax).contains(days) else {
            throw ValidationError("--days \(days): expected 0 to \(Self.daysMax).")
        }
    }

    func run() throws {
        let shard = try PlaceInLog.shard(shard) ?? Node.tradingShard
        try SegmentWork.run(place) { store throws(SegmentError) in
            try store.retain(shard, days: days, reason: reason, by: person.person)
        }
        var output = Output()
        output.line("the tables of shard \(shard.value) stay for \(days) days after their sealing")
        output.flush()
    }
}

/// Shows leaves, segments and holds.
struct LogList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List leaves and segments with positions and bytes, retention, and legal holds."
    )

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let (leaves, holds, days) = try SegmentWork.run(place) { store throws(SegmentError) in
            var leaves: [StoredLeaf] = []
            var days: [(shard: ShardNumber, days: Int32)] = []
            for shard in OpenLog.shards {
                for var leaf in try store.leaves(shard) {
                    if leaf.lastPosition == nil { leaf.lastPosition = try store.end(shard) }
                    leaves.append(leaf)
                }
                days.append((shard, try store.retentionDays(shard)))
            }
            return (leaves, try store.holds(), days)
        }
        var output = Output()
        for line in Self.table(leaves).lines { output.line(line) }
        for (shard, days) in days where days > 0 {
            output.line("retention of shard \(shard.value): tables stay \(days) days after their sealing")
        }
        for hold in holds { output.line(Self.text(hold)) }
        output.flush()
    }

    private static func table(_ leaves: [StoredLeaf]) -> Table {
        var table = Table([
            ("LEAF", .left), ("FIRST", .right), ("LAST", .right), ("EVENTS", .right), ("STORED", .left),
            ("TABLE BYTES", .right), ("AN EVENT", .right), ("SEALED BYTES", .right), ("AN EVENT", .right),
        ])
        for leaf in leaves {
            let last = leaf.lastPosition ?? leaf.firstPosition - 1
            let events = last - leaf.firstPosition + 1
            table.add([
                LeafName(leaf.shard, leaf.number).text, "\(leaf.firstPosition)", "\(last)", "\(events)",
                state(leaf), "\(leaf.tableBytes)", each(leaf.tableBytes, events),
                leaf.seal.map { "\($0.bytes)" } ?? "", leaf.seal.map { each($0.bytes, events) } ?? "",
            ])
        }
        return table
    }

    private static func state(_ leaf: StoredLeaf) -> String {
        guard let seal = leaf.seal else { return "table" }
        return seal.droppedAt == nil ? "segment and table" : "segment"
    }

    /// Bytes an event with one decimal.
    private static func each(_ bytes: Int64, _ events: Int64) -> String {
        guard events > 0 else { return "" }
        let tenths = bytes * 10 / events
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func text(_ hold: LegalHold) -> String {
        let end = hold.lastPosition == .max ? "on" : "to \(hold.lastPosition)"
        let text =
            "hold \(hold.number) on shard \(hold.shard.value) from \(hold.firstPosition) \(end),"
            + " by \(hold.by) at \(hold.at.text): \(hold.reason)"
        guard let release = hold.release else { return text }
        return text + "; released by \(release.by) at \(release.at.text): \(release.reason)"
    }
}
