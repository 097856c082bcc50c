internal import BifrostKernel
internal import Orders
internal import SeededChoices
internal import Synchronization
internal import Venues

/// A venue that does what the steps of a simulation say.
protocol WorldVenue: Venue {
    /// Nothing is on its way in either direction.
    var isQuiet: Bool { get }
    /// Goes to a day, if it is later, and gives some instruments other prices.
    func advance(_ instruments: [InstrumentID], to day: BusinessDate, _ choices: inout Generator)
    /// Takes the next instruction, or trades.
    func act(_ choices: inout Generator)
    /// Lets a report arrive.
    func deliver(_ choices: inout Generator)
    /// The core's process has ended.
    func stop()
    /// Does what nobody expects.
    func stray(_ choices: inout Generator)
    /// Takes and says everything, in good weather.
    func calm()
    /// Its own books.
    var statement: VenueStatement { get }
}

/// What a venue says of itself when everything is at rest.
struct VenueStatement {
    /// The trades that were really made.
    var trades: [OrderExecuted] = []
    /// What was said that is no trade of its books: it must be flagged.
    var tales: [OrderExecuted] = []
    /// What was said to change trades.
    var revisions: [ExecutionRevision] = []
    var holdings: [(account: AccountID, instrument: InstrumentID, position: Quantity)] = []
    var purses: [(account: AccountID, currency: Currency, cash: Money)] = []
    /// Whether it has not ended the order.
    var isOpen: (OrderID) -> Bool = { _ in false }
}

extension SimulatedVenue {
    /// It lives elsewhere.
    func stop() {}

    var statement: VenueStatement {
        let book = book.withLock { $0 }
        // ORDER: each is compared by itself.
        return VenueStatement(
            trades: book.trades,
            tales: book.tales,
            revisions: book.revisions.compactMap(\.revision),
            holdings: book.positions.map { ($0.key.account, $0.key.instrument, $0.value) },
            purses: book.cash.map { ($0.key.account, $0.key.currency, $0.value) },
            isOpen: { book.orders[$0]?.isOpen ?? false }
        )
    }
}
