import BifrostKernel
import EventStorePostgres
import PostgresClient
import PostgresTesting
import Prices
import Testing

/// A database of one test with a price book.
struct PriceFixture {
    let database: String
    let log: PostgresLog
    let book: PriceBook

    init(_ database: String) throws {
        self.database = database
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        log = try PostgresLog.open(
            PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) }
        )
        book = PriceBook(log)
    }

    func admin() throws -> PostgresConnection { try SharedCluster.connect(database: database) }

    @discardableResult
    func record(
        _ key: String,
        _ ticks: [PriceTick],
        source: String = "test"
    ) throws -> (segment: PriceSegment, isRepeated: Bool) {
        let name = try #require(ClientName(key))
        return try book.record(name, source: source, ticks, at: Timestamp(nanos: 1_732_800_000_000_000_000))
    }

    static let acme = InstrumentID(Identifier(.instrument, slot: 0, shard: 0, birth: 7))
    static let zeta = InstrumentID(Identifier(.instrument, slot: 0, shard: 0, birth: 9))

    /// A moment of 2024-11-28, so many seconds after midnight in UTC.
    static func at(_ seconds: Int64) -> Timestamp {
        Timestamp(nanos: (1_732_752_000 + seconds) * 1_000_000_000)
    }

    static func price(_ cents: Int64) -> Price { Price(nanos: cents * 10_000_000) }
}
