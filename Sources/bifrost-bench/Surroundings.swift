import Glibc
import PostgresClient

/// What a figure depends on, printed with it.
enum Surroundings {
    private static let settings = [
        "server_version", "fsync", "synchronous_commit", "wal_sync_method", "full_page_writes",
        "wal_compression",
        "max_wal_size", "shared_buffers", "autovacuum",
    ]

    /// Prints machine, commit and the settings of the server, where there is one.
    static func report(_ connection: PostgresConnection?, asJSON: Bool) throws {
        let cpu = lines(of: "/proc/cpuinfo").first { $0.hasPrefix("model name") }
        let memory = lines(of: "/proc/meminfo").first ?? "unknown memory"
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        var figures: [(name: String, text: String)] = [
            ("machine", "\(cores) cores, \(cpu ?? "unknown model"), \(memory)"), ("commit", commit),
        ]
        if let connection {
            let values = try settings.map { "\($0)=\(try connection.query("show \($0)").text(0, 0))" }
            figures.append(("postgres", values.joined(separator: " ")))
        }
        if asJSON {
            var table = FigureTable("surroundings", asJSON: true)
            table.add(figures.map { ($0.name, .text($0.text)) })
        } else {
            for figure in figures { print("\(figure.name): \(figure.text)") }
        }
    }

    /// What the working copy is at; its changes, if any, are not told.
    private static var commit: String {
        guard let head = lines(of: ".git/HEAD").first else { return "unknown" }
        guard head.hasPrefix("ref: ") else { return head }
        return lines(of: ".git/" + head.dropFirst(5)).first ?? "unknown"
    }

    private static func lines(of path: String) -> [String] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").map {
            String($0).replacing("\t", with: " ")
        }
    }
}
