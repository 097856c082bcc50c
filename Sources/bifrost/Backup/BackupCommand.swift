internal import ArgumentParser
internal import Backups
internal import Nodes

/// Copies the log.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the whole log, while it is written or not, into a new directory.",
        discussion: """
            The directory is there when the backup is whole and proven, and not before. Keep it on another machine:
            it is not encrypted.
            """
    )

    @Argument(help: "The directory to make.", completion: .directory) var directory: String
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
            manifest = try Backup.take(
                of: placeOptions.place,
                OpenLog.shards,
                version: Service.version,
                into: directory
            )
        } catch {
            throw BifrostExit.failed.failure(error.description)
        }
        var output = Output()
        output.line("\(directory) is a backup of log \(manifest.log), complete at \(manifest.completedAt)")
        for head in manifest.heads {
            output.line("at least \(head.shard):\(head.position):\(head.hash)")
        }
        output.line("restore it with: bifrost restore \(directory) --data-dir NEW")
        output.flush()
    }
}
