// Whoever follows the log reads each event within milliseconds of its commit, and every follower reads the
// same ones. In the process that wrote them they are there still, as the rows that PostgreSQL was sent.

internal import BifrostKernel
internal import EventStore
internal import PostgresClient
internal import Threads

/// The rows of one committed batch, one after another in the binary form of a copy.
struct CommittedRows: Sendable {
    let firstPosition: Int64
    let bytes: [UInt8]
    /// Where each row begins, and where the last one ends.
    let bounds: [Int]

    var count: Int { bounds.count - 1 }
    var lastPosition: Int64 { firstPosition + Int64(count) - 1 }

    func row(_ index: Int) -> Range<Int> { bounds[index]..<bounds[index + 1] }

    /// Takes the place of one that is forgotten, whose bytes would stay with it.
    static let forgotten = CommittedRows(firstPosition: 0, bytes: [], bounds: [0])
}

/// The rows that writers of this process committed last, a few megabytes of each shard.
///
/// It never answers for what it does not have: not for what was committed before its first row, and not
/// behind its last one, where another process may have written since. What a writer of this process cannot
/// vouch for any longer is forgotten.
final class RecentRows: Sendable {
    private struct Tail {
        var batches: [CommittedRows] = []
        /// The first of them that still counts.
        var first = 0
        var byteCount = 0

        /// Where what counts begins and ends; `nil` when there is nothing.
        var range: ClosedRange<Int64>? {
            guard first < batches.count, let last = batches.last else { return nil }
            return batches[first].firstPosition...last.lastPosition
        }
    }

    private let bytesMax: Int
    private let tails = Monitor([ShardNumber: Tail]())

    /// How many batches are gone before their places are.
    private static let gapsMax = 1_024

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Keeps the rows of a batch that is committed.
    func add(_ rows: CommittedRows, _ shard: ShardNumber) {
        guard rows.count > 0, rows.bytes.count <= bytesMax else { return forget(shard) }
        tails.look { tails in
            var tail = tails.removeValue(forKey: shard) ?? Tail()
            if let range = tail.range, range.upperBound + 1 != rows.firstPosition { tail = Tail() }
            tail.batches.append(rows)
            tail.byteCount += rows.bytes.count
            while tail.byteCount > bytesMax {
                tail.byteCount -= tail.batches[tail.first].bytes.count
                tail.batches[tail.first] = .forgotten
                tail.first += 1
            }
            if tail.first > Self.gapsMax {
                tail.batches.removeFirst(tail.first)
                tail.first = 0
            }
            tails[shard] = tail
        }
    }

    /// What is held of a shard.
    func heldBytes(_ shard: ShardNumber) -> Int {
        tails.look { $0[shard]?.batches.reduce(0) { $0 + $1.bytes.count } ?? 0 }
    }

    /// Forgets a shard whose writer ended, or does not know how a batch of it ended.
    func forget(_ shard: ShardNumber) { tails.look { _ = $0.removeValue(forKey: shard) } }

    /// Hands the selected events to `body`, as the log would; `nil` where only the log can answer.
    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int? {
        let (after, account): (Int64, AccountOrdinal?)
        switch selection {
        case .all(let position): (after, account) = (position, nil)
        case .account(let ordinal, let position): (after, account) = (position, ordinal)
        case .stream: return nil
        }
        let batches = batches(shard, after: after)
        guard !batches.isEmpty else { return nil }
        var count = 0
        do throws(PostgresError) {
            for batch in batches {
                let start = Int(max(after + 1 - batch.firstPosition, 0))
                let rows = batch.bytes.span.bytes
                for index in start..<batch.count where count < limit {
                    let row = rows.extracting(batch.row(index))
                    if let account, EventRow.account(row) != account { continue }
                    count += 1
                    body(try EventRow.read(row))
                }
            }
        } catch {
            throw ReadError(error)
        }
        return count
    }

    /// The batches with what stands behind a position; none unless all of it is here.
    private func batches(_ shard: ShardNumber, after: Int64) -> ArraySlice<CommittedRows> {
        tails.look { tails in
            guard let tail = tails[shard], let range = tail.range, after >= range.lowerBound - 1,
                after < range.upperBound
            else { return [] }
            // Followers are near the end.
            var first = tail.batches.count - 1
            while tail.batches[first].firstPosition > after + 1 { first -= 1 }
            return tail.batches[first...]
        }
    }
}
