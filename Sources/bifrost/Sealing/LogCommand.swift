internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Glibc
internal import Nodes

/// How the log is stored.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Seal full leaves of the log into compressed segments, and say how long their tables stay.",
        discussion: """
            A leaf is ten million positions of a shard in a table. Sealed, it lies in compressed frames in the same \
            database and is read from there; its table stays until `bifrost log drop` removes it.
            """,
        subcommands: [
            LogList.self, LogSeal.self, LogDrop.self, LogHold.self, LogRelease.self, LogRetain.self,
            LogExport.self,
        ]
    )
}

/// A leaf as people name it: shard and number.
struct LeafName: ExpressibleByArgument {
    let shard: ShardNumber
    let number: Int32

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let shard = UInt16(parts[0]), shard < 1 << 14, let number = Int32(parts[1]),
            number > 0
        else { return nil }
        self.shard = ShardNumber(shard)
        self.number = number
    }

    static var help: ArgumentHelp { "A leaf as `bifrost log list` names it: shard/number, such as 1/3." }
}

/// Who does it, for the record.
struct PersonOption: ParsableArguments {
    @Option(help: "Who does this, for the record (default: the name of your account on this machine).")
    var by: String?

    var person: String {
        if let by { return by }
        guard let entry = getpwuid(geteuid()) else { return "user \(geteuid())" }
        return String(cString: entry.pointee.pw_name)
    }

    func validate() throws {
        if by == "" { throw ValidationError("--by is empty: give a name.") }
    }
}

/// Runs work on segments and translates its errors.
enum SegmentWork {
    static func run<Answer>(
        _ place: PlaceOptions,
        _ body: (ColdStore) throws(SegmentError) -> Answer
    ) throws -> Answer {
        try OpenLog.readStored(place.place) { log in
            do throws(SegmentError) {
                return try body(ColdStore(log))
            } catch {
                if case .damaged = error { throw BifrostExit.tampering.failure(error.description) }
                throw BifrostExit.failed.failure(error.description)
            }
        }
    }

    /// The full leaves that are meant: one, or all of the shards of a node.
    static func fullLeaves(
        _ store: ColdStore,
        _ name: LeafName?,
        where wanted: (StoredLeaf) -> Bool
    ) throws(SegmentError) -> [LeafName] {
        if let name { return [name] }
        var names: [LeafName] = []
        for shard in OpenLog.shards {
            for leaf in try store.leaves(shard) where leaf.lastPosition != nil && wanted(leaf) {
                names.append(LeafName(shard, leaf.number))
            }
        }
        return names
    }

    static func reason(_ text: String) throws {
        guard text.isEmpty else { return }
        throw ValidationError("--reason is empty: say why, for those who read the record.")
    }
}

extension LeafName {
    init(_ shard: ShardNumber, _ number: Int32) {
        self.shard = shard
        self.number = number
    }

    var text: String { "\(shard.value)/\(number)" }
}

/// Seals leaves.
struct LogSeal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Write full leaves into compressed frames, compare every row, and read them from there.",
        discussion:
            "Interrupted, it is run again and goes on. The engine may run meanwhile and is not slowed."
    )

    @Argument(help: LeafName.help) var leaf: LeafName?
    @OptionGroup var person: PersonOption
    @OptionGroup var place: PlaceOptions

    func run() throws {
        Interruption.watch()
        try SegmentWork.run(place) { store throws(SegmentError) in
            var output = Output()
            let names = try SegmentWork.fullLeaves(store, leaf) { $0.seal == nil }
            for name in names {
                var bar = ProgressBar("Sealing \(name.text)")
                let isNew = try store.seal(name.shard, name.number, by: person.person) { step, done, total in
                    bar.show(done, of: total, step == .writing ? " written" : " compared")
                    return !Interruption.isAsked
                }
                bar.end()
                output.line(isNew ? "leaf \(name.text) is sealed" : "leaf \(name.text) was sealed before")
            }
            if names.isEmpty { output.line("no full leaf is unsealed") }
            output.flush()
        }
    }
}

/// Drops tables of sealed leaves.
struct LogDrop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Drop the table of a sealed leaf, after every row was compared once more.",
        discussion: """
            Refused where a legal hold or the retention keeps it. The events stay in the database, in their frames. \
            A restore to one of these positions is by time from then on.
            """
    )

    @Argument(help: LeafName.help) var leaf: LeafName
    @OptionGroup var person: PersonOption
    @OptionGroup var place: PlaceOptions

    func run() throws {
        Interruption.watch()
        try SegmentWork.run(place) { store throws(SegmentError) in
            var bar = ProgressBar("Comparing \(leaf.text)")
            let isNew = try store.drop(leaf.shard, leaf.number, by: person.person) { done, total in
                bar.show(done, of: total)
                return !Interruption.isAsked
            }
            bar.end()
            var output = Output()
            output.line(
                isNew
                    ? "the table of leaf \(leaf.text) is dropped"
                    : "the table of leaf \(leaf.text) was dropped before"
            )
            output.flush()
        }
    }
}

/// Writes a segment to a file.
struct LogExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a sealed leaf to a file that `bifrost verify FILE` proves without a database."
    )

    @Argument(help: LeafName.help) var leaf: LeafName
    @Argument(help: "The file to make.", completion: .file()) var file: String
    @OptionGroup var place: PlaceOptions

    func run() throws {
        try SegmentWork.run(place) { store throws(SegmentError) in
            try store.export(leaf.shard, leaf.number, to: file)
        }
        var output = Output()
        output.line("\(file) holds leaf \(leaf.text); prove it with: bifrost verify \(file)")
        output.flush()
    }
}
