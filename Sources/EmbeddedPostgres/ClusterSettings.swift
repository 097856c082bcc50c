/// The settings of the embedded server, each with its reason, written anew at every start.
struct ClusterSettings {
    let socketDirectory: String
    /// `lz4` where the server was built with it, else `pglz`.
    let walCompression: String
    /// Whether segments of the write-ahead log go to an archive.
    let isArchived: Bool
    /// Where the server is to end the recovery that it starts with, `nil` for an ordinary start.
    let recovery: ClusterRecovery?

    /// Enough for engine, projectors, gateways and a few people, and no reason to swap.
    private static let connectionsMax = 64

    /// The file, setting by setting.
    var text: String {
        let lines = settings.map { "# \($0.reason)\n\($0.name) = \($0.value)\n" }
        return
            "# Written by Bifrost at every start; make changes of your own with `alter system`.\n\n"
            + lines.joined(separator: "\n")
    }

    typealias Setting = (name: String, value: String, reason: String)

    private var settings: [Setting] {
        reach + durability + (isArchived ? archiving : []) + (recovery?.settings ?? []) + upkeep + sessions
    }

    private var reach: [Setting] {
        [
            ("listen_addresses", "''", "No network: the socket's directory is the only door."),
            ("port", "\(ClusterLayout.port)", "Names the socket only."),
            ("unix_socket_directories", "'\(socketDirectory)'", "Private to the server's user and root."),
            (
                "unix_socket_permissions", "0700",
                "Authentication is trust, so the file system keeps others out."
            ),
            ("max_connections", "\(Self.connectionsMax)", "Every role of one process, and a few people."),
        ]
    }

    private var durability: [Setting] {
        [
            ("fsync", "on", "Acknowledged means durable."),
            ("synchronous_commit", "on", "An answer goes out after the disk has the batch, never before."),
            ("full_page_writes", "on", "A page torn by a power cut is repaired from the log."),
            ("wal_compression", walCompression, "Full pages are most of the log after a checkpoint."),
            ("max_wal_size", "'1GB'", "A crash at full load is replayed from here, within seconds."),
            ("min_wal_size", "'512MB'", "Recycled segments spare the append a file creation."),
            ("checkpoint_timeout", "'5min'", "Bounds recovery when little is written."),
            ("checkpoint_completion_target", "0.9", "Spreads the writes, so that commits do not stall."),
            (
                "backend_flush_after", "'1MB'",
                "What sessions wrote is on its way to the disk when a checkpoint waits for it, and commits behind it."
            ),
        ]
    }

    private var archiving: [Setting] {
        [
            ("archive_mode", "on", "A backup can be brought to any later moment."),
            (
                "archive_command", "'/bin/sh \(WALArchive.scriptName) %p %f'",
                "A file with the directory in it: no path has to be quoted here."
            ),
            (
                "archive_timeout", "\(WALArchive.delaySecondsMax)",
                "A lost disk costs so many seconds of the log at most."
            ),
        ]
    }

    private var upkeep: [Setting] {
        [
            ("shared_buffers", "'256MB'", "The hot end of log and indexes; the kernel caches the rest."),
            ("autovacuum", "on", "Freezes the log as it grows, instead of all at once before wrap-around."),
            (
                "autovacuum_vacuum_insert_threshold", "100000",
                "Insert-only tables get visibility and freezing soon."
            ),
            ("autovacuum_vacuum_insert_scale_factor", "0.05", "Every twentieth of a table, not every fifth."),
            (
                "autovacuum_naptime", "'15s'",
                "Read models are updated often and need their dead rows removed."
            ),
            ("jit", "off", "Our queries are short; compiling them costs more than running them."),
            ("log_checkpoints", "on", "A stall at a checkpoint can be told from one of ours."),
            ("log_line_prefix", "'%m [%p] %q%u@%d '", "When, which session, who, where."),
            ("log_timezone", "'UTC'", "The log can be laid beside ours."),
            ("lc_messages", "'C'", "Starting up reads the log's words."),
            ("logging_collector", "off", "Errors go to postgres.log in the data directory."),
        ]
    }

    private var sessions: [Setting] {
        [
            ("timezone", "'UTC'", "No session depends on where the machine stands."),
            (
                "idle_in_transaction_session_timeout", "'5min'",
                "A forgotten transaction must not hold back vacuum for ever."
            ),
        ]
    }
}
