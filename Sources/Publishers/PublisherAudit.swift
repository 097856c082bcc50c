internal import BifrostKernel
public import EventStore
public import EventStorePostgres

extension PublisherCheckpoint {
    /// Why the checkpoint is not one of this log, with the way out; `nil` when it is.
    ///
    /// `hash` is of the event that the log has at the checkpoint's position, `nil` where it has none.
    func mismatch(with log: Identifier, hash found: EventHash?) -> String? {
        let wayOut =
            "Nothing is published. If this log is the right one, tell the consumers and run"
            + " `bifrost publisher reset --shard \(shard.value)`: everything is published again from its first event"
        guard self.log == log else {
            return "the checkpoint belongs to log \(self.log.text), and this is log \(log.text). \(wayOut)"
        }
        guard position > 0, found != hash else { return nil }
        guard let found else {
            return
                "position \(position) was confirmed, and the log ends before it: it was restored from an older state."
                + " \(wayOut)"
        }
        return
            "position \(position) was confirmed with hash \(hash.text), and the log has \(found.text) there: it was"
            + " restored and went another way. \(wayOut)"
    }
}

/// What the log and a shard's checkpoint say of each other.
public struct PublisherAudit: Sendable, Equatable {
    /// The shard.
    public let shard: ShardNumber
    /// How far it was published, `nil` when it never was.
    public let checkpoint: PublisherCheckpoint?
    /// Events of the log up to the checkpoint, counted in the log.
    public let inLog: Int64
    /// Events of the log behind the checkpoint: what is still to come.
    public let lag: Int64
    /// What does not agree, `nil` when everything does.
    public let fault: String?

    /// Counts the log of each shard against its checkpoint.
    ///
    /// Only events that were committed before the checkpoint was read are held against it.
    public static func run(
        _ log: PostgresLog,
        _ shards: [ShardNumber]
    ) throws -> [PublisherAudit] {
        let checkpoints = try log.publisherCheckpoints()
        return try shards.map { shard in
            try audit(log, shard, checkpoints.first { $0.shard == shard })
        }
    }

    private static func audit(
        _ log: PostgresLog,
        _ shard: ShardNumber,
        _ checkpoint: PublisherCheckpoint?
    ) throws -> PublisherAudit {
        let position = checkpoint?.position ?? 0
        var counts = (before: Int64(0), after: Int64(0))
        var found: EventHash?
        var subscription = LogSubscription(log, shard, after: 0)
        while try subscription.next({ event in
            if event.header.position <= position { counts.before += 1 } else { counts.after += 1 }
            if event.header.position == position { found = event.hash }
        }) > 0 {}
        var fault = checkpoint?.mismatch(with: log.id, hash: found)
        if fault == nil, let checkpoint, checkpoint.confirmed != counts.before {
            fault =
                "the broker confirmed \(checkpoint.confirmed) events up to position \(position), and the log has"
                + " \(counts.before) there"
        }
        return PublisherAudit(
            shard: shard,
            checkpoint: checkpoint,
            inLog: counts.before,
            lag: counts.after,
            fault: fault
        )
    }

    /// Puts the checkpoint of a shard before the first event; `false` while its publisher runs.
    public static func reset(_ log: PostgresLog, _ shard: ShardNumber) throws -> Bool {
        let session = try log.publisherSession(shard)
        guard try session.tryLock() else { return false }
        let genesis = Chain(log: log.id, shard: shard).genesis
        try session.reset(session.checkpoint(orNewAt: genesis, of: log.id), to: genesis, of: log.id)
        return true
    }
}
