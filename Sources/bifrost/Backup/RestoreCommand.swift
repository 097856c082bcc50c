internal import ArgumentParser
internal import Backups
internal import EventStore
internal import Nodes

/// Makes a data directory out of a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data directory out of a backup, and prove it. Ends with status 3 on tampering.",
        discussion: """
            With the archive of `bifrost up --wal-archive` it leads to any moment since the backup: to the last commit
            by a time of the database's clock, or to the batch that holds a position of the log.
            """
    )

    @Argument(help: "The directory that bifrost backup made.", completion: .directory) var backup: String
    @Option(name: .customLong("data-dir"), help: "The data directory to make; an empty one will do.")
    var dataDirectory: String
    @Option(
        name: .customLong("wal-archive"),
        help: ArgumentHelp("What bifrost up --wal-archive wrote.", valueName: "directory")
    )
    var archive: String?
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Stop there: 2026-11-29T12:00:00Z, a position of shard 1, or SHARD:POSITION.",
            valueName: "time|position"
        )
    )
    var target: String?
    @Option(
        name: .customLong("head"),
        help: ArgumentHelp(
            "A head kept outside that has to be in the restored log; may be repeated.",
            valueName: "shard:position:hash"
        )
    )
    var heads: [String] = []
    @Option(
        name: .customLong("venue-journal"),
        help: ArgumentHelp("A later paper-venue.journal than the backup's.", valueName: "file")
    )
    var journal: String?
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("The private key that a sealed backup was made for.", valueName: "file")
    )
    var key: String?

    func validate() throws {
        for (name, value) in [
            ("--data-dir", dataDirectory), ("the backup", backup), ("--wal-archive", archive ?? "-"),
        ] where value.isEmpty {
            throw ValidationError("\(name) is empty: name a directory.")
        }
        _ = try restore(of: backup)
    }

    func run() throws {
        let outcome: Restore.Outcome
        let restore = try restore(of: backup)
        do throws(BackupError) {
            outcome = try run(restore)
        } catch {
            throw (error.isTampering ? BifrostExit.tampering : .failed).failure(error.description)
        }
        var output = Output()
        for line in Self.lines(outcome, restore.target) { output.line(line) }
        output.flush()
    }

    /// A sealed backup is opened beside the new data directory for as long as it is restored from.
    private func run(_ restore: Restore) throws(BackupError) -> Restore.Outcome {
        guard SealedBackup.isOne(backup) == (key != nil) else { throw .sealed(path: backup, key == nil) }
        guard let key else { return try restore.run() }
        return try SealedBackup.opened(backup, with: key, beside: dataDirectory) {
            clear throws(BackupError) in
            try restore.reading(clear).run()
        }
    }

    private func restore(of backup: String) throws -> Restore {
        var restore = Restore(backup: backup, dataDirectory: dataDirectory, shards: OpenLog.shards)
        restore.archive = archive
        restore.journal = journal
        if let target {
            guard let read = RestoreTarget(target, shard: Node.tradingShard) else {
                throw ValidationError(
                    "--to '\(target)': expected a time as 2026-11-29T12:00:00Z, a position, or SHARD:POSITION."
                )
            }
            restore.target = read
        }
        restore.heads = try heads.map { text in
            guard let head = KnownHead(text) else {
                throw ValidationError(
                    "--head '\(text)': expected SHARD:POSITION:HASH with 64 hexadecimal digits."
                )
            }
            return head
        }
        return restore
    }

    private static func lines(_ outcome: Restore.Outcome, _ target: RestoreTarget) -> [String] {
        let manifest = outcome.manifest
        var lines = [
            "\(outcome.dataDirectory) holds log \(manifest.log), restored and proven from its first event"
        ]
        lines += outcome.heads.map { "head \($0.shard.value):\($0.position):\($0.hash)" }
        if case .position(_, let wanted) = target, let end = outcome.batchEnd, end != wanted {
            lines.append("position \(wanted) is in the middle of a batch, which is there whole: up to \(end)")
        }
        if outcome.isJournalOlder {
            lines.append(
                "the paper venue's journal is of \(manifest.completedAt), before the end of the log: trades since then"
                    + " are breaks to resolve, unless --venue-journal names a later one"
            )
        }
        return lines + [
            "next: bifrost verify --data-dir \(outcome.dataDirectory)",
            "then: bifrost up --data-dir \(outcome.dataDirectory), with a --wal-archive of its own",
            "whoever follows the log outside may be ahead of it: docs/backup.md says what to tell them",
        ]
    }
}
