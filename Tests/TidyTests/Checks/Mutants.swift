import Foundation

/// A planted defect that no longer fits the code proves nothing, and nobody sees that before the next night.
enum Mutants {
    static let folder = "ops/mutants.d/"

    /// Each names a file and a text that stands in it once.
    static func stale(in files: [SourceFile]) -> [Finding] {
        files.filter { $0.path.hasPrefix(folder) }.compactMap { mutant in
            let parts = mutant.text.components(separatedBy: "--- old\n")
            let texts = parts.last?.components(separatedBy: "--- new\n") ?? []
            guard parts.count == 2, texts.count == 2, let old = texts.first,
                let line = mutant.lines.first(where: { $0.text.hasPrefix("file: ") })
            else {
                return Finding(
                    path: mutant.path,
                    line: 1,
                    problem: "no mutant",
                    remedy: "give it `file: `, `--- old` and `--- new`"
                )
            }
            let path = String(line.text.dropFirst("file: ".count))
            let code = files.first { $0.path == path }?.text ?? ""
            let count = code.components(separatedBy: old).count - 1
            guard count != 1 else { return nil }
            return mutant.finding(line, "its text stands in \(path) \(count) times", "bring it up to date")
        }
    }
}
