import Testing

/// A file that is not there, and what a check finds in it as "line: problem".
struct Snippet: CustomTestStringConvertible, Sendable {
    let path: String
    let text: String

    init(_ text: String, at path: String = "Sources/Engine/Snippet.swift") {
        self.path = path
        self.text = text
    }

    var file: SourceFile { SourceFile(path: path, text: text) }
    var testDescription: String { text }

    func found(by check: (SourceFile) -> [Finding]) -> [String] {
        check(file).map { "\($0.line): \($0.problem)" }
    }
}

extension [Snippet] {
    func found(by check: ([SourceFile]) -> [Finding]) -> [String] {
        check(map(\.file)).map { "\($0.path):\($0.line): \($0.problem)" }
    }
}
