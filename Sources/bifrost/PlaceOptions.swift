internal import ArgumentParser
internal import Glibc
internal import Nodes

/// Where the log is: a data directory of ours, or a PostgreSQL of the user's own.
struct PlaceOptions: ParsableArguments {
    private static let dataDirectoryDefault = ".bifrost"

    @Option(
        name: .customLong("data-dir"),
        help: "The data directory (default: $BIFROST_DATA_DIR, else \(Self.dataDirectoryDefault))."
    )
    var dataDirectory: String?

    @Option(
        name: .customLong("database-url"),
        help: "A PostgreSQL of your own as a URL (default: $BIFROST_DATABASE_URL, else the embedded one)."
    )
    var databaseURL: String?

    /// The place that options and environment give, options first.
    var place: LogPlace {
        LogPlace(
            dataDirectory: dataDirectory ?? Self.environment("BIFROST_DATA_DIR") ?? Self.dataDirectoryDefault,
            databaseURL: databaseURL ?? Self.environment("BIFROST_DATABASE_URL")
        )
    }

    func validate() throws {
        if dataDirectory == "" { throw ValidationError("--data-dir is empty: name a directory.") }
        if databaseURL == "" {
            throw ValidationError(
                "--database-url is empty: give postgresql://user@host/database, or leave it out."
            )
        }
    }

    /// A variable of the environment; an empty one counts as absent.
    static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
