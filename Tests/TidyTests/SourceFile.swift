/// A tracked file, split into lines and, within a line, into what each part of it is.
struct SourceFile {
    /// One line, seen whole and through each kind of text.
    ///
    /// The views keep their columns: what they leave out is blank.
    struct Line {
        let number: Int
        let text: String
        let code: String
        let comment: String
        let literal: String
    }

    let path: String
    let text: String
    let lines: [Line]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        let bytes = Array(text.utf8)
        let kinds =
            switch path.split(separator: ".").last {
            case "swift": SwiftScanner.kinds(of: bytes)
            case "md": MarkdownScanner.kinds(of: bytes)
            default: [TextKind](repeating: .code, count: bytes.count)
            }
        lines = Self.lines(bytes, kinds)
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isMarkdown: Bool { path.hasSuffix(".md") }
    var isSQL: Bool { path.hasSuffix(".sql") }
    var isShell: Bool { path.hasSuffix(".sh") || text.hasPrefix("#!") }

    /// Generated code answers to its generator, not to the style guide.
    var isGenerated: Bool { path.hasPrefix("EventSchemas/Generated/") }

    var isTest: Bool { path.hasPrefix("Tests/") }

    /// No clock, no I/O, no Foundation, no randomness: what the same log must always fold to.
    var isPure: Bool {
        let folders = ["Sources/BifrostKernel/", "Sources/Domain/", "EventSchemas/Registry/", "Projections/"]
        return folders.contains(where: path.hasPrefix)
    }

    func finding(_ line: Line, _ problem: String, _ remedy: String) -> Finding {
        Finding(path: path, line: line.number, problem: problem, remedy: remedy)
    }

    private static func lines(_ bytes: [UInt8], _ kinds: [TextKind]) -> [Line] {
        var lines: [Line] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            func view(_ kind: TextKind) -> String {
                let seen = (start..<end).map { kinds[$0] == kind ? bytes[$0] : UInt8(ascii: " ") }
                return String(decoding: seen, as: UTF8.self)
            }
            lines.append(
                Line(
                    number: lines.count + 1,
                    text: String(decoding: bytes[start..<end], as: UTF8.self),
                    code: view(.code),
                    comment: view(.comment),
                    literal: view(.literal)
                )
            )
            start = end + 1
        }
        return lines
    }
}

/// What a byte of a file belongs to.
enum TextKind {
    case code
    case comment
    /// The inside of a string, its quotes, and escaped names: text that names nothing.
    case literal
}
