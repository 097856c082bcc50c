internal import EmbeddedPostgres

/// The segments of the write-ahead log that a backup and an archive hold together.
///
/// The server takes the first one that is missing for the end of the log and says nothing.
enum ArchivedSegments {
    private static let segmentsPerFile: Int64 = 256
    private static let nameCharacters = 24

    /// Throws where one is missing that later ones follow.
    static func check(_ archive: String, of cluster: String) throws(BackupError) {
        guard let path = FileSystem.resolved(archive), FileSystem.directoryOwner(path) != nil else {
            throw .noArchive(path: archive, reason: "there is no such directory")
        }
        let obstacle = try BackupError.translating { () throws(EmbeddedPostgresError) in
            try EmbeddedCluster.obstacle(to: path)
        }
        if let (directory, user) = obstacle {
            throw .noArchive(
                path: archive,
                reason:
                    "the user \(user), who runs the server, may not pass through \(directory). Allow it with"
                    + " `chmod o+x \(directory)`, or copy the archive to where that user reads it"
            )
        }
        let archived = numbers(in: archive)
        guard !archived.isEmpty else {
            throw .noArchive(path: archive, reason: "it holds no segment, or may not be read")
        }
        guard let first = first(of: cluster) else {
            throw .damaged(path: cluster + "/backup_label", reason: "it names no segment to begin with")
        }
        let there = archived.union(numbers(in: cluster + "/pg_wal"))
        guard let last = there.max(), last > first,
            let missing = (first...last).first(where: { !there.contains($0) })
        else { return }
        throw .noArchive(
            path: archive,
            reason:
                "segment \(text(missing)) is missing, though later ones are there. Bring it back, or restore"
                + " what the backup itself holds by leaving out --wal-archive"
        )
    }

    /// Where recovery begins, whatever the timeline.
    private static func first(of cluster: String) -> Int64? {
        // START WAL LOCATION: 0/2000028 (file 000000010000000000000002)
        let line = FileSystem.read(cluster + "/backup_label")?.split(whereSeparator: \.isNewline).first
        guard let name = line?.split(separator: " ").last?.dropLast() else { return nil }
        return number(String(name))
    }

    private static func numbers(in directory: String) -> Set<Int64> {
        Set(FileSystem.entries(of: directory).compactMap(number))
    }

    /// The number of a segment, `nil` for another file: timeline, file and segment have 8 digits each.
    private static func number(_ name: String) -> Int64? {
        guard name.utf8.count == nameCharacters, name.allSatisfy(\.isHexDigit),
            let file = Int64(name.dropFirst(8).prefix(8), radix: 16),
            let segment = Int64(name.suffix(8), radix: 16)
        else { return nil }
        return file * segmentsPerFile + segment
    }

    /// The part of a segment's name behind its timeline.
    private static func text(_ number: Int64) -> String {
        [number / segmentsPerFile, number % segmentsPerFile].map { part in
            let digits = String(part, radix: 16, uppercase: true)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }
}
