internal import BifrostKernel
internal import Portfolios
internal import Sagas

/// What a file says that an account holds beside what its books say.
public struct HoldingsReport {
    /// One figure of both.
    public struct Line: Equatable, Sendable {
        /// `cash USD`, `AAPL quantity`, `AAPL cost`.
        public let name: String
        /// What the file says.
        public let file: String
        /// What the books say.
        public let books: String
        /// Books − file; `0` where they agree.
        public let difference: String
    }

    /// Every figure that either has, cash first, then instruments by symbol.
    public let lines: [Line]

    /// Whether all figures agree.
    public var agrees: Bool { lines.allSatisfy { $0.difference == "0" } }

    /// Compares `file` with `view`.
    public init(_ file: HoldingsFile, _ view: PortfolioView) {
        var theirs: [String: Int128] = [:]
        var ours: [String: Int128] = [:]
        for move in file.cash { theirs["cash \(move.currency.code)", default: 0] += move.amount.nanos }
        for line in view.cash where line.amount != .zero {
            ours["cash \(line.currency.code)"] = line.amount.nanos
        }
        for lot in file.lots {
            theirs["lots \(lot.symbol.text) quantity", default: 0] += Int128(lot.quantity.nanos)
            theirs["lots \(lot.symbol.text) cost", default: 0] += lot.cost.nanos
        }
        for position in view.positions {
            ours["lots \(position.symbol) quantity"] = Int128(position.quantity.nanos)
            ours["lots \(position.symbol) cost"] = position.cost.nanos
        }
        lines = Set(theirs.keys).union(ours.keys).sorted().map { name in
            let (file, books) = (theirs[name] ?? 0, ours[name] ?? 0)
            return Line(
                name: name.hasPrefix("lots ") ? String(name.dropFirst(5)) : name,
                file: Decimals.text(file),
                books: Decimals.text(books),
                difference: Decimals.text(books - file)
            )
        }
    }
}
