internal import ArgumentParser
internal import Backups
internal import Nodes

/// Copies the log.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the whole log, while it is written or not, into a new directory.",
        discussion: """
            The directory is there when the backup is whole and proven, and not before. Keep it on another machine;
            with --encrypt-to only the holder of the private key can read it.
            """
    )

    @Argument(help: "The directory to make.", completion: .directory) var directory: String
    @Option(
        name: .customLong("encrypt-to"),
        help: ArgumentHelp("Seal it for this public key, of bifrost backup-key.", valueName: "file")
    )
    var publicKey: String?
    @OptionGroup var placeOptions: PlaceOptions

    func validate() throws {
        if directory.isEmpty { throw ValidationError("The name of the directory is empty.") }
        if placeOptions.place.databaseURL != nil {
            throw ValidationError(
                "bifrost backup is for the embedded database; back up your own with its own tools."
            )
        }
    }

    func run() throws {
        let manifest: BackupManifest
        do throws(BackupError) {
            manifest = try take()
        } catch {
            throw BifrostExit.failed.failure(error.description)
        }
        var output = Output()
        output.line("\(directory) is a backup of log \(manifest.log), complete at \(manifest.completedAt)")
        for head in manifest.heads {
            output.line("at least \(head.shard):\(head.position):\(head.hash)")
        }
        output.line(
            "restore it with: bifrost restore \(directory) --data-dir NEW\(publicKey == nil ? "" : " --key PRIVATE-KEY")"
        )
        output.flush()
    }

    private func take() throws(BackupError) -> BackupManifest {
        let (place, version) = (placeOptions.place, Service.version)
        if let publicKey {
            return try SealedBackup.take(
                of: place,
                OpenLog.shards,
                version: version,
                into: directory,
                for: publicKey
            )
        }
        return try Backup.take(of: place, OpenLog.shards, version: version, into: directory)
    }
}

/// Makes a key that backups are sealed for.
struct BackupKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup-key",
        abstract: "Make a key for sealed backups: a private half, and a public one beside it.",
        discussion: """
            The public half makes backups and reads none: it may lie on the machine. Keep the private one elsewhere; without
            it a sealed backup is lost.
            """
    )

    @Argument(help: "The file of the private half; the public one gets .pub.", completion: .file())
    var file: String

    func run() throws {
        let publicFile: String
        do throws(BackupError) {
            publicFile = try BackupKey.make(file)
        } catch {
            throw BifrostExit.failed.failure(error.description)
        }
        print("\(file) restores: keep it where backups are not")
        print("\(publicFile) seals: bifrost backup DIRECTORY --encrypt-to \(publicFile)")
    }
}
