/// A file holds one idea and a function fits a screen.
enum Shape {
    static let lineColumnsMax = 110
    static let fileLinesMax = 500
    static let functionLinesMax = 60

    static func longLines(in file: SourceFile) -> [Finding] {
        guard file.isSwift else { return [] }
        return file.lines.filter(isTooLong).map {
            file.finding($0, "\($0.text.count) columns", "break the line at \(lineColumnsMax)")
        }
    }

    static func longFile(_ file: SourceFile) -> [Finding] {
        guard file.isSwift || file.isSQL || file.isShell, let last = file.lines.last else { return [] }
        guard last.number > fileLinesMax else { return [] }
        return [
            file.finding(last, "\(last.number) lines", "split the file at \(fileLinesMax): one idea each")
        ]
    }

    static func longFunctions(in file: SourceFile) -> [Finding] {
        guard file.isSwift else { return [] }
        return Function.all(in: file).filter { $0.lineCount > functionLinesMax }.map {
            let remedy = "branch here and move the leaves out, so that it fits \(functionLinesMax) lines"
            return file.finding($0.declaration, "a function of \($0.lineCount) lines", remedy)
        }
    }

    /// What cannot be broken well is excused: an address, and a line that is mostly a literal.
    private static func isTooLong(_ line: SourceFile.Line) -> Bool {
        guard line.text.count > lineColumnsMax else { return false }
        guard line.literal.nonBlankCount * 2 < line.text.nonBlankCount else { return false }
        let addresses = line.text.split(separator: " ").filter { $0.contains("://") }
        return line.text.count - addresses.reduce(0) { $0 + $1.count } > lineColumnsMax
    }
}

/// A function, initialiser or subscript that has a body.
struct Function {
    let declaration: SourceFile.Line
    let lineCount: Int

    static func all(in file: SourceFile) -> [Function] {
        let tokens = Token.all(in: file)
        return tokens.indices.compactMap { index in
            guard tokens[index].startsFunction,
                let open = bodyStart(of: index, in: tokens),
                let close = closingBrace(of: open, in: tokens)
            else { return nil }
            let first = tokens[index].line
            return Function(declaration: first, lineCount: tokens[close].line.number - first.number + 1)
        }
    }

    /// The brace that opens the body: the first outside the signature's brackets.
    ///
    /// A requirement in a protocol has none before the next declaration.
    private static func bodyStart(of declaration: Int, in tokens: [Token]) -> Int? {
        var bracketsOpen = 0
        for index in tokens.indices.dropFirst(declaration + 1) {
            switch tokens[index].text {
            case "(", "[": bracketsOpen += 1
            case ")", "]": bracketsOpen -= 1
            case "{" where bracketsOpen == 0: return index
            case "}" where bracketsOpen == 0: return nil
            default: if bracketsOpen == 0, tokens[index].startsDeclaration { return nil }
            }
            guard bracketsOpen >= 0 else { return nil }
        }
        return nil
    }

    private static func closingBrace(of open: Int, in tokens: [Token]) -> Int? {
        var bracesOpen = 0
        for index in tokens.indices.dropFirst(open) {
            switch tokens[index].text {
            case "{": bracesOpen += 1
            case "}": bracesOpen -= 1
            default: break
            }
            if bracesOpen == 0 { return index }
        }
        return nil
    }
}

/// A word or a bracket of code.
private struct Token {
    let text: Substring
    let line: SourceFile.Line
    let followsDot: Bool

    private static let functionWords: Set<Substring> = ["func", "init", "deinit", "subscript"]
    private static let declarationWords: Set<Substring> = functionWords.union([
        "associatedtype", "case", "class", "enum", "extension", "let", "mutating", "static", "struct",
        "typealias", "var",
    ])

    var startsFunction: Bool { !followsDot && Self.functionWords.contains(text) }
    var startsDeclaration: Bool { !followsDot && Self.declarationWords.contains(text) }

    static func all(in file: SourceFile) -> [Token] {
        file.lines.flatMap { line in
            var tokens: [Token] = []
            var rest = line.code[...]
            var followsDot = false
            while let first = rest.first {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                let text = word.isEmpty ? rest.prefix(1) : word
                if !word.isEmpty || "(){}[]".contains(first) {
                    tokens.append(Token(text: text, line: line, followsDot: followsDot))
                }
                followsDot = first == "."
                rest = rest[text.endIndex...]
            }
            return tokens
        }
    }
}
