import BifrostKernel
import Orders
import SeededChoices
import Venues

/// Calls of a venue by a seed: market and limit orders for two accounts, cancels, repeats, price moves and
/// new days; where it is wide, orders of every kind, replacements and closing prices as well.
struct Script {
    private(set) var calls: [(PaperVenue) -> Void] = []
    /// Every order that the calls send, once.
    private(set) var orders: [RoutedOrder] = []
    var choices: Generator
    private let isWide: Bool
    private var now = seconds(0)
    private var date = day1
    private var requests: UInt32 = 0

    init(seed: UInt64, calls count: Int, isWide: Bool = false) throws {
        choices = Generator(seed: seed)
        self.isWide = isWide
        try appendMove(of: [apple, boeing])
        for _ in 1..<count { try appendCall() }
        try appendOrders()
    }

    private mutating func appendCall() throws {
        if isWide, choices.chance(15) { return appendReplace() }
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
        guard isWide else {
            return calls.append { [now, date] venue in venue.advance(to: now, date: date, prices: prices) }
        }
        let ticks = prices.map { instrument, price in
            let volume = choices.chance(80) ? Quantity(nanos: choices.int64(0...99_999_999_999)) : nil
            return PaperTick(instrument, price, isClosing: choices.chance(20), volume: volume)
        }
        calls.append { [now, date] venue in venue.advance(to: now, date: date, ticks: ticks) }
    }

    private mutating func appendOrders() throws {
        let fresh = (0...choices.int64(0...2)).map { _ in next() }
        calls.append { venue in venue.send(fresh.map { .new($0) }) }
    }

    private mutating func appendReplace() {
        guard !orders.isEmpty else { return }
        let order = choices.one(of: Array(orders.suffix(12)))
        requests += 1
        var terms = anew(order)
        terms.quantity = Quantity(nanos: choices.int64(0...89_999_999_999))
        let wanted = RoutedReplace(
            account: order.account,
            order: order.order,
            request: requests,
            terms: terms
        )
        calls.append { venue in venue.send([.replace(wanted)]) }
    }

    private mutating func next() -> RoutedOrder {
        if isWide { return nextOfAnyKind() }
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

    private mutating func nextOfAnyKind() -> RoutedOrder {
        let order = anyOrder(orderID(Int64(orders.count)), on: date)
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
