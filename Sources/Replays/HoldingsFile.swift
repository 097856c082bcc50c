public import BifrostKernel
public import References
public import Sagas

/// What an account held elsewhere, as a text of comma-separated lines.
///
/// The first line names the columns: `kind,symbol,quantity,amount,currency,acquired`. A `cash` line has an
/// amount and its currency; a `lot` line has all: the amount is what the whole lot cost, the date when it was
/// bought.
/// Values are never quoted.
public struct HoldingsFile: Sendable {
    /// One line that could not be taken, and why.
    public struct Fault: Equatable, Sendable, CustomStringConvertible {
        /// Counted from 1, the line of columns included.
        public let line: Int
        /// Why, with the value.
        public let reason: String
        /// `line 3: …`.
        public var description: String { "line \(line): \(reason)" }
    }

    /// The columns.
    public static let columns = "kind,symbol,quantity,amount,currency,acquired"

    /// Opening cash.
    public private(set) var cash: [MoveCash] = []
    /// Opening lots.
    public private(set) var lots: [HoldingLine] = []
    /// Everything that is wrong, in the order of the lines; what has faults is not imported.
    public private(set) var faults: [Fault] = []

    private let reference: ReferenceBook
    private let today: BusinessDate
    private var lineByContent: [String: Int] = [:]

    /// Reads `text` against the instruments of `reference`; nothing was bought after `today`.
    public init(_ text: String, _ reference: ReferenceBook, today: BusinessDate) {
        self.reference = reference
        self.today = today
        var rows = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        while rows.last?.isEmpty == true { rows.removeLast() }
        guard rows.first == Self.columns else {
            faults = [Fault(line: 1, reason: "expected the columns \(Self.columns)")]
            return
        }
        for (index, row) in rows.enumerated().dropFirst() {
            do throws(Refusal) {
                try take(row, index + 1)
            } catch {
                faults.append(Fault(line: index + 1, reason: error.reason))
            }
        }
        if rows.count == 1 { faults = [Fault(line: 1, reason: "no cash and no lots follow")] }
    }

    /// The commands that import it, each whole or not at all, and the same for the same text.
    public var commands: [ImportHoldings] {
        var commands: [ImportHoldings] = []
        var next = ImportHoldings()
        func isFull() -> Bool { next.cash.count + next.lots.count == ImportHoldings.linesMax }
        for move in cash {
            next.cash.append(move)
            if isFull() {
                commands.append(next)
                next = ImportHoldings()
            }
        }
        for lot in lots {
            next.lots.append(lot)
            if isFull() {
                commands.append(next)
                next = ImportHoldings()
            }
        }
        return next == ImportHoldings() ? commands : commands + [next]
    }

    private struct Refusal: Error { let reason: String }

    private mutating func take(_ row: String, _ line: Int) throws(Refusal) {
        let cells = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard cells.count == 6 else { throw Refusal(reason: "expected 6 values, was \(cells.count)") }
        switch cells[0] {
        case "cash": try takeCash(cells, line)
        case "lot": try takeLot(cells, line)
        default: throw Refusal(reason: "expected cash or lot, was '\(cells[0])'")
        }
    }

    private mutating func takeCash(_ cells: [String], _ line: Int) throws(Refusal) {
        guard cells[1].isEmpty, cells[2].isEmpty, cells[5].isEmpty else {
            throw Refusal(reason: "cash has an amount and a currency, and nothing else")
        }
        var move = MoveCash()
        move.currency = try currency(cells[4])
        move.amount = try amount(cells[3])
        guard move.amount > .zero else { throw Refusal(reason: "the amount \(cells[3]) is not above zero") }
        guard move.amount == move.amount.rounded(to: move.currency, .halfAwayFromZero) else {
            throw Refusal(reason: "the amount \(cells[3]) cannot be paid in \(move.currency.code)")
        }
        try note("cash \(move.currency.code)", line, "there is cash in \(move.currency.code)")
        cash.append(move)
    }

    private mutating func takeLot(_ cells: [String], _ line: Int) throws(Refusal) {
        var lot = HoldingLine()
        guard let symbol = Symbol(cells[1]), let instrument = reference.instrument(symbol) else {
            throw Refusal(reason: "no instrument has the symbol '\(cells[1])'")
        }
        lot.symbol = symbol
        do throws(DecimalError) {
            lot.quantity = try Quantity(cells[2])
        } catch {
            throw Refusal(reason: "the quantity '\(cells[2])' is \(Self.words(error))")
        }
        guard lot.quantity > .zero else {
            throw Refusal(reason: "the quantity \(cells[2]) is not above zero")
        }
        guard lot.quantity.nanos % instrument.lotSize.nanos == 0 else {
            throw Refusal(reason: "the quantity \(cells[2]) is no multiple of \(instrument.lotSize.text)")
        }
        lot.cost = try amount(cells[3])
        guard lot.cost >= .zero else { throw Refusal(reason: "the cost \(cells[3]) is negative") }
        guard try currency(cells[4]) == instrument.currency else {
            throw Refusal(
                reason: "\(symbol.text) is quoted in \(instrument.currency.code), not in \(cells[4])"
            )
        }
        guard let acquired = BusinessDate(cells[5]) else {
            throw Refusal(reason: "'\(cells[5])' is no date as 2012-01-03")
        }
        guard acquired <= today else {
            throw Refusal(reason: "\(cells[5]) comes after \(today.text), the present day of the shard")
        }
        lot.acquired = acquired
        let content = "\(symbol.text) \(lot.quantity.text) \(lot.cost.text) \(acquired.text)"
        try note(content, line, "the same lot stands")
        lots.append(lot)
    }

    private mutating func note(_ content: String, _ line: Int, _ what: String) throws(Refusal) {
        if let first = lineByContent.updateValue(line, forKey: content) {
            lineByContent[content] = first
            throw Refusal(reason: "\(what) in line \(first) already")
        }
    }

    private func amount(_ text: String) throws(Refusal) -> Money {
        do throws(DecimalError) {
            return try Money(text)
        } catch {
            throw Refusal(reason: "the amount '\(text)' is \(Self.words(error))")
        }
    }

    private func currency(_ text: String) throws(Refusal) -> Currency {
        guard let currency = Currency(text) else { throw Refusal(reason: "'\(text)' is no currency as USD") }
        return currency
    }

    private static func words(_ error: DecimalError) -> String {
        switch error {
        case .malformed: "no number as 12.5"
        case .tooPrecise: "more precise than nine decimals"
        case .outOfRange: "too large"
        }
    }
}
