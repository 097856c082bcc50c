/// The store installs its SQL in the order of a list, so a file that is not listed would silently not exist.
enum SQLOrder {
    static let folder = "Sources/EventStorePostgres/SQL/"
    static let list = folder + "order.txt"

    /// The list names paths below the folder, one a line, each behind its step; `#` starts a comment.
    static func findings(in files: [SourceFile]) -> [Finding] {
        let sql = files.filter { $0.isSQL && $0.path.hasPrefix(folder) }
        guard let order = files.first(where: { $0.path == list }) else {
            return sql.prefix(1).map {
                Finding(
                    path: $0.path,
                    line: 1,
                    problem: "SQL without its order",
                    remedy: "list it in \(list)"
                )
            }
        }
        var listed: Set<String> = []
        var findings: [Finding] = []
        for line in order.lines {
            let words = line.text.prefix { $0 != "#" }.split { $0.isWhitespace }
            guard let name = words.last.map(String.init) else { continue }
            if !listed.insert(name).inserted {
                findings.append(order.finding(line, "`\(name)` is listed twice", "keep one of the two"))
            } else if !sql.contains(where: { $0.path == folder + name }) {
                findings.append(
                    order.finding(line, "`\(name)` does not exist", "add the file or drop the line")
                )
            }
        }
        let unlisted = sql.filter { !listed.contains(String($0.path.dropFirst(folder.count))) }
        return findings
            + unlisted.map {
                Finding(
                    path: $0.path,
                    line: 1,
                    problem: "not in the order of SQL",
                    remedy: "list it in \(list)"
                )
            }
    }
}
