internal import Glibc

/// Standard output in large writes; when the reader went away (`| head`), what follows is dropped without a
/// word.
struct Output: ~Copyable {
    private var waiting: [UInt8] = []
    private(set) var isClosed = false

    private static let waitingBytesMax = 1 << 16

    deinit {
        var rest = waiting[...]
        if !isClosed { _ = Self.send(&rest) }
    }

    /// Writes a line; `false` when nobody reads any more.
    @discardableResult
    mutating func line(_ text: String) -> Bool {
        waiting.append(contentsOf: text.utf8)
        waiting.append(UInt8(ascii: "\n"))
        if waiting.count >= Self.waitingBytesMax { flush() }
        return !isClosed
    }

    /// Writes what waits.
    mutating func flush() {
        var rest = waiting[...]
        if !isClosed, !Self.send(&rest) { isClosed = true }
        waiting.removeAll(keepingCapacity: true)
    }

    private static func send(_ rest: inout ArraySlice<UInt8>) -> Bool {
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }
}

/// Lines of cells in columns as wide as their widest cell.
struct Table {
    /// On which side of its column a cell stands.
    enum Side {
        case left
        case right
    }

    private let sides: [Side]
    private var rows: [[String]]

    /// A table with a first row of titles.
    init(_ columns: [(title: String, side: Side)]) {
        sides = columns.map { $0.side }
        rows = [columns.map { $0.title }]
    }

    /// A table without titles.
    init(_ sides: [Side]) {
        self.sides = sides
        rows = []
    }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var lines: [String] {
        let widths = sides.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                line += (column == 0 ? "" : "  ") + (sides[column] == .left ? cell + gap : gap + cell)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

/// A line on standard error that shows how far a long read is; nothing unless a person watches.
struct ProgressBar {
    private let label: String
    private let isShown = isatty(STDERR_FILENO) == 1
    private var lastTenths: Int64 = -1

    private static let cellsMax: Int64 = 30

    init(_ label: String) { self.label = label }

    mutating func show(_ done: Int64, of total: Int64, _ remark: String = "") {
        guard isShown, total > 0 else { return }
        let tenths = done * 1000 / total
        guard tenths != lastTenths else { return }
        lastTenths = tenths
        let filled = Int(done * Self.cellsMax / total)
        let bar =
            String(repeating: "█", count: filled) + String(repeating: "░", count: Int(Self.cellsMax) - filled)
        let percent = "\(tenths / 10).\(tenths % 10) %"
        Self.write("\r\u{1b}[2K\(label) \(bar) \(percent)  \(done) of \(total)\(remark)")
    }

    /// Clears the line.
    func end() {
        if isShown, lastTenths >= 0 { Self.write("\r\u{1b}[2K") }
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
