/// Tells code from comments and literals in Swift source.
///
/// It knows nested comments, every form of string with its interpolations (whose inside is code again),
/// regular expressions and names in backticks. It does not parse: a regular expression without `#` is one
/// where an operand is expected, and a single-line string that is never closed ends with its line, so that a
/// mistake stays on that line.
struct SwiftScanner {
    private struct Quote {
        let hashes: Int
        let isMultiline: Bool
    }

    private struct Interpolation {
        let quote: Quote
        var parenthesesOpen = 0
    }

    private let bytes: [UInt8]
    private var kinds: [TextKind]
    private var index = 0
    private var interpolations: [Interpolation] = []

    static func kinds(of bytes: [UInt8]) -> [TextKind] {
        var scanner = SwiftScanner(bytes: bytes)
        while scanner.index < bytes.count { scanner.step() }
        return scanner.kinds
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        kinds = [TextKind](repeating: .code, count: bytes.count)
    }

    private mutating func step() {
        switch bytes[index] {
        case UInt8(ascii: "/"): slash()
        case UInt8(ascii: "\""): openString(hashes: 0)
        case UInt8(ascii: "#"): hash()
        case UInt8(ascii: "`"): take(.literal, through: "`")
        case UInt8(ascii: "("):
            if !interpolations.isEmpty { interpolations[interpolations.count - 1].parenthesesOpen += 1 }
            index += 1
        case UInt8(ascii: ")"): closeParenthesis()
        default: index += 1
        }
    }

    private mutating func closeParenthesis() {
        guard let innermost = interpolations.last else {
            index += 1
            return
        }
        guard innermost.parenthesesOpen == 0 else {
            interpolations[interpolations.count - 1].parenthesesOpen -= 1
            index += 1
            return
        }
        interpolations.removeLast()
        take(.literal, 1)
        string(innermost.quote)
    }

    private mutating func slash() {
        if isAt("//") {
            while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { take(.comment, 1) }
        } else if isAt("/*") {
            blockComment()
        } else if isRegexStart {
            take(.literal, through: "/")
        } else {
            index += 1
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if isAt("/*") {
                depth += 1
                take(.comment, 2)
            } else if isAt("*/") {
                depth -= 1
                take(.comment, 2)
            } else {
                take(.comment, 1)
            }
        } while depth > 0 && index < bytes.count
    }

    /// `#"…"#` and `#/…/#`; any other `#` starts a directive or a macro, which is code.
    private mutating func hash() {
        let hashes = bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count
        let next = index + hashes < bytes.count ? bytes[index + hashes] : 0
        if next == UInt8(ascii: "\"") {
            take(.literal, hashes)
            openString(hashes: hashes)
        } else if next == UInt8(ascii: "/") {
            let closing = "/" + String(repeating: "#", count: hashes)
            take(.literal, hashes + 1)
            while index < bytes.count, !isAt(closing) { take(.literal, 1) }
            take(.literal, hashes + 1)
        } else {
            index += hashes
        }
    }

    private mutating func openString(hashes: Int) {
        let isMultiline = isAt("\"\"\"")
        take(.literal, isMultiline ? 3 : 1)
        string(Quote(hashes: hashes, isMultiline: isMultiline))
    }

    /// Reads to the end of the string, or to an interpolation, whose closing parenthesis comes back here.
    private mutating func string(_ quote: Quote) {
        let hashes = String(repeating: "#", count: quote.hashes)
        let closing = (quote.isMultiline ? "\"\"\"" : "\"") + hashes
        let escape = "\\" + hashes
        while index < bytes.count {
            if isAt(closing) {
                return take(.literal, closing.utf8.count)
            } else if isAt(escape + "(") {
                take(.literal, escape.utf8.count + 1)
                return interpolations.append(Interpolation(quote: quote))
            } else if isAt(escape) {
                take(.literal, escape.utf8.count + 1)
            } else if !quote.isMultiline, bytes[index] == UInt8(ascii: "\n") {
                return
            } else {
                take(.literal, 1)
            }
        }
    }

    /// An operand is expected here, no blank follows, and the line has the closing slash.
    private var isRegexStart: Bool {
        let blank = UInt8(ascii: " ")
        let before = bytes[..<index].last { $0 != blank } ?? UInt8(ascii: "\n")
        let line = bytes[index...].dropFirst().prefix { $0 != UInt8(ascii: "\n") }
        return "\n(,=:[{!?".utf8.contains(before) && line.first != blank && line.contains(UInt8(ascii: "/"))
    }

    private func isAt(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

    private mutating func take(_ kind: TextKind, _ count: Int) {
        let end = min(index + count, bytes.count)
        for position in index..<end { kinds[position] = kind }
        index = end
    }

    /// Takes what starts here up to the next `closing` that no backslash escapes, but not beyond the line.
    private mutating func take(_ kind: TextKind, through closing: Character) {
        take(kind, 1)
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") {
            if isAt("\\") {
                take(kind, 2)
            } else if isAt(String(closing)) {
                return take(kind, 1)
            } else {
                take(kind, 1)
            }
        }
    }
}
