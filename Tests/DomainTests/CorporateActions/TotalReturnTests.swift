import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Raw prices, dividends and splits give the total return of adjusted prices")
struct TotalReturnTests {
    private struct Day {
        let date: BusinessDate
        let raw: [Price]
        let adjusted: [Double]
    }

    private static func days() throws -> [Day] {
        let cells = ClosesOf2012To2014.text.split { $0 == "|" || $0 == "\n" }
        return try cells.map { cell in
            let words = cell.split(separator: " ").map(String.init)
            let date = try #require(BusinessDate(words[0]))
            let adjusted = try words[4...6].map { try #require(Double($0)) }
            return Day(date: date, raw: try words[1...3].map { try Price($0) }, adjusted: adjusted)
        }
    }

    private static func actions() throws -> [AnnounceCorporateAction] {
        try ActionsOf2012To2014.text.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            var wanted = AnnounceCorporateAction()
            wanted.symbol = .known(words[0])
            wanted.terms.exDate = try #require(BusinessDate(words[2]))
            wanted.terms.kind = words[1] == "split" ? .split : .cashDividend
            if wanted.terms.kind == .split {
                wanted.terms.numerator = try #require(UInt32(words[3]))
                wanted.terms.denominator = try #require(UInt32(words[4]))
            } else {
                wanted.terms.amountPerUnit = try Price(words[3])
                wanted.terms.payDate = try #require(BusinessDate(words[4]))
            }
            wanted.terms.source = "test"
            return wanted
        }
    }

    /// One account for each instrument, which buys 1,000 units at the first close and then does nothing.
    @Test("of AAPL, KO and MSFT from 2012 to 2014, to three decimals on every day")
    func holding() throws {
        let days = try Self.days()
        #expect(days.count == 754)
        var market = ActionMarket()
        try market.begin(days.map(\.date), ClosesOf2012To2014.symbols)
        for action in try Self.actions() {
            try market.declare(.announceCorporateAction(action))
        }
        var accounts: [AccountID] = []
        for (index, symbol) in ClosesOf2012To2014.symbols.enumerated() {
            let account = try market.trading.open(symbol.lowercased(), cash: 1_000_000)
            accounts.append(account)
            try market.buy(account, .known(symbol), 1000, at: days[0].raw[index])
        }
        var begun = market.trading.log.count
        var seen = [Growth](repeating: Growth(), count: accounts.count)
        for day in days {
            try market.mark(Array(zip(ClosesOf2012To2014.symbols, day.raw)), day.date)
            try market.roll(day.date)
            try Invariants.check(market.trading.state)
            for fact in market.trading.log[begun...] {
                guard case .portfolio(let event) = fact.event,
                    let index = accounts.firstIndex(of: event.account)
                else { continue }
                seen[index].take(event)
                guard case .dayClosed(let closed) = event else { continue }
                let value = try seen[index].value(closed, days[0].adjusted[index])
                let adjusted = day.adjusted[index]
                // Both the first close, which the return starts from, and this one were rounded.
                let tolerance = 0.0005 * (1 + adjusted / days[0].adjusted[index]) + 1e-9
                let symbol = ClosesOf2012To2014.symbols[index]
                #expect(abs(value - adjusted) <= tolerance, "\(symbol) on \(day.date.text)")
            }
            begun = market.trading.log.count
        }
        try expectFinalBooks(market.trading, accounts)
    }

    private func expectFinalBooks(_ runner: ShardRunner, _ accounts: [AccountID]) throws {
        let books = try accounts.map { try runner.account($0).portfolio }
        let units = books.map { books in books.instruments.map { books.position($0).text } }
        #expect(units == [["7000"], ["2000"], ["1000"]])
        // What 1,000 units cost at the first close.
        let costs = books.map { books in books.instruments.map { books.cost($0).text } }
        #expect(costs == [["411230"], ["70140"], ["26770"]])
        let income = books.map { Money(nanos: -$0.ledger.balance(.income, .money(.usd))).text }
        #expect(income == Self.income)
        let paid = books.map { $0.ledger.balance(.dividendsReceivable, .money(.usd)) }
        #expect(paid == [0, 0, 0])
    }

    /// 1,000 × the dividends of a unit bought in January 2012, after its splits.
    private static let income = ["30020", "6720", "2950"]
}

/// The growth of a holding whose dividends are put back into it at the price without them.
private struct Growth {
    private var index = 1.0
    private var last: Double?
    private var dividend = 0.0

    mutating func take(_ event: PortfolioEvent) {
        if case .dividendAccrued(let fact) = event { dividend += Double(fact.amount.nanos) / 1e9 }
    }

    mutating func value(_ closed: DayClosed, _ base: Double) throws -> Double {
        let value = Double(closed.positionValue.nanos) / 1e9
        if let last { index *= value / (last - dividend) }
        last = value
        dividend = 0
        return base * index
    }
}
