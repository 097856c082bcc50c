import Glibc

/// The programs of one installed PostgreSQL server.
package struct ServerBinaries: Equatable, Sendable {
    /// The directory that holds `postgres` and `initdb`.
    package let directory: String
    /// The major version, as the program itself says.
    package let major: Int

    /// Older servers lack LZ4 for the write-ahead log.
    static let majorMin = 15

    var postgres: String { directory + "/postgres" }
    var initdb: String { directory + "/initdb" }
    var baseBackup: String { directory + "/pg_basebackup" }
    var verifyBackup: String { directory + "/pg_verifybackup" }

    /// Where to look: an explicit directory alone, else Debian's places and then the path.
    package struct Places: Sendable {
        package var explicit: String?
        package var debian: String
        package var path: String

        package init(explicit: String?, debian: String, path: String) {
            self.explicit = explicit
            self.debian = debian
            self.path = path
        }

        package static var ofThisProcess: Places {
            Places(
                explicit: getenv("BIFROST_PG_BIN").map { String(cString: $0) },
                debian: "/usr/lib/postgresql",
                path: getenv("PATH").map { String(cString: $0) } ?? ""
            )
        }

        /// The directories to try, the best first.
        var directories: [String] {
            if let explicit, !explicit.isEmpty { return [explicit] }
            let majors = FileSystem.entries(of: debian).compactMap { Int($0) }.sorted(by: >)
            return majors.map { "\(debian)/\($0)/bin" } + path.split(separator: ":").map(String.init)
        }

        var names: [String] {
            if let explicit, !explicit.isEmpty { return ["BIFROST_PG_BIN (\(explicit))"] }
            return ["\(debian)/*/bin", "PATH"]
        }
    }

    /// The server that fits: of the cluster's own version where there is one, else the newest.
    ///
    /// `cluster` is the text of `PG_VERSION` in `path`.
    package static func choose(
        cluster: String?,
        path: String,
        places: Places
    ) throws(EmbeddedPostgresError) -> ServerBinaries {
        var installed: [Int] = []
        for directory in places.directories {
            guard let found = try ServerBinaries(directory: directory), found.major >= majorMin else {
                continue
            }
            guard let cluster, cluster != String(found.major) else { return found }
            installed.append(found.major)
        }
        guard let cluster, !installed.isEmpty else { throw .serverNotInstalled(searched: places.names) }
        throw .wrongMajorVersion(cluster: cluster, installed: installed, path: path)
    }

    /// The server in a directory, or nil where none works.
    private init?(directory: String) throws(EmbeddedPostgresError) {
        // A link in the path leads to the directory where the other programs are.
        guard FileSystem.isExecutableFile(directory + "/postgres"),
            let program = FileSystem.resolved(directory + "/postgres")
        else { return nil }
        self.directory = FileSystem.parent(of: program)
        guard FileSystem.isExecutableFile(self.directory + "/initdb") else { return nil }
        let answer = try ChildProcess.run([program, "--version"])
        // "postgres (PostgreSQL) 15.20 (Debian …)"
        let words = answer.output.split(separator: " ")
        guard answer.code == 0, words.count >= 3, let major = Int(words[2].prefix(while: \.isNumber)) else {
            return nil
        }
        self.major = major
    }
}
