/// Figures of one kind, printed as a table or as JSON lines.
struct FigureTable {
    /// One figure: as it is printed, and whether JSON needs quotes around it.
    enum Figure {
        case text(String)
        case count(Int)
        /// A ratio or a time, with three decimals.
        case decimal(Double)

        var text: String {
            switch self {
            case .text(let text): text
            case .count(let count): String(count)
            case .decimal(let value): Self.threeDecimals(value)
            }
        }

        private static func threeDecimals(_ value: Double) -> String {
            let thousandths = Int((value * 1_000).rounded())
            let fraction = String(abs(thousandths) % 1_000)
            let sign = thousandths < 0 ? "-" : ""
            return "\(sign)\(abs(thousandths) / 1_000)."
                + String(repeating: "0", count: 3 - fraction.count) + fraction
        }
    }

    let name: String
    let asJSON: Bool
    private var rows: [[(name: String, figure: Figure)]] = []

    init(_ name: String, asJSON: Bool) {
        self.name = name
        self.asJSON = asJSON
    }

    /// Adds a row; JSON lines are printed at once, a table waits for `finish`.
    mutating func add(_ row: [(name: String, figure: Figure)]) {
        rows.append(row)
        guard asJSON else { return }
        let fields = row.map { cell in
            if case .text(let text) = cell.figure { return "\"\(cell.name)\":\"\(text)\"" }
            return "\"\(cell.name)\":\(cell.figure.text)"
        }
        print("{\"bench\":\"\(name)\",\(fields.joined(separator: ","))}")
    }

    /// Prints the table.
    func finish() {
        guard !asJSON, let first = rows.first else { return }
        let header = first.map { $0.name }
        let lines = [header] + rows.map { $0.map { $0.figure.text } }
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        print("\n\(name)")
        for line in lines {
            let cells = zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
            print("  " + cells.joined(separator: "  "))
        }
    }
}
