/// What is allowed only with its reason in a comment beside it.
enum Reasons {
    static let reasonLinesAboveMax = 3

    /// Targets that wrap C: the compiler's strict memory safety makes them mark every unsafe expression, so
    /// that a reason at each would only be noise.
    static let bridges: Set<String> = ["PostgresClient", "LZ4Codec", "AMQPClient"]

    static func unsafety(in file: SourceFile) -> [Finding] {
        guard file.isSwift else { return [] }
        let isBridge = bridges.contains(Targets.name(of: file.path) ?? "")
        return file.lines.compactMap { line in
            let marks = ["@unchecked Sendable", "nonisolated(unsafe)", "unowned(unsafe)"]
            let mark = marks.first(where: line.code.mentions)
            guard let found = mark ?? (!isBridge && hasUnsafeExpression(line) ? "unsafe" : nil) else {
                return nil
            }
            guard !hasReason("SAFETY:", line, in: file, linesAbove: reasonLinesAboveMax) else { return nil }
            let remedy =
                "name what guards it in a `// SAFETY:` here or in the \(reasonLinesAboveMax) lines above"
            return file.finding(line, "`\(found)` without its reason", remedy)
        }
    }

    /// A dictionary has no order, so what is folded, stored or sent must not follow from one.
    static func unorderedIteration(in file: SourceFile) -> [Finding] {
        guard file.isSwift, file.isPure else { return [] }
        return file.lines.compactMap { line in
            guard iteratesDictionary(line), !hasReason("ORDER:", line, in: file, linesAbove: 1) else {
                return nil
            }
            let remedy = "iterate an ordered structure, or say why order cannot show in `// ORDER:` above"
            return file.finding(line, "iteration of a dictionary", remedy)
        }
    }

    /// `unsafe x`, and not the attribute, a member or a label of that name.
    private static func hasUnsafeExpression(_ line: SourceFile.Line) -> Bool {
        line.code.positions(of: "unsafe").contains { before, after in
            guard before.last != "@", before.last != ".", after.first == " " else { return false }
            guard let next = after.first(where: { $0 != " " }) else { return false }
            return next.isLetter || "_&([`$".contains(next)
        }
    }

    private static func iteratesDictionary(_ line: SourceFile.Line) -> Bool {
        guard line.code.contains("ByID") || line.code.contains("ByName") else { return false }
        if line.code.contains(/By(ID|Name)(\.keys|\.values)?\.forEach(?!\w)/) { return true }
        guard let loop = line.code.firstMatch(of: /(?:^|\W)for .* in (.*?)(?: where |\{|$)/) else {
            return false
        }
        return loop.1.contains(/By(ID|Name)(?![\w\[])/) && !loop.1.contains(".sorted")
    }

    private static func hasReason(
        _ mark: String,
        _ line: SourceFile.Line,
        in file: SourceFile,
        linesAbove: Int
    ) -> Bool {
        let first = max(0, line.number - 1 - linesAbove)
        return file.lines[first..<line.number].contains { $0.comment.contains("// " + mark) }
    }
}
