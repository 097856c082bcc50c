public import BifrostKernel

/// Intraday prices as a text of comma-separated lines.
///
/// The first line names the columns `symbol`, `at` and one or more of `bid`, `ask` and `last`, in any order.
/// `at` is a moment of RFC 3339 in UTC. Values are never quoted; a price that is not known is left empty.
public struct PriceFile: Sendable {
    /// One line of prices.
    public struct Line: Equatable, Sendable {
        /// The instrument, by the symbol that it has when the file is recorded.
        public var symbol: Symbol
        /// When it was quoted.
        public var at: Timestamp
        /// What buyers offered.
        public var bid: Price?
        /// What sellers asked.
        public var ask: Price?
        /// What was traded last.
        public var last: Price?
    }

    /// The lines, in the order of the file.
    public private(set) var lines: [Line] = []
    /// What is wrong, as `line 3: …`, in the order of the lines; what has faults is not recorded.
    public private(set) var faults: [String] = []

    private static let prices = ["bid", "ask", "last"]

    /// Reads `text`.
    public init(_ text: String) {
        var rows = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        while rows.last?.isEmpty == true { rows.removeLast() }
        let columns = Self.cells(rows.first ?? "")
        let known = ["symbol", "at"] + Self.prices
        guard Set(columns).count == columns.count, columns.allSatisfy(known.contains),
            columns.contains("symbol"), columns.contains("at"), columns.count > 2
        else {
            faults = ["line 1: expected the columns symbol, at and some of bid, ask and last"]
            return
        }
        for (index, row) in rows.enumerated().dropFirst() {
            do throws(Refusal) {
                lines.append(try Self.line(row, columns))
            } catch {
                faults.append("line \(index + 1): \(error.reason)")
            }
        }
        if rows.count == 1 { faults = ["line 1: no prices follow"] }
    }

    private struct Refusal: Error { let reason: String }

    private static func cells(_ row: String) -> [String] {
        row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func line(_ row: String, _ columns: [String]) throws(Refusal) -> Line {
        let cells = cells(row)
        guard cells.count == columns.count else {
            throw Refusal(reason: "expected \(columns.count) values, was \(cells.count)")
        }
        let valueByColumn = Dictionary(zip(columns, cells)) { first, _ in first }
        let (symbolText, atText) = (valueByColumn["symbol"] ?? "", valueByColumn["at"] ?? "")
        guard let symbol = Symbol(symbolText) else {
            throw Refusal(reason: "'\(symbolText)' is no symbol")
        }
        guard let at = Timestamp(atText) else {
            throw Refusal(reason: "'\(atText)' is no moment as 2026-01-02T15:30:00Z")
        }
        var prices: [Price?] = []
        for column in Self.prices { prices.append(try price(valueByColumn[column] ?? "", column)) }
        guard prices.contains(where: { $0 != nil }) else { throw Refusal(reason: "it has no price") }
        if let bid = prices[0], let ask = prices[1], bid > ask {
            throw Refusal(reason: "the bid \(bid.text) is above the ask \(ask.text)")
        }
        return Line(symbol: symbol, at: at, bid: prices[0], ask: prices[1], last: prices[2])
    }

    private static func price(_ text: String, _ column: String) throws(Refusal) -> Price? {
        guard !text.isEmpty else { return nil }
        let price: Price
        do throws(DecimalError) {
            price = try Price(text)
        } catch {
            throw Refusal(reason: "'\(text)' is no price with at most nine decimals, as `\(column)`")
        }
        guard price >= .zero else { throw Refusal(reason: "`\(column)` \(text) is below zero") }
        return price
    }
}
