internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Nodes
internal import Proofs
internal import Replays

/// Proves the log.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove the log: chain, order, payloads, ledgers, copies. Ends with status 3 on tampering.",
        discussion: """
            Where the log is intact, the read models are proven too: each is folded anew.

            With a file that `bifrost log export` wrote, prove that file alone: no database is needed.

            Against the checkpoints of the folder too, where there are any: only they show that the end was cut off, or \
            that everything was rewritten with new hashes.
            """
    )

    @Argument(help: "An exported segment to prove instead of the log.", completion: .file())
    var file: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Leave the read models out.")
    var logOnly = false

    @OptionGroup var keys: KeyOptions
    @OptionGroup var checkpoints: CheckpointOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard file != nil, json || logOnly else { return }
        throw ValidationError("--json and --log-only are for the whole log: leave them out with a file.")
    }

    func run() throws {
        if let file { return try SegmentProof.run(file) }
        let report = try OpenLog.readStored(place.place) { log -> VerificationText in
            let kept = try ProofFailure.explained { try signed(log) }
            let witnesses = try ProofFailure.explained { try Self.witnesses(log, kept) }
            var bar = ProgressBar("Verifying")
            var shown: ShardNumber? = nil
            var verdicts = try LogVerification(log).verify(OpenLog.shards, against: witnesses) {
                shard,
                done,
                total in
                if shown != shard { bar = ProgressBar("Verifying shard \(shard.value)") }
                shown = shard
                bar.show(done, of: total)
            }
            bar.end()
            for index in verdicts.indices where verdicts[index].fault == nil {
                verdicts[index].fault = try SegmentProof.indexFault(log, verdicts[index].shard)
            }
            let isIntact = verdicts.allSatisfy { $0.fault == nil }
            return VerificationText(
                log: log.id,
                verdicts: verdicts,
                readModels: isIntact && !logOnly ? try ReadModelProof(log) : ReadModelProof(),
                checkpoints: kept,
                time: WallTime().now()
            )
        }
        show(report)
        try Self.judge(report)
    }

    private func show(_ report: VerificationText) {
        var output = Output()
        if json {
            output.line(Self.json(report).pretty)
        } else {
            for line in Self.table(report.verdicts).lines { output.line(line) }
            if !report.readModels.lines.isEmpty {
                output.line("")
                for line in Self.table(report.readModels).lines { output.line(line) }
            }
            if let sentence = report.sentence {
                output.line("")
                output.line(sentence)
            }
        }
        output.flush()
    }

    private static func judge(_ report: VerificationText) throws {
        let verdicts = report.verdicts
        if let model = report.readModels.fault {
            throw BifrostExit.failed.failure(
                "The log is intact, but the read model \(model.name) of shard \(model.shard.value) is not what its"
                    + " events lead to: \(model.fault ?? ""). Rebuild it with `bifrost projections rebuild"
                    + " \(model.name)`."
            )
        }
        // What a forger did on the reference shard shows in its copies too: the first fault is the cause.
        guard let fault = verdicts.compactMap({ $0.fault }).first else { return }
        let place = "shard \(fault.shard.value), position \(fault.position)"
        switch fault.kind {
        case .tampering:
            throw BifrostExit.tampering.failure(
                "The log was tampered with. The first bad event is \(place): \(fault.reason). Everything before it"
                    + " is proven. Keep the database as it is, and compare it with a backup."
            )
        case .brokenPromise:
            throw BifrostExit.failed.failure(
                "The log is intact, but the core broke a promise at \(place): \(fault.reason). Report it."
            )
        }
    }

    /// The checkpoints of the folder: every one must be of this log and signed by a key that is trusted.
    private func signed(_ log: PostgresLog) throws(ProofError) -> [Checkpoint] {
        let folder = checkpoints.folder(place.place)
        let files = folder.files
        guard !files.isEmpty else {
            guard checkpoints.folder != nil else { return [] }
            throw .refused(
                "There is no checkpoint in \(folder.path): name the folder that `bifrost up` writes to."
            )
        }
        let trusted = try keys.trusted(folder)
        var signed: [Checkpoint] = []
        for file in files {
            let checkpoint = try CheckpointFolder.read(file, signedBy: trusted)
            guard checkpoint.origin.log == log.id else {
                throw .refused(
                    "\(file) is a checkpoint of \(checkpoint.origin.text), and this log is \(log.id.text): name the"
                        + " folder of this log with --checkpoints."
                )
            }
            signed.append(checkpoint)
        }
        return signed
    }

    private static func witnesses(
        _ log: PostgresLog,
        _ signed: [Checkpoint]
    ) throws(ProofError) -> [ShardNumber: ShardWitness] {
        var witnesses: [ShardNumber: ShardWitness] = [:]
        for shard in OpenLog.shards {
            let trees = signed.filter { $0.origin.shard == shard }.map(\.head).sorted { $0.size < $1.size }
            witnesses[shard] = ShardWitness(trees: trees, subtrees: try SubtreeStore(log, shard).tops())
        }
        return witnesses
    }

    private static func table(_ verdicts: [ShardVerdict]) -> Table {
        var table = Table([
            ("SHARD", .right), ("EVENTS", .right), ("COMMANDS", .right), ("ACCOUNTS", .right),
            ("COPIES", .right), ("CHECKPOINTS", .right),
            ("VERDICT", .left), ("LAST HASH", .left),
        ])
        for verdict in verdicts {
            table.add([
                "\(verdict.shard.value)", "\(verdict.events)", "\(verdict.commands)", "\(verdict.accounts)",
                "\(verdict.copies)", "\(verdict.trees)",
                verdict.fault.map { "bad at \($0.position)" } ?? "proven",
                verdict.head.hash.text,
            ])
        }
        return table
    }

    private static func table(_ proof: ReadModelProof) -> Table {
        var table = Table([
            ("READ MODEL", .left), ("SHARD", .right), ("POSITION", .right), ("VERDICT", .left),
        ])
        for line in proof.lines {
            table.add([line.name, "\(line.shard.value)", "\(line.position)", line.fault ?? "proven"])
        }
        return table
    }

    private static func json(_ report: VerificationText) -> JSONValue {
        .list(
            report.verdicts.map { verdict in
                let fault = verdict.fault.map { fault in
                    JSONValue.object([
                        ("position", .number(fault.position)),
                        ("tampering", .flag(fault.kind == .tampering)),
                        ("reason", .text(fault.reason)),
                    ])
                }
                return .object([
                    ("shard", .number(Int64(verdict.shard.value))),
                    ("events", .number(verdict.events)),
                    ("commands", .number(verdict.commands)),
                    ("accounts", .number(verdict.accounts)),
                    ("copies", .number(verdict.copies)),
                    ("checkpoints", .number(Int64(verdict.trees))),
                    ("lastPosition", .number(verdict.head.position)),
                    ("lastHash", .text(verdict.head.hash.text)),
                    ("fault", fault ?? .null),
                    ("readModels", json(report.readModels.lines.filter { $0.shard == verdict.shard })),
                ])
            }
        )
    }

    private static func json(_ lines: [ReadModelProof.Line]) -> JSONValue {
        .list(
            lines.map { line in
                .object([
                    ("name", .text(line.name)), ("position", .number(line.position)),
                    ("fault", line.fault.map { .text($0) } ?? .null),
                ])
            }
        )
    }
}
