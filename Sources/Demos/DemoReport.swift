internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import Nodes
internal import Orders
internal import Portfolios
internal import Replays
internal import RiskLimits
internal import Sagas

/// What the demo shows at its end, all of it read from the log.
public struct DemoReport {
    /// The text, line by line.
    public private(set) var lines: [String] = []
    private let demo: Demo

    /// The day whose books are shown by replay.
    private static let replayed = BusinessDate(year: 2008, month: 9, day: 15)
    private static let chartColumns = 72
    private static let chartRows = 14

    /// Reads the log of `demo`; `seconds` is how long its own work took, `begun` the positions it began at.
    public init(_ demo: Demo, seconds: Double, newEvents: Int64) throws {
        self.demo = demo
        let directory = AccountDirectory(demo.log, Node.tradingShard)
        let account = try directory.resolve(Demo.alias)
        let now = try PortfolioReplay.fold(demo.log, Node.tradingShard, account, .latest)
        addCurve(now)
        addHoldings("Holdings at the end", now)
        addResult(now)
        try addOrders()
        let events = demo.node.trading.committed + demo.node.reference.committed
        let rate = seconds > 0 ? Int64(Double(newEvents) / seconds) : 0
        add(
            "Log        \(events) events; this run wrote \(newEvents) in \(Self.oneDecimal(seconds)) s,"
                + " \(rate) events/s"
        )
        add("")
        let then = try PortfolioReplay.fold(
            demo.log,
            Node.tradingShard,
            account,
            ReplayPoint(date: Self.replayed)
        )
        addHoldings("As of 2008-09-15, by replay", then)
        add("Cash \(Self.cash(then))   equity \(Self.money(then.equity))")
    }

    private mutating func add(_ line: String) { lines.append(line) }

    // MARK: - The curve

    private mutating func addCurve(_ view: PortfolioView) {
        let values = view.days.map { Double($0.equity.nanos / 1_000_000_000) }
        guard let first = view.days.first, let last = view.days.last, let top = values.max(),
            let low = values.min(),
            top > low, low > 0
        else { return }
        var columns = [Double](repeating: low, count: Self.chartColumns)
        for column in 0..<Self.chartColumns {
            columns[column] = values[column * (values.count - 1) / (Self.chartColumns - 1)]
        }
        add("Equity, \(first.date.text) to \(last.date.text), logarithmic")
        for row in 0..<Self.chartRows {
            let upper = Self.level(Self.chartRows - row, low, top)
            let lower = Self.level(Self.chartRows - row - 1, low, top)
            let marks = columns.map { $0 >= upper ? "█" : ($0 >= lower ? "▄" : " ") }.joined()
            let label = Self.padLeft(Self.grouped(Int64(upper)), 13)
            add("\(label) │\(marks)")
        }
        add(String(repeating: " ", count: 14) + "└" + String(repeating: "─", count: Self.chartColumns))
        add("")
    }

    /// The value at a height of the chart, by halving in logarithms: `low × (top / low)^(row / rows)`.
    private static func level(_ row: Int, _ low: Double, _ top: Double) -> Double {
        var value = low
        let step = root(top / low, chartRows)
        for _ in 0..<row { value *= step }
        return value
    }

    /// The `count`-th root by Newton's method.
    private static func root(_ value: Double, _ count: Int) -> Double {
        var guess = 1 + (value - 1) / Double(count)
        for _ in 0..<200 {
            var power = 1.0
            for _ in 1..<count { power *= guess }
            guess = (Double(count - 1) * guess + value / power) / Double(count)
        }
        return guess
    }

    // MARK: - Tables

    private mutating func addHoldings(_ title: String, _ view: PortfolioView) {
        add("\(title) (position \(view.position))")
        add("  symbol      quantity      avg cost          mark             value        unrealised")
        for position in view.positions {
            add(
                "  " + Self.padRight(position.symbol, 6) + Self.padLeft(position.quantity.text, 14)
                    + Self.padLeft(Self.money(Money(nanos: Int128(position.averageCost.nanos)), 3), 14)
                    + Self.padLeft(position.mark?.text ?? "none", 14)
                    + Self.padLeft(Self.money(position.value), 18)
                    + Self.padLeft(Self.money(position.unrealised), 18)
            )
        }
        add("")
    }

    private mutating func addResult(_ view: PortfolioView) {
        let total = Money(nanos: view.equity.nanos - view.contributions.nanos)
        add(
            "Cash       \(Self.cash(view))   equity \(Self.money(view.equity))   paid in"
                + " \(Self.money(view.contributions))"
        )
        add(
            "P&L        \(Self.money(total)) = realised \(Self.money(view.realised)) + unrealised"
                + " \(Self.money(view.unrealised)) − fees \(Self.money(view.fees)) + rounding"
        )
    }

    private mutating func addOrders() throws {
        var placed = 0
        var trades = 0
        var breaks = 0
        var refusals: [String] = []
        var failure: WireError? = nil
        let ordinal = AccountOrdinal(demo.account)
        _ = try demo.log.read(Node.tradingShard, .account(ordinal, after: 0), limit: .max) { row in
            do throws(WireError) {
                switch try EventRegistry.decode(
                    type: row.header.type,
                    schemaVersion: row.header.schemaVersion,
                    payload: row.payload
                )
                {
                case .order(.placed): placed += 1
                case .portfolio(.tradeBooked): trades += 1
                case .portfolio(.reconciliationBroke): breaks += 1
                case .order(.rejected(let fact)):
                    refusals.append(
                        Self.refusal(row.header, fact.judge.name, fact.code, fact.limit, fact.value)
                    )
                case .commandRejected(let fact):
                    refusals.append(Self.refusal(row.header, "CORE", fact.code, fact.limit, fact.value))
                default: break
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        add(
            "Orders     \(placed) placed, \(trades) trades, \(breaks) reconciliation breaks,"
                + " \(refusals.count) refusals:"
        )
        for refusal in refusals { add("  " + refusal) }
        add("  2003-10-15  demo:deposit again with another amount was an error, and nothing was written")
    }

    private static func refusal(
        _ header: EventHeader,
        _ judge: String,
        _ code: RejectionCode?,
        _ limit: Int128?,
        _ value: Int128?
    ) -> String {
        let name = padRight(code?.name ?? "", 24)
        let numbers = limit.map {
            "limit \(Decimals.text($0))" + (value.map { ", was \(Decimals.text($0))" } ?? "")
        }
        let command = padRight(header.commandID.text, 18)
        return "\(header.businessDate.text)  \(command) \(padRight(judge, 11))\(name) \(numbers ?? "")"
    }

    // MARK: - Text

    private static func cash(_ view: PortfolioView) -> String {
        view.cash.map { "\(money($0.amount)) \($0.currency.code)" }.joined(separator: ", ")
    }

    private static func money(_ amount: Money, _ digits: Int = 2) -> String {
        var unit: Int128 = 1
        for _ in digits..<9 { unit *= 10 }
        let rounded = (amount.nanos.magnitude + UInt128(unit) / 2) / UInt128(unit)
        var scale: UInt128 = 1
        for _ in 0..<digits { scale *= 10 }
        let fraction = String(rounded % scale)
        let zeros = String(repeating: "0", count: max(0, digits - fraction.utf8.count))
        return (amount < .zero ? "-" : "") + grouped(Int64(rounded / scale)) + "." + zeros + fraction
    }

    private static func grouped(_ value: Int64) -> String {
        var out = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return String(out.reversed())
    }

    private static func oneDecimal(_ value: Double) -> String {
        let tenths = Int64(value * 10 + 0.5)
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func padLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func padRight(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
