import Glibc

/// Makes a cluster, wholly or not at all: `initdb` works beside, and one rename puts the result in its place.
struct ClusterCreation {
    let layout: ClusterLayout
    let user: ServerUser
    let binaries: ServerBinaries

    /// The role that owns everything; nothing of ours uses it after set-up.
    static let superuser = "bifrost_admin"

    func createIfMissing() throws(EmbeddedPostgresError) {
        guard layout.clusterVersion == nil else { return }
        if FileSystem.exists(layout.cluster), rmdir(layout.cluster) != 0 {
            throw .notACluster(path: layout.cluster)
        }
        // What a killed initdb left is not worth mending: nobody can have used it.
        try FileSystem.removeTree(layout.staging)
        guard mkdir(layout.staging, 0o700) == 0 else {
            throw FileSystem.failure("Making the directory \(layout.staging)")
        }
        try user.own(layout.staging)
        try initialise()
        try writeSettings(in: layout.staging)
        try includeSettings()
        guard rename(layout.staging, layout.cluster) == 0 else {
            throw FileSystem.failure("Putting the new cluster into \(layout.cluster)")
        }
        try FileSystem.syncDirectory(layout.dataDirectory)
    }

    /// Writes the settings of this version of Bifrost, whatever version made the cluster.
    func writeSettings(
        in directory: String,
        recovery: ClusterRecovery? = nil
    ) throws(EmbeddedPostgresError) {
        let archive = WALArchive.directory(of: layout)
        let settings = ClusterSettings(
            socketDirectory: layout.socketDirectory,
            walCompression: try walCompression(in: directory),
            isArchived: archive != nil,
            recovery: recovery
        )
        if let archive {
            let script = WALArchive.script(archivingIn: archive)
            try FileSystem.replace(directory + "/" + WALArchive.scriptName, with: script, owner: user)
        }
        if let recovery {
            let script = directory + "/" + ClusterRecovery.scriptName
            try FileSystem.replace(script, with: recovery.script, owner: user)
        }
        try FileSystem.replace(directory + "/bifrost.conf", with: settings.text, owner: user)
    }

    private func initialise() throws(EmbeddedPostgresError) {
        let result = try ChildProcess.run(
            user.command([
                binaries.initdb, "-D", layout.staging, "--data-checksums", "--encoding=UTF8", "--locale=C",
                "--username=\(Self.superuser)", "--auth-local=trust", "--auth-host=reject",
                "--no-instructions",
            ])
        )
        guard result.code == 0 else { throw .creationFailed(output: result.output) }
    }

    private func includeSettings() throws(EmbeddedPostgresError) {
        let path = layout.staging + "/postgresql.conf"
        guard let stock = FileSystem.read(path) else { throw FileSystem.failure("Reading \(path)") }
        try FileSystem.replace(path, with: stock + "\ninclude 'bifrost.conf'\n", owner: user)
    }

    /// The server refuses a compression that it was not built with, so asking it is the test.
    private func walCompression(in directory: String) throws(EmbeddedPostgresError) -> String {
        let probe = try ChildProcess.run(
            user.command([
                binaries.postgres, "-D", directory, "-C", "wal_compression", "-c", "wal_compression=lz4",
            ])
        )
        return probe.code == 0 ? "lz4" : "pglz"
    }
}
