/// What keeps the pages together: one title each, links that lead somewhere, decisions with a status.
enum Documents {
    static func titles(of file: SourceFile) -> [Finding] {
        guard file.isMarkdown else { return [] }
        let titles = file.lines.filter { $0.code.hasPrefix("# ") }
        if titles.isEmpty {
            return [Finding(path: file.path, line: 1, problem: "no title", remedy: "begin with a `# Title`")]
        }
        return titles.dropFirst().map {
            file.finding($0, "a second title", "use `##`, or make it a page of its own")
        }
    }

    static func statuses(of file: SourceFile) -> [Finding] {
        guard file.isMarkdown, file.path.hasPrefix("docs/decisions/"), !file.path.hasSuffix("/README.md"),
            !file.lines.contains(where: { $0.code.contains(/^Status: *\S/) })
        else { return [] }
        return [
            Finding(
                path: file.path,
                line: 1,
                problem: "a decision without its status",
                remedy: "add a line `Status: Proposed`, `Accepted` or `Superseded by …`"
            )
        ]
    }

    static func brokenLinks(in files: [SourceFile], paths: Set<String>) -> [Finding] {
        let places = paths.union(paths.flatMap(foldersAbove))
        return files.filter(\.isMarkdown).flatMap { file in
            file.lines.flatMap { line in
                relativeLinks(in: line.code).compactMap { link in
                    let place = resolve(link, from: file.path)
                    guard place.map(places.contains) != true else { return nil }
                    return file.finding(line, "broken link to `\(link)`", "correct the path or drop the link")
                }
            }
        }
    }

    /// The targets of `[text](target)` and `[name]: target` that lead to a file, without their anchors.
    private static func relativeLinks(in line: String) -> [String] {
        let inline = line.matches(of: /\]\( *<?([^)\s>]*)/).map { String($0.1) }
        let named = line.matches(of: /^ {0,3}\[[^\]]+\]: +<?([^\s>]+)/).map { String($0.1) }
        return (inline + named)
            .filter { !$0.contains(/^[a-zA-Z][a-zA-Z0-9+.\-]*:/) }
            .map { String($0.prefix { $0 != "#" && $0 != "?" }) }
            .filter { !$0.isEmpty }
    }

    /// The path from the root of the repository, or nothing when the link leaves it.
    private static func resolve(_ link: String, from path: String) -> String? {
        var parts = link.hasPrefix("/") ? [] : path.split(separator: "/").dropLast()
        for part in link.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }

    private static func foldersAbove(_ path: String) -> [String] {
        let parts = path.split(separator: "/")
        return parts.indices.map { parts[..<$0].joined(separator: "/") }
    }
}
