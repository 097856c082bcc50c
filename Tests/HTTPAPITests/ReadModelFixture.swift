import BifrostKernel
import EventStore
import EventStorePostgres
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PostgresClient
import PostgresTesting
import ReadModels
import Synchronization
import Testing

@testable import HTTPAPI

/// The routes over a log in PostgreSQL, twice: answered from read models, and by folding the log.
struct ReadModelFixture: Sendable {
    let core: Fixture
    let log: PostgresLog
    let projector: OneStop
    /// Answers from read models.
    let caller: Caller
    /// Folds the log.
    let folding: Caller

    private static let gate = Gate(places: 3)

    /// Each takes a dozen of the server's sessions, so that few run at once.
    static func run(
        _ database: String,
        _ body: @Sendable (ReadModelFixture) async throws -> Void
    ) async throws {
        await gate.enter()
        do {
            try await open(database, body)
        } catch {
            await gate.leave()
            throw error
        }
        await gate.leave()
    }

    private static func open(
        _ database: String,
        _ body: @Sendable (ReadModelFixture) async throws -> Void
    ) async throws {
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        let log = try PostgresLog.open(
            PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) }
        )
        let catalogue = ReadModel.all(reference: .reference, trading: [ShardNumber(1)])
        let projector = OneStop(try Projector.start(catalogue, on: log) { Issue.record("\($0)") })
        let models = ReadModelAccess(log, catalogue, ShardNumber(1))
        let fixture = try Fixture(log: log, models: models)
        let pool = BlockingPool()
        let bare = CoreAccess(
            log: log,
            trading: fixture.trading,
            venue: fixture.venue,
            time: FixedTime(),
            declare: fixture.core.declare
        )
        let reading = Application(router: DoorRoutes(fixture.core, pool).router())
        let folding = Application(router: DoorRoutes(bare, pool).router())
        var failure: (any Error)?
        do {
            try await reading.test(.router) { first in
                try await folding.test(.router) { second in
                    try await body(
                        ReadModelFixture(
                            core: fixture,
                            log: log,
                            projector: projector,
                            caller: Caller(client: first),
                            folding: Caller(client: second)
                        )
                    )
                }
            }
        } catch {
            failure = error
        }
        fixture.stop()
        projector.stop()
        try await models.stop()
        try await pool.stop()
        if let failure { throw failure }
    }

    /// Both answer the same, and the read models' answer is of the end of the log.
    func compare(_ path: String) async throws {
        let read = try await caller.send(.get, path, key: nil)
        let folded = try await folding.send(.get, path, key: nil)
        #expect(read.status == folded.status, "\(path)")
        #expect(read.body == folded.body, "\(path)\n\(read.body.text)\n\(folded.body.text)")
        #expect(read.position == folded.position, "\(path)")
    }
}

/// Lets so many in at once; the others wait in the order in which they came.
private actor Gate {
    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { self.places = places }

    func enter() async {
        guard places == 0 else {
            places -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}

/// A projector that is stopped once.
final class OneStop: Sendable {
    private let projector: Mutex<Projector?>

    init(_ projector: Projector) { self.projector = Mutex(projector) }

    func stop() {
        projector.withLock { projector in
            projector?.stop()
            projector = nil
        }
    }
}

extension Caller.Answer {
    /// The moment that it is of.
    var token: String? { HTTPField.Name.bifrostPosition.flatMap { headers[$0] } }
    var position: Int64? { token.flatMap { PositionToken($0)?.position } }
}
