internal import BifrostKernel
public import EventStore
public import EventStorePostgres
internal import PostgresClient
public import ReadModels
internal import Synchronization

/// The read models as the door reads them: on few sessions and threads of its own, so that whoever folds the
/// log keeps no indexed query waiting.
///
/// A request that finds all of them busy waits; how many can is bounded by the connections of the door.
public final class ReadModelAccess: Sendable {
    /// Sessions of the database, and threads that wait for it.
    static let sessionsMax = 4
    /// How often the positions of read models are looked at while somebody waits for one.
    private static let lookMillis = 2

    let log: PostgresLog
    private let shard: ShardNumber
    private let models: [ReadModel]
    private let pool = BlockingPool()
    private let watch = Mutex(Watch())

    private struct Watch {
        var positionByName: [String: Int64] = [:]
        var isLooking = false
    }

    /// Reads these models of a shard of accounts.
    public init(_ log: PostgresLog, _ models: [ReadModel], _ shard: ShardNumber) {
        self.log = log.withReaders(atMost: Self.sessionsMax)
        self.models = models
        self.shard = shard
    }

    func stop() async throws { try await pool.stop() }

    /// What came of looking at read models.
    enum Look<Answer: Sendable>: Sendable {
        /// They were where they had to be; the second is where the least of them was.
        case answered(Answer, Int64)
        /// One is not there yet, and will be.
        case behind
        /// One is absent, stopped on its way, or of another build of Bifrost.
        case unusable
    }

    /// Lends snapshots of one moment to `body` where all of them are at `position`, or where `isLast`
    /// wherever they are.
    func look<Answer: Sendable>(
        _ names: [String],
        at position: Int64,
        isLast: Bool,
        _ body: @escaping @Sendable ([ReadSnapshot]) throws(PostgresError) -> Answer
    ) async throws -> Look<Answer> {
        let (log, shard) = (log, shard)
        let wanted = names.compactMap { name in models.first { $0.name == name } }
        guard wanted.count == names.count else { return .unusable }
        let looked = try await pool.run { () throws -> (Look<Answer>, [Int64]) in
            do throws(ReadModelError) {
                return try ReadSnapshot.read(names, of: log) { snapshots throws(PostgresError) in
                    let positions = snapshots.map { $0.positions[shard] ?? 0 }
                    let least = positions.min() ?? 0
                    guard zip(snapshots, wanted).allSatisfy({ $0.isOf($1) }) else {
                        return (.unusable, positions)
                    }
                    if least < position, snapshots.contains(where: \.isStopped) {
                        return (.unusable, positions)
                    }
                    if least < position, !isLast { return (.behind, positions) }
                    return (.answered(try body(snapshots), least), positions)
                }
            } catch {
                switch error {
                case .absent: return (.unusable, [])
                case .unavailable(let reason): throw ReadError.unavailable(reason)
                case .corrupt(let reason): throw ReadError.corrupt(reason)
                }
            }
        }
        // What a crash of the database took from a read model is folded again: what was seen may go back.
        watch.withLock { watch in
            for (name, position) in zip(names, looked.1) { watch.positionByName[name] = position }
        }
        return looked.0
    }

    /// Waits until read models are at `position` or `deadline` has come.
    ///
    /// One looks for all who wait.
    func wait(_ names: [String], for position: Int64, until deadline: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < deadline {
            let (isThere, mayLook) = watch.withLock { watch in
                let isThere = names.allSatisfy { watch.positionByName[$0] ?? 0 >= position }
                let mayLook = !isThere && !watch.isLooking
                if mayLook { watch.isLooking = true }
                return (isThere, mayLook)
            }
            if isThere { return }
            if mayLook { try await readPositions() }
            try await Task.sleep(for: .milliseconds(Self.lookMillis))
        }
    }

    private func readPositions() async throws {
        let (log, shard) = (log, shard)
        defer { watch.withLock { $0.isLooking = false } }
        // A database that does not answer now may before the deadline.
        let positions = try await pool.run { try? ReadSnapshot.positions(of: shard, in: log) }
        guard let positions else { return }
        watch.withLock { $0.positionByName = positions }
    }
}
