import BifrostKernel
import Glibc
import Orders
import Synchronization
import Testing

@testable import Venues

let day1 = BusinessDate(days: 10_000)
let day2 = BusinessDate(days: 10_001)
let apple = InstrumentID(Identifier(.instrument, slot: 0, shard: 1, birth: 1))
let boeing = InstrumentID(Identifier(.instrument, slot: 0, shard: 1, birth: 2))
let account = AccountID(Identifier(.account, slot: 7, shard: 1, birth: 3))
let otherAccount = AccountID(Identifier(.account, slot: 7, shard: 1, birth: 4))
let log = Identifier(.log, slot: 0, shard: 1, birth: 5)

func orderID(_ number: Int64) -> OrderID {
    OrderID(Identifier(.order, slot: 7, shard: 1, birth: 100 + number))
}

func seconds(_ count: Int64, of date: BusinessDate = day1) -> Timestamp { date.at(seconds: count) }

func order(
    _ number: Int64,
    _ side: Side,
    _ quantity: String,
    _ instrument: InstrumentID = apple,
    limit: String? = nil,
    for account: AccountID = account,
    in currency: Currency = .usd
) throws -> RoutedOrder {
    RoutedOrder(
        account: account,
        order: orderID(number),
        instrument: instrument,
        side: side,
        quantity: try Quantity(quantity),
        limitPrice: try limit.map { try Price($0) },
        currency: currency
    )
}

/// An order with whatever terms `change` gives it.
func special(
    _ number: Int64,
    _ side: Side,
    _ quantity: String,
    _ type: OrderType,
    _ timeInForce: TimeInForce = .day,
    limit: String? = nil,
    _ change: (inout SpecialTerms) throws -> Void = { _ in }
) throws -> RoutedOrder {
    var terms = SpecialTerms()
    try change(&terms)
    var rare = Rarely<SpecialTerms>.never
    rare.terms = terms
    return RoutedOrder(
        account: account,
        order: orderID(number),
        instrument: apple,
        side: side,
        quantity: try Quantity(quantity),
        limitPrice: try limit.map { try Price($0) },
        currency: .usd,
        type: type,
        timeInForce: timeInForce,
        special: rare
    )
}

/// A request for other terms.
func replace(
    _ number: Int64,
    _ request: UInt32,
    quantity: String,
    limit: String? = nil,
    stop: String? = nil,
    for account: AccountID = account
) throws -> VenueInstruction {
    var terms = AmendedTerms()
    terms.quantity = try Quantity(quantity)
    terms.limitPrice = try limit.map { try Price($0) }
    terms.stopPrice = try stop.map { try Price($0) }
    return .replace(RoutedReplace(account: account, order: orderID(number), request: request, terms: terms))
}

/// Keeps what a venue reports, in order.
final class Recorder: Sendable {
    private let kept = Mutex<[VenueReport]>([])

    func listen(to venue: PaperVenue) {
        venue.start { [self] reports in kept.withLock { $0 += reports } }
    }

    /// Everything since the last time it was asked.
    func take() -> [VenueReport] {
        kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
    }
}

/// A venue whose reports are kept.
func listening(_ venue: PaperVenue) -> (PaperVenue, Recorder) {
    let recorder = Recorder()
    recorder.listen(to: venue)
    return (venue, recorder)
}

/// A venue without a journal, with one price, and a recorder that has heard nothing.
func opened(
    at price: String,
    commission: Int64 = 0,
    _ conditions: PaperConditions = .none
) throws -> (PaperVenue, Recorder) {
    let (venue, recorder) = listening(
        PaperVenue(commission: BasisPoints(commission), conditions: conditions, journal: nil)
    )
    #expect(venue.advance(to: seconds(0), date: day1, prices: [(apple, try Price(price))]))
    return (venue, recorder)
}

/// Half a cent a unit, at least 1 and at most 25 an order, and the fees of the market on sales.
let fullSchedule: FeeSchedule = {
    var terms = FeeTerms()
    terms.perShare = Price(nanos: 5_000_000)
    terms.minimum = Money(nanos: 1_000_000_000)
    terms.maximum = Money(nanos: 25_000_000_000)
    terms.fees = [
        FeeRate(.sec, rate: BasisPoints(micros: 278_000) ?? BasisPoints(0), on: [.sell]),
        FeeRate(.taf, perShare: Price(nanos: 166_000), maximum: Money(nanos: 8_300_000_000), on: [.sell]),
    ]
    return FeeSchedule(BasisPoints(1), .terms(terms))
}()

extension PaperAmounts {
    /// What the first trade of an order costs at a share of the traded amount.
    init?(_ price: Price, _ quantity: Quantity, _ currency: Currency, _ share: BasisPoints) {
        let order = RoutedOrder(
            account: account,
            order: orderID(0),
            instrument: apple,
            side: .buy,
            quantity: quantity,
            limitPrice: nil,
            currency: currency
        )
        let entry = PaperBook().newcomer(PaperAcceptance(order, at: seconds(0)), on: day1)
        self.init(price, quantity, of: entry, on: day1, PaperRules(schedules: [FeeSchedule(share)]))
    }
}

func executions(_ reports: [VenueReport]) -> [OrderExecuted] {
    reports.compactMap { if case .executed(_, let report, _) = $0 { report } else { nil } }
}

/// Each report in a word: what it is, of which order, and how much at what price where that is said.
func words(_ reports: [VenueReport]) -> [String] {
    func number(_ order: OrderID) -> String {
        (1...200).first { orderID($0) == order }.map { "\($0)" } ?? "?"
    }
    return reports.map { report in
        switch report {
        case .acknowledged(_, let fact, _): "new \(number(fact.order))"
        case .executed(_, let fact, _):
            "fill \(number(fact.order)): \(fact.quantity.text) at \(fact.price.text)"
        case .cancelled(_, let order, _): "cancelled \(number(order))"
        case .cancelRejected(_, let order, _): "uncancelled \(number(order))"
        case .rejected(_, let order, let code, _): "rejected \(number(order)): \(code.name)"
        case .told(_, .triggered(let fact), _):
            "triggered \(number(fact.order)) at \(fact.price?.text ?? "nothing")"
        case .told(_, .replaced(let fact), _):
            "replaced \(number(fact.order)) by \(fact.request): \(fact.terms.quantity.text)"
        case .told(_, .replaceRejected(let fact), _):
            "kept \(number(fact.order)) at \(fact.request): \(fact.venueCode)"
        case .told(_, .busted(let fact), _): "busted \(fact.revision.revisedVenueExecutionID)"
        case .told(_, .corrected(let fact), _):
            "corrected \(fact.revision.revisedVenueExecutionID) to \(fact.price.text)"
        case .told(_, let fact, _): "told \(fact)"
        case .external(_, let said, _): "external \(said.venueOrderID)"
        }
    }
}

/// The journal at `path`, opened again: a process that another test starts holds its lock for the moment
/// between fork and exec.
func reopened(_ path: String) throws -> PaperJournal {
    for _ in 0..<1_000_000 {
        do throws(PaperJournalError) {
            return try PaperJournal(path: path, log: log)
        } catch {
            guard error == .inUse(path: path) else { throw error }
            sched_yield()
        }
    }
    return try PaperJournal(path: path, log: log)
}

/// A folder that goes with the test; in memory where there is such a place, because these tests sync often.
final class Folder {
    let path: String

    init() throws {
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/bifrost-venue-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        for name in files { unlink(path + "/" + name) }
        rmdir(path)
    }

    private var files: [String] { ["journal", "copy"] }

    func write(_ bytes: [UInt8], to name: String) throws {
        let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }

    func read(_ name: String) throws -> [UInt8] {
        let descriptor = open(path + "/" + name, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: size)
        try #require(pread(descriptor, &bytes, size, 0) == size)
        return bytes
    }
}

extension PaperVenue {
    /// Moves the stream to where that of another book stands.
    func quoteAgain(from book: PaperBook) {
        guard let at = book.at, let date = book.date, clock?.at != at else { return }
        let missing = book.quoteByID.values.filter { presentBook.quoteByID[$0.instrument] != $0 }
        for quote in missing.sorted(by: { ($0.at, $0.instrument) < ($1.at, $1.instrument) }) {
            advance(
                to: quote.at,
                date: date,
                ticks: [
                    PaperTick(
                        quote.instrument,
                        quote.price,
                        isClosing: quote.isClosing,
                        volume: quote.volume
                    )
                ]
            )
        }
        advance(to: at, date: date, ticks: [])
    }
}
