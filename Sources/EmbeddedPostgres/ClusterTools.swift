/// The programs beside a server that copy its cluster and prove the copy; they are of the cluster's version.
package struct ClusterTools: Sendable {
    private let binaries: ServerBinaries

    private static let outputCharactersMax = 1_500

    /// The tools for clusters of a major version; throws when they are not installed.
    ///
    /// `path` is the cluster that needs them.
    package init(version: String, path: String) throws(EmbeddedPostgresError) {
        binaries = try ServerBinaries.choose(cluster: version, path: path, places: .ofThisProcess)
    }

    /// Copies a running cluster, with the write-ahead log that makes the copy whole, and syncs it.
    package func copy(
        _ cluster: EmbeddedCluster,
        into directory: String
    ) throws(EmbeddedPostgresError) {
        try Self.run(
            [
                binaries.baseBackup, "--host=\(cluster.socketDirectory)", "--port=\(ClusterLayout.port)",
                "--username=\(EmbeddedCluster.superuser)", "--no-password", "--pgdata=\(directory)",
                "--format=plain", "--wal-method=stream", "--checkpoint=fast",
            ],
            endingWithUs: true
        )
    }

    /// Compares each file of a copy with what was noted when it was made, and reads its write-ahead log.
    package func verify(_ directory: String) throws(EmbeddedPostgresError) {
        try Self.run([binaries.verifyBackup, "--exit-on-error", directory])
    }

    /// Copies the files of a copy into a data directory and gives them to the server's user.
    package static func place(
        _ copy: String,
        in dataDirectory: String
    ) throws(EmbeddedPostgresError) {
        let cluster = dataDirectory + "/postgres"
        try run(["/bin/cp", "-R", "--reflink=auto", "--", copy, cluster])
        let user = try ServerUser.current()
        if user.isSwitched {
            try run(["/bin/chown", "-R", "-h", "\(user.id):\(user.group)", "--", cluster])
        }
    }

    private static func run(
        _ command: [String],
        endingWithUs: Bool = false
    ) throws(EmbeddedPostgresError) {
        let ending = try ChildProcess.run(command, endingWithUs: endingWithUs)
        guard ending.code != 0 else { return }
        let name = command[0].split(separator: "/").last.map(String.init) ?? command[0]
        var output = ending.output.suffix(outputCharactersMax)
        while output.last?.isNewline == true { output.removeLast() }
        throw .toolFailed(tool: name, output: String(output))
    }
}

extension EmbeddedCluster {
    /// The major version that made the cluster in a directory, as its `PG_VERSION` says; `nil` where none is.
    package static func version(of cluster: String) -> String? {
        FileSystem.read(cluster + "/PG_VERSION")?.split(whereSeparator: \.isNewline).first.map(String.init)
    }
}
