import BifrostKernel
import Engine
import EventStore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Orders
import Prices
import Testing
import Venues

@testable import HTTPAPI

/// A moment that never passes.
struct FixedTime: TimeSource {
    func now() -> Timestamp { Timestamp(nanos: 1_700_000_000_000_000_000) }
}

/// Both shards in memory with the paper venue, and the door's routes in front.
final class Fixture: Sendable {
    let log: any EventLog
    let venue: PaperVenue
    let trading: ShardEngine
    let reference: ShardEngine
    let copier: ReferenceCopier
    let core: CoreAccess
    let commits: AsyncStream<Int64>
    private let options: EngineOptions

    init(
        _ conditions: PaperConditions = .none,
        fees: FeeSchedule = FeeSchedule(BasisPoints(0)),
        log: any EventLog = MemoryLog(id: Identifier(.log, slot: 0, shard: 0, birth: 1)),
        models: ReadModelAccess? = nil,
        prices: PriceBook? = nil
    ) throws {
        self.log = log
        venue = PaperVenue(fees: [fees], conditions: conditions, journal: nil)
        let (commits, committed) = AsyncStream<Int64>.makeStream()
        var options = EngineOptions(
            holder: "test",
            build: "test",
            isReference: false,
            simulatedClock: false,
            time: FixedTime()
        )
        options.onCommit = { committed.yield($0) }
        self.options = options
        let trading = ShardEngine(shard: ShardNumber(1), log: log, venue: venue, options: options)
        let copier = ReferenceCopier(log: log, into: trading, time: FixedTime())
        options.isReference = true
        options.onCommit = { _ in copier.nudge() }
        let reference = ShardEngine(shard: .reference, log: log, venue: nil, options: options)
        core = CoreAccess(
            log: log,
            trading: trading,
            venue: venue,
            time: FixedTime(),
            prices: prices,
            models: models
        ) { request in
            let answer = reference.perform(request)
            switch answer {
            case .decided(let receipt, _), .repeated(let receipt):
                return copier.wait(for: receipt.lastPosition).map { .stopped($0) } ?? answer
            default: return answer
            }
        }
        self.commits = commits
        self.trading = trading
        self.reference = reference
        self.copier = copier
        try reference.start()
        try trading.start()
        copier.start()
    }

    func stop() {
        copier.stop()
        trading.stop()
        reference.stop()
    }

    /// Runs `body` against the routes, and stops everything after.
    static func run(
        _ conditions: PaperConditions = .none,
        fees: FeeSchedule = FeeSchedule(BasisPoints(0)),
        prices: PriceBook? = nil,
        _ body: @Sendable (Fixture, Caller) async throws -> Void
    ) async throws {
        let fixture = try Fixture(conditions, fees: fees, prices: prices)
        let pool = BlockingPool()
        let application = Application(router: DoorRoutes(fixture.core, pool).router())
        do {
            try await application.test(.router) { try await body(fixture, Caller(client: $0)) }
        } catch {
            fixture.stop()
            throw error
        }
        fixture.stop()
        try await pool.stop()
    }

    /// Stops the trading shard and starts it again, with the same log and the same venue.
    ///
    /// Its commits come through `commits` too; whoever asks for it stops it.
    func restartTrading() throws -> ShardEngine {
        trading.stop()
        var options = options
        options.holder = "test again"
        let again = ShardEngine(shard: ShardNumber(1), log: log, venue: venue, options: options)
        try again.start()
        return again
    }

    /// What is at `path` once it is as `isDone` says; each commit may have made it so.
    @discardableResult
    func wait(_ path: String, _ caller: Caller, until isDone: (JSON) -> Bool) async throws -> JSON {
        var order = try await caller.send(.get, path, key: nil).body
        if isDone(order) { return order }
        for await _ in commits {
            order = try await caller.send(.get, path, key: nil).body
            if isDone(order) { break }
        }
        return order
    }

    /// One instrument with a price of 100, and an account with a million.
    func furnish(_ caller: Caller) async throws {
        try await caller.post(
            "/v1/calendars",
            #"{"calendar":"XNYS","days":["2023-11-14","2023-11-15"]}"#,
            201
        )
        try await caller.post(
            "/v1/instruments",
            #"{"symbol":"ACME","currency":"USD","tickSize":"0.01","lotSize":"1","tradingCalendar":"XNYS"}"#,
            201
        )
        try await caller.post(
            "/v1/marks",
            #"{"date":"2023-11-14","marks":[{"symbol":"ACME","price":"100"}]}"#,
            201
        )
        try await caller.post("/v1/accounts", #"{"alias":"main","currency":"USD"}"#, 201)
        try await caller.post("/v1/accounts/main/deposits", #"{"currency":"USD","amount":"1000000"}"#, 201)
        let symbol = try #require(Symbol("ACME"))
        let acme = try #require(try Directory(log, ShardNumber(1), FixedTime()).instrument(symbol))
        let now = FixedTime().now()
        #expect(venue.advance(to: now, date: now.date, prices: [(acme, try Price("100"))]))
    }
}

/// Sends requests to the routes, with an idempotency key of its own for each unless one is given.
struct Caller: Sendable {
    let client: any TestClientProtocol

    struct Answer: Sendable {
        let status: Int
        let body: JSON
        let headers: HTTPFields
        var code: String? { body["code"]?.string }
        var subject: String { body["subject"]?.string ?? "" }
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        key: String?
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        if let key, let name = HTTPField.Name.idempotencyKey { headers[name] = key }
        return try await client.execute(
            uri: path,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(string: $0) }
        ) { response in
            let bytes = Array(response.body.readableBytesView)
            let json = bytes.isEmpty ? JSON.null : try JSONReader.read(bytes)
            return Answer(status: Int(response.status.code), body: json, headers: response.headers)
        }
    }

    @discardableResult
    func post(_ path: String, _ body: String, _ status: Int, key: String? = nil) async throws -> Answer {
        let answer = try await send(.post, path, body, key: key ?? "key of \(path) \(body.hashValue)")
        #expect(answer.status == status, "\(path) \(body.prefix(80)) → \(answer.body.text)")
        return answer
    }
}
