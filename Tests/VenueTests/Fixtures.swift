import BifrostKernel
import Glibc
import Orders
import Synchronization
import Testing
import Venues

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
func opened(at price: String, commission: Int64 = 0) throws -> (PaperVenue, Recorder) {
    let (venue, recorder) = listening(PaperVenue(commission: BasisPoints(commission), journal: nil))
    #expect(venue.advance(to: seconds(0), date: day1, prices: [(apple, try Price(price))]))
    return (venue, recorder)
}

func executions(_ reports: [VenueReport]) -> [OrderExecuted] {
    reports.compactMap { if case .executed(_, let report, _) = $0 { report } else { nil } }
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
