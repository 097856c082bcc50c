// One batch is: read the log behind the checkpoint, decode, load the rows that are missing, fold, begin,
// write each changed row once, move the checkpoint by compare-and-set, commit. Whatever fails in between
// leaves nothing, and the cache is dropped with it. Nobody else changes these rows, so they are loaded before
// the transaction begins. `begin` rides with the first copy, and the checkpoint moves with the commit, since
// what comes meanwhile waits for each round trip.

internal import BifrostKernel
internal import EventRegistry
internal import EventStore
internal import PostgresClient
internal import ProjectionKit

/// Folds one shard into the tables of one build; it belongs to one thread.
final class ProjectionRunner<P: Projection>: ProjectionTurns {
    private let seat: RunnerSeat
    private var checkpoint: Checkpoint
    private var cache = RowCache<P.Row>()
    private var tables: [TableWriter]
    private var chain: Chain

    /// The last position that is in the rows and committed.
    var position: Int64 { checkpoint.position }

    /// Takes the seat, whose lock the caller holds; refuses a log that is not the one of the checkpoint.
    init(_ seat: RunnerSeat) throws(ProjectionError) {
        self.seat = seat
        chain = Chain(log: seat.log.id, shard: seat.shard)
        var tables = P.tables.enumerated().map { number, table in
            TableWriter(table, number: number, schema: seat.build.schema, shard: seat.shard)
        }
        checkpoint = try translated { () throws(PostgresError) in
            try seat.connection.execute(Self.session)
            for index in tables.indices { try tables[index].prepare(seat.connection) }
            return try Checkpoint.read(seat.build, seat.shard, seat.connection)
        }
        self.tables = tables
        try compareWithLog()
    }

    /// A read model follows from the log, so a crash of the database may take its last batches, all of each.
    ///
    /// Rows are found by index: a table that grew since it was last analysed would look small to the planner,
    /// which would then compare each of its rows with each that is wanted. A batch of rows is held in memory.
    private static var session: String {
        "set synchronous_commit = off; set enable_seqscan = off; set enable_hashjoin = off; "
            + "set enable_mergejoin = off; set enable_material = off; set work_mem = '32MB'"
    }

    /// The hash of the checkpoint has to stand in the log.
    private func compareWithLog() throws(ProjectionError) {
        let position = checkpoint.position
        guard position > 0 else {
            guard checkpoint.logHash == chain.genesis else {
                throw .diverged(position: 0, "expected the log that the build was begun with")
            }
            return
        }
        var found: EventHash?
        do throws(ReadError) {
            try seat.log.read(seat.shard, .all(after: position - 1), limit: 1) { event in
                if event.header.position == position { found = event.hash }
            }
        } catch {
            throw ProjectionError(error, after: position - 1)
        }
        guard found == checkpoint.logHash else {
            let was = found.map { "was " + $0.text } ?? "the log ends before it"
            throw .diverged(position: position, "expected hash \(checkpoint.logHash.text), \(was)")
        }
    }

    func turn() throws(ProjectionError) -> Int {
        let milestone = Checkpoint.milestonePositions
        let block = FoldedBatch.positions - checkpoint.position % FoldedBatch.positions
        let limit = min(
            max(seat.limits.batchEventsMax, Int(block)),
            Int(milestone - checkpoint.position % milestone)
        )
        var events = try read(limit)
        // The end of the log is the end of a command.
        if events.count == limit { FactReader.cut(&events) }
        try seat.onStep(.read)
        var poison: ProjectionError?
        while !events.isEmpty {
            do throws(ProjectionError) {
                try fold(events)
                return events.count
            } catch {
                cache = RowCache()
                guard case .poison(let position, _) = error else { throw error }
                // What stands before a bad event goes into the rows, and then it is the first.
                FactReader.cut(&events, before: position)
                poison = error
            }
        }
        if let poison { throw poison }
        return 0
    }

    /// The next events; they continue the chain that the checkpoint ends.
    private func read(_ limit: Int) throws(ProjectionError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        do throws(ReadError) {
            let log = seat.followed ?? seat.log
            try log.read(seat.shard, .all(after: checkpoint.position), limit: limit) {
                events.append($0)
            }
        } catch {
            throw ProjectionError(error, after: checkpoint.position)
        }
        guard let first = events.first else { return [] }
        guard first.header.position == checkpoint.position + 1,
            chain.hash(after: checkpoint.logHash, first.header, payload: first.payload[...]) == first.hash
        else {
            throw .diverged(
                position: checkpoint.position,
                "the event behind the checkpoint does not follow it"
            )
        }
        return events
    }

    private func fold(_ events: [RecordedEvent]) throws(ProjectionError) {
        let facts = try FactReader.facts(of: events, P.self)
        do throws(ProjectionError) {
            try load(facts)
            try seat.onStep(.loaded)
            try facts.lendEach { fact throws(ProjectionError) in
                do throws(ProjectionFault) {
                    try P.apply(fact, to: &cache)
                } catch {
                    throw .poison(position: fact.header.position, error.description)
                }
            }
            try seat.onStep(.folded)
            try commit(events)
        } catch {
            for index in tables.indices { tables[index].reset() }
            // A session that is gone has rolled back already.
            if seat.connection.isUsable, seat.connection.transactionStatus != .idle {
                try translated { () throws(PostgresError) in try seat.connection.execute("rollback") }
            }
            throw error
        }
        if cache.count > seat.limits.cachedRowsMax { cache = RowCache() }
    }

    private func load(_ facts: [RecordedFact]) throws(ProjectionError) {
        facts.lendEach { fact in
            for key in P.keys(of: fact) where !cache.contains(key) {
                cache.put(key, nil)
                if let born = key.bornAfter, born >= checkpoint.position { continue }
                tables[key.table].want(key)
            }
        }
        for index in tables.indices {
            let table = tables[index]
            var scratch = TupleWriter()
            try translated { () throws(PostgresError) in
                try tables[index].load(seat.connection) { state throws(PostgresError) in
                    let row: P.Row
                    do throws(WireError) {
                        row = try P.Row(table: index, state: state)
                    } catch {
                        throw .misuse(
                            "expected a row of \(table.table.name) that this build wrote (\(error))"
                        )
                    }
                    scratch.copy.reset()
                    let hash = TableWriter.hash(row, table.table, index, seat.shard, in: &scratch)
                    cache.put(row.key, (row, hash))
                }
            }
        }
    }

    private func commit(_ events: [RecordedEvent]) throws(ProjectionError) {
        guard let last = events.last else { return }
        var next = checkpoint
        next.position = last.header.position
        next.logHash = last.hash
        cache.takeChanges { row, table, old in
            let hash = tables[table].add(row, isNew: old == nil)
            next.stateHash.change(from: old, to: hash)
            return hash
        }
        cache.takeAppended { row in
            next.stateHash.change(from: nil, to: tables[row.key.table].add(row, isNew: true))
        }
        try write(checkpoint.move(to: next, seat.build, seat.shard))
        checkpoint = next
        for index in tables.indices { tables[index].reset() }
        try seat.onStep(.committed)
    }

    /// Writes the rows, and ends with `move`: in one round trip where all rows are new ones of one table.
    private func write(_ move: String) throws(ProjectionError) {
        let isChanging = tables.contains { $0.changedCount > 0 }
        let last = isChanging ? nil : tables.indices.last { tables[$0].addedCount > 0 }
        try translated { () throws(PostgresError) in
            for index in tables.indices {
                try tables[index].flushAdded(seat.connection, index == last ? move : nil)
            }
            for index in tables.indices { try tables[index].flushChanged(seat.connection) }
        }
        guard last == nil else { return }
        try seat.onStep(.written)
        // A batch that changed no row has begun nothing.
        let beginning = seat.connection.transactionStatus == .idle ? "begin; " : ""
        try translated { () throws(PostgresError) in
            let tags = try seat.connection.execute(beginning + move)
            guard tags.last == "COMMIT" else { throw .misuse("expected a commit, was \(tags)") }
        }
    }
}

/// Decodes what a projection wants to see.
enum FactReader {
    /// Leaves out what stands at or behind a position, and then what may be a part of a command.
    static func cut(_ events: inout [RecordedEvent], before position: Int64 = .max) {
        let end = events.indices.last { index in
            let beginsNext = index + 1 < events.count && events[index + 1].header.commandDigest != nil
            let last = events[index].header.position
            return last < position && (beginsNext || last % FoldedBatch.positions == 0)
        }
        events.removeLast(events.count - (end.map { $0 + 1 } ?? 0))
    }

    static func facts<P: Projection>(
        of events: [RecordedEvent],
        _ projection: P.Type
    ) throws(ProjectionError) -> [RecordedFact] {
        var facts: [RecordedFact] = []
        facts.reserveCapacity(events.count)
        try events.lendEach { stored throws(ProjectionError) in
            let header = stored.header
            guard P.concerns(header) else { return }
            do throws(WireError) {
                let event = try EventRegistry.decode(
                    type: header.type,
                    schemaVersion: header.schemaVersion,
                    payload: stored.payload
                )
                facts.append(RecordedFact(header, payload: stored.payload, event))
            } catch {
                throw .poison(position: header.position, "the payload cannot be read (\(error))")
            }
        }
        return facts
    }
}
