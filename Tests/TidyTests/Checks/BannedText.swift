import Foundation

/// Text that must not appear, where, and what to write instead.
struct BannedText {
    enum Scope {
        case pure
        case tests
        case everywhere
    }

    let text: String
    let scope: Scope
    let remedy: String

    static let inCode: [BannedText] = [
        .init("import Foundation", .pure, "keep it pure: take what you need as a value"),
        .init("import Glibc", .pure, "keep it pure: take what you need as a value"),
        .init("Date(", .pure, "take the time from the command"),
        .init("UUID(", .pure, "derive the id from slot, command position and index"),
        .init(".now", .pure, "take the time from the command"),
        .init("print(", .pure, "return a value or an event"),
        .init("Double", .pure, "use an integer quantity with a unit"),
        .init("Float", .pure, "use an integer quantity with a unit"),
        .init("Decimal", .pure, "use an integer quantity with a unit"),
        .init("async", .pure, "return what to do and let the engine wait"),
        .init("Task", .pure, "return what to do and let the engine run it"),
        .init("try!", .everywhere, "handle or rethrow the error"),
        .init("as!", .everywhere, "use `as?` or a type that makes the cast needless"),
        .init("fatalError", .everywhere, "use `precondition` with the true statement, or throw"),
        .init("Task.detached", .everywhere, "use a task group or a Service"),
    ]

    /// As part of a word too, in either case: `SystemRandomNumberGenerator`, `usleep(`.
    static let insideWords: [BannedText] = [
        .init("random", .pure, "take the chosen value from the command"),
        .init("sleep(", .tests, "wait on a signal"),
    ]

    /// In comments as well, and in every kind of file.
    static let inCodeAndComments: [BannedText] = [
        .init("TODO", .everywhere, "do it now, or open an issue"),
        .init("FIXME", .everywhere, "fix it now, or open an issue"),
    ]

    /// In literals as well: a compiler flag is one.
    static let anywhere: [BannedText] = [
        .init("-O" + "unchecked", .everywhere, "keep the checks: arithmetic traps are part of the design")
    ]

    init(_ text: String, _ scope: Scope, _ remedy: String) {
        self.text = text
        self.scope = scope
        self.remedy = remedy
    }

    static func findings(in file: SourceFile) -> [Finding] {
        var findings = inCodeAndComments.flatMap { ban in
            ban.findings(in: file) { $0.code.mentions(ban.text) || $0.comment.mentions(ban.text) }
        }
        if !file.isMarkdown {
            findings += anywhere.flatMap { ban in ban.findings(in: file) { $0.text.contains(ban.text) } }
        }
        if file.isSwift {
            findings += inCode.flatMap { ban in ban.findings(in: file) { $0.code.mentions(ban.text) } }
            findings += insideWords.flatMap { ban in
                ban.findings(in: file) { $0.code.lowercased().contains(ban.text) }
            }
        }
        return findings
    }

    private func findings(in file: SourceFile, where isHere: (SourceFile.Line) -> Bool) -> [Finding] {
        let applies =
            switch scope {
            case .pure: file.isPure
            case .tests: file.isTest
            case .everywhere: true
            }
        guard applies, file.text.range(of: text, options: .caseInsensitive) != nil else { return [] }
        return file.lines.filter(isHere).map { file.finding($0, "`\(text)` is banned here", remedy) }
    }
}
