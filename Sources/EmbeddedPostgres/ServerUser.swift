import Glibc

/// Who runs the server: PostgreSQL refuses root, so root runs it as the user that the Debian package makes.
struct ServerUser {
    let name: String
    let id: uid_t
    let group: gid_t
    /// The words before a command that switch to the user; none when we are the user already.
    private let prefix: [String]

    /// The program that starts others with another user or another fate.
    static var setpriv: String? {
        ["/usr/bin/setpriv", "/bin/setpriv"].first(where: FileSystem.isExecutableFile)
    }

    static func current() throws(EmbeddedPostgresError) -> ServerUser {
        guard geteuid() == 0 else {
            let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
            return ServerUser(name: name ?? "\(geteuid())", id: geteuid(), group: getegid(), prefix: [])
        }
        guard let entry = getpwnam("postgres") else {
            throw .missingForRoot(what: "the user postgres", package: "postgresql")
        }
        guard let setpriv else {
            throw .missingForRoot(what: "the program setpriv", package: "util-linux")
        }
        return ServerUser(
            name: "postgres",
            id: entry.pointee.pw_uid,
            group: entry.pointee.pw_gid,
            prefix: [setpriv, "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        )
    }

    /// Whether we are root and run the server as somebody else.
    var isSwitched: Bool { !prefix.isEmpty }

    /// The command line that runs the command as this user.
    func command(_ arguments: [String]) -> [String] { prefix + arguments }

    /// Gives a file or directory to the user; nothing to do where we are the user.
    func own(_ path: String) throws(EmbeddedPostgresError) {
        guard isSwitched else { return }
        guard lchown(path, id, group) == 0 else { throw FileSystem.failure("Giving \(path) to \(name)") }
    }

    /// Throws with the first directory on the way down that the user may not pass through.
    func checkSearchable(_ directory: String) throws(EmbeddedPostgresError) {
        guard try !canSearch(directory) else { return }
        var path = ""
        for part in directory.split(separator: "/") {
            path += "/\(part)"
            guard try canSearch(path) else { throw .directoryBlocked(directory: path, user: name) }
        }
    }

    /// The kernel decides, asked by a process of the user, so that access lists count too.
    private func canSearch(_ directory: String) throws(EmbeddedPostgresError) -> Bool {
        guard isSwitched else { return access(directory, X_OK) == 0 }
        return try ChildProcess.run(command(["/usr/bin/test", "-x", directory])).code == 0
    }
}
