import Foundation
import Testing

@Suite("the tree keeps the style guide")
struct TidyTests {
    @Test("every tracked file passes every check")
    func tree() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let repository = try Repository(root: root)
        let files = try repository.textFiles()
        #expect(files.contains { $0.path == "Package.swift" }, "the walk starts at the root of the package")
        let findings = Self.findings(in: files, paths: Set(repository.paths))
        guard !findings.isEmpty else { return }
        let list = findings.map(\.description).joined(separator: "\n")
        Issue.record("\(findings.count) findings\n\(list)")
    }

    private static let fileChecks: [@Sendable (SourceFile) -> [Finding]] = [
        Shape.longLines, Shape.longFile, Shape.longFunctions,
        BannedText.findings,
        Reasons.unsafety, Reasons.unorderedIteration,
        Imports.forbidden,
        Documents.titles, Documents.statuses,
    ]

    private static let treeChecks: [@Sendable ([SourceFile]) -> [Finding]] = [
        Imports.unknownTargets, Imports.unknownCModules, SQLOrder.findings, Mutants.stale,
    ]

    static func findings(in all: [SourceFile], paths: Set<String>) -> [Finding] {
        let files = all.filter { !$0.isGenerated }
        let findings =
            files.flatMap { file in fileChecks.flatMap { $0(file) } }
            + treeChecks.flatMap { $0(files) }
            + Documents.brokenLinks(in: files, paths: paths)
        return findings.sorted { ($0.path, $0.line) < ($1.path, $1.line) }
    }
}
