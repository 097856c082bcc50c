internal import EmbeddedPostgres
internal import EventStorePostgres
internal import PostgresClient

/// The step from a server to an open log: database, roles and tables are made where they are missing.
enum PreparedDatabase {
    private static let database = "bifrost"

    /// The log of a server that another process runs, `nil` while it does not answer.
    static func beside(_ cluster: EmbeddedCluster) -> PostgresLog? {
        do throws(SetupError) {
            return try PostgresLog.open(PostgresAccess { cluster.conninfo(user: $0, database: database) })
        } catch {
            return nil
        }
    }

    /// The log of our own server.
    static func embedded(_ cluster: EmbeddedCluster) throws(LogAccessError) -> PostgresLog {
        let superuser = EmbeddedCluster.superuser
        do {
            let connection = try PostgresConnection(cluster.conninfo(user: superuser, database: "postgres"))
            let known = try connection.query("select from pg_database where datname = $1", [.text(database)])
            if known.count == 0 { try connection.execute("create database \(database)") }
            try PostgresSetup.prepare(cluster.conninfo(user: superuser, database: database))
            return try PostgresLog.open(PostgresAccess { cluster.conninfo(user: $0, database: database) })
        } catch {
            throw LogAccessError("The log's database in \(cluster.dataDirectory) cannot be opened: \(error)")
        }
    }

    /// The log of the user's own server.
    ///
    /// The roles are made through the given URL, once, when they are missing.
    static func external(_ place: LogPlace) throws(LogAccessError) -> PostgresLog {
        guard let url = place.databaseURL, let access = access(url) else {
            throw LogAccessError(
                "The database URL is not of the form postgresql://[user[:password]@]host[:port]/database: give one"
                    + " with --database-url or BIFROST_DATABASE_URL"
            )
        }
        do throws(SetupError) {
            let log = try PostgresLog.open(access)
            allowReadModels(url, access)
            return log
        } catch {
            do throws(SetupError) {
                try PostgresSetup.prepare(url)
                return try PostgresLog.open(access)
            } catch let second {
                throw LogAccessError(
                    "The log at the given database URL cannot be opened: \(second). The first start needs a URL whose"
                        + " user may create roles; later ones connect as bifrost_owner, bifrost_writer,"
                        + " bifrost_reader and bifrost_publisher, which pg_hba.conf has to let in (without: \(error))"
                )
            }
        }
    }

    /// Gives the projector the rights that a database of an earlier build lacks, where the URL's user may.
    private static func allowReadModels(_ url: String, _ access: PostgresAccess) {
        do {
            let connection = try PostgresConnection(access.reader)
            let rights = try connection.query(
                "select has_database_privilege('bifrost_projector', current_database(), 'create')"
            )
            if try !rights.bool(0, 0) { try PostgresSetup.prepare(url) }
        } catch {
            // The log does not need them, and the projector says that it does.
            return
        }
    }

    /// The same URL for each role.
    private static func access(_ url: String) -> PostgresAccess? {
        guard let scheme = url.range(of: "://") else { return nil }
        let rest = url[scheme.upperBound...]
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
        let password = user.firstIndex(of: ":").map { String(user[$0...]) } ?? ""
        return PostgresAccess {
            "\(url[..<scheme.upperBound])\($0)\(password)@\(host)\(rest[authorityEnd...])"
        }
    }
}

extension String {
    /// The first place where `needle` stands.
    fileprivate func range(of needle: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) { return start..<index(start, offsetBy: needle.count) }
            start = index(after: start)
        }
        return nil
    }
}
