/// Tells prose from quoted code in Markdown: fenced blocks and code spans are literals, the rest is code.
enum MarkdownScanner {
    static func kinds(of bytes: [UInt8]) -> [TextKind] {
        var kinds: [TextKind] = []
        kinds.reserveCapacity(bytes.count)
        var fence: String?
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let text = String(decoding: line, as: UTF8.self).drop { $0 == " " }
            if let open = fence {
                if text.hasPrefix(open) { fence = nil }
                kinds += repeatElement(.literal, count: line.count)
            } else if let open = ["```", "~~~"].first(where: text.hasPrefix) {
                fence = open
                kinds += repeatElement(.literal, count: line.count)
            } else {
                kinds += spans(Array(line))
            }
            kinds.append(.code)
        }
        kinds.removeLast()
        return kinds
    }

    private static func spans(_ line: [UInt8]) -> [TextKind] {
        let tick = UInt8(ascii: "`")
        var kinds: [TextKind] = []
        while kinds.count < line.count {
            let rest = line[kinds.count...]
            let ticks = rest.prefix { $0 == tick }
            let afterTicks = rest[ticks.endIndex...]
            if ticks.isEmpty {
                kinds.append(.code)
            } else if let close = afterTicks.firstRange(of: ticks) {
                kinds += repeatElement(.literal, count: close.upperBound - rest.startIndex)
            } else {
                kinds += repeatElement(.code, count: ticks.count)
            }
        }
        return kinds
    }
}
