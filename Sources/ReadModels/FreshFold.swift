internal import BifrostKernel
internal import EventStore
internal import PostgresClient
internal import ProjectionKit

/// A fold without its rows.
protocol FreshTurns: AnyObject {
    /// Folds the shard from its first event through a position, in memory; the hash of all rows.
    func fold(
        _ log: any EventLog,
        through last: Int64,
        _ progress: (Int64) -> Void
    ) throws(ProjectionError) -> StateHash
}

/// The other way to the same rows: from the first event, with nothing loaded and nothing stored.
final class FreshFold<P: Projection>: FreshTurns {
    private let shard: ShardNumber
    private var cache = RowCache<P.Row>()
    private var hash = StateHash()
    private var scratch = TupleWriter()

    /// A multiple of `FoldedBatch.positions`.
    private static var batchEventsMax: Int64 { Checkpoint.milestonePositions }

    init(_ shard: ShardNumber) { self.shard = shard }

    func fold(
        _ log: any EventLog,
        through last: Int64,
        _ progress: (Int64) -> Void
    ) throws(ProjectionError) -> StateHash {
        let log = ReadAhead(log, shard)
        var position: Int64 = 0
        while position < last {
            var events: [RecordedEvent] = []
            do throws(ReadError) {
                let limit = Int(min(last - position, Self.batchEventsMax))
                try log.read(shard, .all(after: position), limit: limit) { events.append($0) }
            } catch {
                throw ProjectionError(error, after: position)
            }
            guard let end = events.last else {
                throw .diverged(position: position, "expected the log to go on to \(last)")
            }
            let facts = try FactReader.facts(of: events, P.self)
            try facts.lendEach { fact throws(ProjectionError) in try apply(fact) }
            settle()
            position = end.header.position
            progress(position)
        }
        return hash
    }

    private func apply(_ fact: RecordedFact) throws(ProjectionError) {
        for key in P.keys(of: fact) where !cache.contains(key) { cache.put(key, nil) }
        do throws(ProjectionFault) {
            try P.apply(fact, to: &cache)
        } catch {
            throw .poison(position: fact.header.position, error.description)
        }
    }

    private func settle() {
        cache.takeChanges { row, table, old in
            let new = hash(of: row, table)
            hash.change(from: old, to: new)
            return new
        }
        cache.takeAppended { row in hash.change(from: nil, to: hash(of: row, row.key.table)) }
    }

    private func hash(of row: P.Row, _ table: Int) -> UInt128 {
        scratch.copy.reset()
        return TableWriter.hash(row, P.tables[table], table, shard, in: &scratch)
    }
}
