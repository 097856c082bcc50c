internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Publishers
internal import Replays

/// What people and scripts read of a publisher.
enum PublisherText {
    static func print(_ lines: [String]) {
        var output = Output()
        for line in lines { output.line(line) }
        output.flush()
    }

    /// What a publisher did until it ended.
    static func line(_ status: PublisherStatus, _ elapsed: Duration) -> String {
        let millis = max(
            1,
            elapsed.components.seconds * 1_000 + elapsed.components.attoseconds / 1_000_000_000_000_000
        )
        return "shard \(status.shard.value): \(status.confirmed) events confirmed in \(millis) ms"
            + " (\(status.confirmed * 1_000 / millis) a second), up to position \(status.confirmedPosition)"
    }

    static func status(
        _ rows: [(shard: ShardNumber, checkpoint: PublisherCheckpoint?, end: Int64)],
        json: Bool
    ) -> [String] {
        guard !json else {
            let shards = rows.map { row in
                JSONValue.object([
                    ("shard", .number(Int64(row.shard.value))),
                    ("confirmedPosition", row.checkpoint.map { .number($0.position) } ?? .null),
                    ("logPosition", .number(row.end)),
                    ("lag", .number(row.end - (row.checkpoint?.position ?? 0))),
                    ("unroutable", row.checkpoint.map { .number($0.unroutable) } ?? .null),
                    ("movedAt", row.checkpoint.map { .text($0.movedAt.text) } ?? .null),
                    ("lastError", row.checkpoint?.lastError.map { .text($0) } ?? .null),
                    ("lastErrorAt", row.checkpoint?.lastErrorAt.map { .text($0.text) } ?? .null),
                ])
            }
            return [JSONValue.list(shards).pretty]
        }
        var table = Table([
            ("SHARD", .right), ("CONFIRMED", .right), ("LOG", .right), ("LAG", .right),
            ("UNROUTABLE", .right), ("MOVED AT", .left), ("LAST ERROR", .left),
        ])
        for row in rows {
            let error = row.checkpoint?.lastError.map { text in
                (row.checkpoint?.lastErrorAt.map { $0.text + " " } ?? "") + text
            }
            table.add([
                "\(row.shard.value)", row.checkpoint.map { "\($0.position)" } ?? "never", "\(row.end)",
                "\(row.end - (row.checkpoint?.position ?? 0))",
                row.checkpoint.map { "\($0.unroutable)" } ?? "–", row.checkpoint?.movedAt.text ?? "–",
                error ?? "none",
            ])
        }
        return table.lines
    }

    static func audit(_ audits: [PublisherAudit], json: Bool) -> [String] {
        guard !json else {
            let shards = audits.map { audit in
                JSONValue.object([
                    ("shard", .number(Int64(audit.shard.value))),
                    ("confirmedPosition", audit.checkpoint.map { .number($0.position) } ?? .null),
                    ("confirmed", audit.checkpoint.map { .number($0.confirmed) } ?? .null),
                    ("inLog", .number(audit.inLog)),
                    ("lag", .number(audit.lag)),
                    ("fault", audit.fault.map { .text($0) } ?? .null),
                ])
            }
            return [JSONValue.list(shards).pretty]
        }
        var table = Table([
            ("SHARD", .right), ("POSITION", .right), ("CONFIRMED", .right), ("IN LOG", .right),
            ("STILL TO COME", .right), ("VERDICT", .left),
        ])
        for audit in audits {
            table.add([
                "\(audit.shard.value)", audit.checkpoint.map { "\($0.position)" } ?? "never",
                "\(audit.checkpoint?.confirmed ?? 0)", "\(audit.inLog)", "\(audit.lag)",
                audit.fault == nil ? "agree" : "differ",
            ])
        }
        return table.lines
    }
}
