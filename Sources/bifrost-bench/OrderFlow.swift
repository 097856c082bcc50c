import BifrostKernel
import DemoMarket
import Engine
import Orders
import References
import Sagas

/// Orders over real closing prices, the same for every run: what the order benchmarks feed an engine with.
struct OrderFlow {
    /// Accounts that the orders are spread over.
    let accounts: Int
    /// The day whose closes are the limits of all orders, `nil` for one day after the other.
    private let day: Int?
    private static let venue = "paper"
    private static let deposit = Money(nanos: 1_000_000_000_000_000_000)

    /// The market whose prices they are.
    let market: DemoMarket
    private let actor: ActorName

    init(accounts: Int = 1_000, day: Int? = nil) throws {
        self.accounts = accounts
        self.day = day
        market = try DemoMarket.load()
        guard let actor = ActorName("bench") else { preconditionFailure("bench is a name") }
        self.actor = actor
    }

    /// Calendar, fees and instruments, for the reference shard.
    func declarations() -> [CommandRequest] {
        var days = TradingDaysDeclared()
        days.calendar = "XNYS"
        days.source = "bench"
        days.days = market.days.prefix(ReferenceBook.daysMax).map { $0.date }
        var fees = FeeScheduleSet()
        fees.venue = Self.venue
        fees.commission = BasisPoints(5)
        let instruments = market.symbols.map { symbol in
            var wanted = RegisterInstrument()
            wanted.terms.symbol = symbol
            wanted.terms.tickSize = DemoMarket.tick
            wanted.terms.lotSize = Quantity(units: 1)
            wanted.terms.tradingCalendar = "XNYS"
            return request("instrument-\(symbol.text)", .registerInstrument(wanted))
        }
        return [request("days", .declareTradingDays(days)), request("fees", .setFees(fees))] + instruments
    }

    /// The opening of the account with this number.
    func opening(_ number: Int) -> CommandRequest {
        var open = OpenAccount()
        open.alias = "a\(number)"
        return request("open-\(number)", .openAccount(open))
    }

    /// The deposit that lets an account buy for as long as any benchmark lasts.
    func funding(_ account: AccountID) -> CommandRequest {
        var move = MoveCash()
        move.amount = Self.deposit
        return request("fund", .deposit(account, move))
    }

    /// The order with this number, of one of `accounts`: a limit order at a day's close.
    func order(_ number: Int, _ accounts: [AccountID], at time: Timestamp) -> CommandRequest {
        let day = market.days[day ?? (number / market.symbols.count % market.days.count)]
        let instrument = number % market.symbols.count
        let close = day.closes[instrument]
        var order = PlaceOrder()
        order.symbol = market.symbols[instrument]
        order.type = .limit
        order.quantity = Quantity(units: Int64(1 + number % 100))
        order.limitPrice = close
        order.seen = ReferencePrice(last: close, source: Self.venue, at: time)
        return CommandRequest(
            id: Self.name(number),
            .placeOrder(accounts[number % accounts.count], order),
            actor: actor,
            receivedAt: time
        )
    }

    /// A command id in the form of a UUID, as most clients send them.
    private static func name(_ number: Int) -> ClientName {
        // Spread over all bits; the product may wrap.
        let high = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
        guard let name = ClientName(Identifier(high: high, low: UInt64(number)).text) else {
            preconditionFailure("a UUID is a name")
        }
        return name
    }

    /// A command of the core itself, such as the one that opens a shard.
    func request(_ id: String, _ command: Command) -> CommandRequest {
        guard let name = ClientName(id) else { preconditionFailure("the bench makes valid names") }
        return CommandRequest(id: name, command, actor: actor, receivedAt: Timestamp(nanos: 0))
    }
}
