// The SQL of the log lies in the folder `SQL`, one object a file. `order.txt` says when each runs:
//
//     prepare FILE     once, by a superuser
//     always FILE      by the owner before every look at the migrations; safe to repeat
//     NUMBER FILE      by the owner, once; numbers count from 1 without a hole and no file ever changes

// The log's files make the schema `bifrost`; those of the read models lie beside them in the same form.

/// A numbered step of the database's shape, as this build knows it.
package struct Migration: Equatable, Sendable {
    let number: Int32
    let name: String
    let sql: [UInt8]
}

/// The SQL that this build carries for one schema.
package struct SQLFiles: Sendable {
    /// The schema, whose table `migration` keeps what was run.
    let schema: String
    private(set) var prepare: [String] = []
    private(set) var always: [String] = []
    private(set) var migrations: [Migration] = []

    /// Those of the log.
    static let embedded = SQLFiles(schema: "bifrost", order: PackageResources.order_txt, bytes)

    /// Reads the order; a broken one is a broken promise of this build.
    package init(schema: String, order: [UInt8], _ bytes: (String) -> [UInt8]?) {
        self.schema = schema
        for line in String(decoding: order, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            precondition(words.count == 2, "a line of order.txt is a word and a file")
            let name = String(words[1])
            guard let sql = bytes(name) else {
                preconditionFailure("every file of order.txt is in the binary, \(name) too")
            }
            switch words[0] {
            case "prepare": prepare.append(String(decoding: sql, as: UTF8.self))
            case "always": always.append(String(decoding: sql, as: UTF8.self))
            default:
                precondition(Int32(words[0]) == Int32(migrations.count + 1), "migrations count from 1")
                migrations.append(Migration(number: Int32(migrations.count + 1), name: name, sql: sql))
            }
        }
    }

    private static func bytes(_ name: String) -> [UInt8]? {
        switch name {
        case "account_snapshot.sql": PackageResources.account_snapshot_sql
        case "add_fence.sql": PackageResources.add_fence_sql
        case "add_leaf.sql": PackageResources.add_leaf_sql
        case "add_price_month.sql": PackageResources.add_price_month_sql
        case "beat.sql": PackageResources.beat_sql
        case "cold_frame.sql": PackageResources.cold_frame_sql
        case "cold_index.sql": PackageResources.cold_index_sql
        case "drop_leaf.sql": PackageResources.drop_leaf_sql
        case "event_template.sql": PackageResources.event_template_sql
        case "grants.sql": PackageResources.grants_sql
        case "heartbeat.sql": PackageResources.heartbeat_sql
        case "hold.sql": PackageResources.hold_sql
        case "hold_release.sql": PackageResources.hold_release_sql
        case "leaf.sql": PackageResources.leaf_sql
        case "lease.sql": PackageResources.lease_sql
        case "log.sql": PackageResources.log_sql
        case "migration.sql": PackageResources.migration_sql
        case "open_shard.sql": PackageResources.open_shard_sql
        case "price.sql": PackageResources.price_sql
        case "price_segment.sql": PackageResources.price_segment_sql
        case "publisher_checkpoint.sql": PackageResources.publisher_checkpoint_sql
        case "refresh_event_view.sql": PackageResources.refresh_event_view_sql
        case "refresh_table_view.sql": PackageResources.refresh_table_view_sql
        case "refuse_change.sql": PackageResources.refuse_change_sql
        case "release_lease.sql": PackageResources.release_lease_sql
        case "retention.sql": PackageResources.retention_sql
        case "roles.sql": PackageResources.roles_sql
        case "schemas.sql": PackageResources.schemas_sql
        case "seal_leaf.sql": PackageResources.seal_leaf_sql
        case "segment.sql": PackageResources.segment_sql
        case "shard.sql": PackageResources.shard_sql
        case "snapshot.sql": PackageResources.snapshot_sql
        case "pace_vacuum.sql": PackageResources.pace_vacuum_sql
        case "snapshot_part.sql": PackageResources.snapshot_part_sql
        case "subtree.sql": PackageResources.subtree_sql
        case "take_lease.sql": PackageResources.take_lease_sql
        case "turn_leaf.sql": PackageResources.turn_leaf_sql
        default: nil
        }
    }
}
