import BifrostKernel
import Orders
import SeededChoices
import Venues

/// Calls of a venue by a seed: orders of every kind for two accounts, cancels, repeats, price moves and new
/// days.
struct Script {
    private(set) var calls: [(PaperVenue) -> Void] = []
    /// Every order that the calls send, once.
    private(set) var orders: [RoutedOrder] = []
    private var choices: Generator
    private var now = seconds(0)
    private var date = day1

    init(seed: UInt64, calls count: Int) throws {
        choices = Generator(seed: seed)
        try appendMove(of: [apple, boeing])
        for _ in 1..<count { try appendCall() }
        try appendOrders()
    }

    private mutating func appendCall() throws {
        switch choices.int64(0...9) {
        case 0..<5: try appendOrders()
        case 5: appendCancel()
        case 6: appendRepeat()
        case 7: try appendMove(of: [apple, boeing])
        case 8: try appendMove(of: choices.int64(0...1) == 0 ? [apple] : [])
        default:
            date = BusinessDate(days: date.days + 1)
            now = seconds(0, of: date)
            try appendMove(of: [boeing])
        }
    }

    private mutating func appendMove(of instruments: [InstrumentID]) throws {
        now = Timestamp(nanos: now.nanos + 1_000_000 + choices.int64(0...999_999))
        let prices = instruments.map {
            ($0, Price(nanos: 9_000_000_000 + choices.int64(0...1_999) * 1_000_000))
        }
        calls.append { [now, date] venue in venue.advance(to: now, date: date, prices: prices) }
    }

    private mutating func appendOrders() throws {
        let fresh = (0...choices.int64(0...2)).map { _ in next() }
        calls.append { venue in venue.send(fresh.map { .new($0) }) }
    }

    private mutating func next() -> RoutedOrder {
        let limit = Price(nanos: 9_000_000_000 + choices.int64(0...1_999) * 1_000_000)
        let order = RoutedOrder(
            account: choices.int64(0...2) == 0 ? otherAccount : account,
            order: orderID(Int64(orders.count)),
            instrument: choices.int64(0...1) == 0 ? apple : boeing,
            side: choices.int64(0...1) == 0 ? .buy : .sell,
            quantity: Quantity(nanos: 1 + choices.int64(0...89999999_999)),
            limitPrice: choices.int64(0...3) == 0 ? nil : limit,
            currency: .usd
        )
        orders.append(order)
        return order
    }

    private mutating func appendCancel() {
        guard !orders.isEmpty else { return }
        let order = choices.one(of: orders)
        calls.append { venue in venue.send([.cancel(order.account, order.order)]) }
    }

    private mutating func appendRepeat() {
        guard !orders.isEmpty else { return }
        let order = choices.one(of: orders)
        calls.append { venue in venue.send([.new(order)]) }
    }
}
