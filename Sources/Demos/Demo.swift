public import BifrostKernel
internal import DemoMarket
internal import Engine
internal import EventRegistry
internal import EventStore
public import Nodes
internal import Orders
internal import Portfolios
internal import References
internal import Sagas
public import Venues

/// Why the demo cannot go on.
public struct DemoError: Error, Sendable, CustomStringConvertible {
    /// What happened and what to do.
    public let description: String
    init(_ description: String) { self.description = description }
}

/// One day of the file.
typealias MarketDay = (date: BusinessDate, closes: [Price])

/// A monthly rebalance of 20 stocks over 33 years of real prices, as commands to a running node.
///
/// It is a client: it sends commands with ids made of dates and symbols, and reads the log. Killed in the
/// middle and run again it goes on where it was and ends in the same numbers.
public final class Demo {
    /// The alias of the demo's account.
    public static let alias = "demo"
    /// What the demo's venue takes: 5 basis points of the traded amount.
    public static let commission = BasisPoints(5)
    /// The calendar that the file's days make.
    static let calendar = "US20"
    /// What the marks say of their origin.
    static let source = "us-20-daily-close-1990-2022, skfolio 1.12.2, BSD-3-Clause"
    /// When the day's closes are known, when orders trade at them, when the day rolls: seconds after midnight
    /// UTC.
    private static let closeSeconds: Int64 = 21 * 3600
    private static let orderSeconds: Int64 = 21 * 3600 + 60
    private static let rollSeconds: Int64 = 22 * 3600

    let node: Node
    /// The node's log, through the port alone.
    let log: any EventLog
    let venue: PaperVenue
    let market: DemoMarket
    let actor: ActorName
    let time = WallTime()
    private var rolls: [Monitored] = []
    var instruments: [InstrumentID] = []
    /// The account, once it is open.
    public private(set) var account = AccountID.none

    /// The most days whose roll is on its way while the next day's marks are recorded.
    private static let rollsMax = 64

    /// A demo that drives `node`, whose venue is `venue`.
    public init(_ node: Node, _ venue: PaperVenue) throws(DemoError) {
        guard let actor = ActorName("demo") else { throw DemoError("The demo's actor name is malformed") }
        self.node = node
        self.log = node.log
        self.venue = venue
        self.actor = actor
        do {
            self.market = try DemoMarket.load()
        } catch {
            throw DemoError("\(error)")
        }
    }

    /// The number of trading days.
    public var dayCount: Int { market.days.count }

    /// Runs to the end, or goes on to it; `progress` is told the number of days done.
    public func run(progress: (Int) -> Void) throws {
        try declareWorld()
        try openAccount()
        let closed = try lastClosedDay()
        var month = 0
        for (index, day) in market.days.enumerated() {
            let civil = day.date.civil
            let isFirstOfMonth = civil.month != month
            month = civil.month
            if let closed, day.date <= closed { continue }
            try record(day)
            if isFirstOfMonth { try rebalance(day) }
            try episodes(on: index, day)
            try roll(day.date)
            progress(index + 1)
        }
        try finishRolls(leaving: 0)
        node.trading.waitUntilIdle()
    }

    // MARK: - The world

    private func declareWorld() throws {
        var year: [BusinessDate] = []
        func declareYear() throws {
            guard let first = year.first else { return }
            var days = TradingDaysDeclared()
            days.calendar = Self.calendar
            days.source = Self.source
            days.days = year
            try declare("days:\(first.civil.year)", .declareTradingDays(days), at: market.days[0].date.start)
            year = []
        }
        for day in market.days {
            if let first = year.first, first.civil.year != day.date.civil.year { try declareYear() }
            year.append(day.date)
        }
        try declareYear()
        var fees = FeeScheduleSet()
        fees.venue = venue.name
        fees.commission = Self.commission
        fees.validFrom = market.days[0].date
        try declare("fees", .setFees(fees), at: market.days[0].date.start)
        for symbol in market.symbols {
            var register = RegisterInstrument()
            register.terms.symbol = symbol
            register.terms.tickSize = Price(nanos: 1_000_000)
            register.terms.lotSize = Quantity(units: 1)
            register.terms.tradingCalendar = Self.calendar
            register.terms.settlementCalendar = Self.calendar
            register.terms.validFrom = market.days[0].date
            register.terms.synthetic = true
            let outcome = try declare(
                "instrument:\(symbol.text)",
                .registerInstrument(register),
                at: market.days[0].date.start
            )
            instruments.append(InstrumentID(outcome.subject))
        }
    }

    private func openAccount() throws {
        let opening = market.days[0].date.at(seconds: 14 * 3600)
        var open = OpenAccount()
        open.alias = Self.alias
        account = AccountID(try accepted("open", .openAccount(open), at: opening).subject)
        var deposit = MoveCash()
        deposit.amount = try Money("1000000")
        _ = try accepted("deposit", .deposit(account, deposit), at: opening)
    }

    /// The last day that the account closed, from the log as any client would read it.
    private func lastClosedDay() throws -> BusinessDate? {
        var last: BusinessDate?
        var failure: WireError?
        let stream = StreamOrdinal(.portfolio, of: account.id)
        let selection = LogSelection.stream(AccountOrdinal(account), stream, afterVersion: 0)
        try log.read(Node.tradingShard, selection, limit: .max) { row in
            guard row.header.type == DayClosed.eventType else { return }
            do throws(WireError) {
                if case .portfolio(.dayClosed(let closed)) = try EventRegistry.decode(row) {
                    last = closed.date
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return last
    }

    // MARK: - A day

    private func record(_ day: MarketDay) throws {
        var marks = RecordMarks()
        marks.date = day.date
        marks.source = Self.source
        marks.marks = zip(market.symbols, day.closes).map { SymbolPrice($0, $1) }
        let close = day.date.at(seconds: Self.closeSeconds)
        let declared = node.declareAhead(
            try request("marks:\(day.date.text)", .recordMarks(marks), at: close)
        )
        _ = try Monitored(name: "marks:\(day.date.text)", answer: declared).accepted(in: log)
        guard venue.advance(to: close, date: day.date, prices: Array(zip(instruments, day.closes))) else {
            let reason = venue.failure.map { "\($0)" } ?? "its stream is ahead of them"
            throw DemoError("The paper venue does not take the prices of \(day.date.text): \(reason)")
        }
    }

    /// Equal weights in whole shares; what the weights leave over and a quarter of a percent stay in cash.
    private func rebalance(_ day: MarketDay) throws {
        node.trading.waitUntilIdle()
        var wanted = RebalanceAccount()
        wanted.strategy = "equal-weight"
        let weight = BasisPoints(10_000 / Int64(market.symbols.count))
        wanted.targets = zip(market.symbols, instruments).map { symbol, instrument in
            WantedWeight(symbol, weight, seen: venue.price(of: instrument) ?? ReferencePrice())
        }
        let name = "rebalance:\(day.date.text)"
        _ = try send(name, .rebalance(account, wanted), on: day.date).accepted(in: log)
        node.trading.waitUntilIdle()
    }

    private func roll(_ date: BusinessDate) throws {
        rolls.append(
            post(
                "roll:\(date.text)",
                .rollDay(calendar: Self.calendar, date),
                at: date.at(seconds: Self.rollSeconds)
            )
        )
        try finishRolls(leaving: Self.rollsMax)
    }

    private func finishRolls(leaving count: Int) throws {
        while rolls.count > count { _ = try rolls.removeFirst().accepted(in: log) }
    }

    // MARK: - Commands

    func request(_ name: String, _ command: Command, at: Timestamp) throws(DemoError) -> CommandRequest {
        guard let id = ClientName("demo:" + name) else {
            throw DemoError("The command id demo:\(name) is malformed")
        }
        return CommandRequest(id: id, command, actor: actor, receivedAt: time.now(), effectiveAt: at)
    }

    @discardableResult
    func declare(_ name: String, _ command: Command, at: Timestamp) throws -> CommandOutcome {
        let answer = node.declare(try request(name, command, at: at))
        return try Monitored(name: name, answer: answer).accepted(in: log)
    }

    func accepted(_ name: String, _ command: Command, at: Timestamp) throws -> CommandOutcome {
        try Monitored(name: name, answer: node.trading.perform(try request(name, command, at: at))).accepted(
            in: log
        )
    }

    /// Sends an order of the day and does not wait.
    func send(_ name: String, _ command: Command, on date: BusinessDate) -> Monitored {
        post(name, command, at: date.at(seconds: Self.orderSeconds))
    }

    private func post(_ name: String, _ command: Command, at: Timestamp) -> Monitored {
        let pending = Monitored(name: name)
        do throws(DemoError) {
            let request = try request(name, command, at: at)
            node.trading.submit(request, pending.answered)
        } catch {
            pending.answered(.stopped(error.description))
        }
        return pending
    }
}
