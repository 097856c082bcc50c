import BifrostKernel
import Orders
import Synchronization
import Venues

/// A venue that acknowledges everything and fills marketable orders at one price; it rests limits below
/// `price`.
final class TestVenue: Venue {
    let name = "paper"
    let refusesRepeats = true
    private let price: Price

    private struct Book {
        var known: [OrderID: [VenueReport]] = [:]
        var resting: Set<OrderID> = []
        var position: [AccountID: Int64] = [:]
        var cash: [AccountID: Int128] = [:]
        var executions = 0
        var report: (@Sendable ([VenueReport]) -> Void)? = nil
        var ignored = 0
    }
    private let book = Mutex(Book())

    init(price: Price) { self.price = price }

    /// How many trades it made.
    var executionCount: Int { book.withLock { $0.executions } }

    /// Loses what it is sent the next so many times.
    func ignore(sends count: Int) { book.withLock { $0.ignored = count } }

    /// Takes everything off its book without a word.
    func forgetResting() { book.withLock { $0.resting = [] } }

    /// How often it may still lose what it is sent.
    var ignoresLeft: Int { book.withLock { $0.ignored } }

    func price(of instrument: InstrumentID) -> ReferencePrice? {
        ReferencePrice(last: price, source: "test", at: Timestamp(nanos: 0))
    }

    func start(_ report: @escaping @Sendable ([VenueReport]) -> Void) {
        book.withLock { $0.report = report }
    }

    func send(_ instructions: [VenueInstruction]) {
        let (reports, report) = book.withLock { book in
            guard book.ignored == 0 else {
                book.ignored -= 1
                return ([VenueReport](), book.report)
            }
            return (instructions.flatMap { answer($0, &book) }, book.report)
        }
        report?(reports)
    }

    private func answer(_ instruction: VenueInstruction, _ book: inout Book) -> [VenueReport] {
        let at = Timestamp(nanos: 1)
        switch instruction {
        case .replace: return []
        case .cancel(let account, let order):
            guard book.resting.remove(order) != nil else { return [.cancelRejected(account, order, at: at)] }
            return [.cancelled(account, order, at: at)]
        case .new(let order):
            if let reports = book.known[order.order] { return reports }
            var ack = OrderAcknowledged()
            ack.order = order.order
            ack.venueOrderID = "P\(book.known.count)"
            var reports: [VenueReport] = [.acknowledged(order.account, ack, at: at)]
            let marketable = order.limitPrice.map { order.side == .buy ? $0 >= price : $0 <= price } ?? true
            if marketable {
                reports.append(.executed(order.account, trade(order, &book), at: at))
            } else {
                book.resting.insert(order.order)
            }
            book.known[order.order] = reports
            return reports
        }
    }

    private func trade(_ order: RoutedOrder, _ book: inout Book) -> OrderExecuted {
        book.executions += 1
        let sign: Int64 = order.side == .buy ? 1 : -1
        let amount = Money.notional(price, order.quantity, .halfAwayFromZero).rounded(
            to: order.currency,
            .halfAwayFromZero
        )
        book.position[order.account, default: 0] += sign * order.quantity.nanos
        book.cash[order.account, default: 0] -= Int128(sign) * amount.nanos
        var fact = OrderExecuted()
        fact.order = order.order
        fact.venue = name
        fact.tradeDate = BusinessDate(days: 0)
        fact.venueExecutionID = "E\(book.executions)"
        fact.side = order.side
        fact.quantity = order.quantity
        fact.price = price
        fact.currency = order.currency
        fact.settlementAmount = amount
        fact.venueCumulative = order.quantity
        fact.venuePosition = Quantity(nanos: book.position[order.account] ?? 0)
        fact.venueCash = Money(nanos: book.cash[order.account] ?? 0)
        return fact
    }
}
