// What a deleted row leaves in the files of the server, and what becomes of it here:
//
//     the pages of its table   vacuum full writes new files; a checkpoint removes the old ones
//     the write-ahead log      segments before a checkpoint are needed no more, but the server keeps some
//                              under new names, to be written over later, with what is in them. Ending one
//                              segment fills its rest with zeros: so segments are begun and ended until every
//                              one that was kept has been written over.
//     statistics               there are none of personal columns (person.sql)
//
// What the file system keeps in blocks that no file owns, and every copy elsewhere, is out of reach:
// docs/privacy.md.

internal import PostgresClient

/// Overwrites what the server's files still hold of deleted rows.
struct FileTraces {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Segments that are written over at most: more than any `max_wal_size` that is sensible.
    private static let segmentsMax = 1_024
    private static let tables = ["privacy.link", "privacy.person"]

    func overwrite() throws(PostgresError) {
        for table in Self.tables { try connection.execute("vacuum full \(table)") }
        // The segment with the row is behind the checkpoint only when it has ended.
        try endSegment()
        try checkpoint()
        let last = try kept()
        for _ in 0..<Self.segmentsMax where try current() <= last { try endSegment() }
        guard try current() > last else {
            throw .misuse("more than \(Self.segmentsMax) segments of the write-ahead log are kept")
        }
        try checkpoint()
    }

    /// A switch does nothing in a segment that is empty, so something is written first.
    private func endSegment() throws(PostgresError) {
        _ = try connection.query("select pg_logical_emit_message(false, 'bifrost', 'end of segment')")
        _ = try connection.query("select pg_switch_wal()")
    }

    /// The role does not inherit the right to ask for one.
    private func checkpoint() throws(PostgresError) {
        try connection.execute("set role pg_checkpoint")
        try connection.execute("checkpoint")
        try connection.execute("reset role")
    }

    /// The name of the segment that is written now.
    private func current() throws(PostgresError) -> String {
        try connection.query("select pg_walfile_name(pg_current_wal_insert_lsn())").text(0, 0)
    }

    /// The highest name of a segment that is there: those above the present one are kept to be written over.
    private func kept() throws(PostgresError) -> String {
        try connection.query(
            "select coalesce(max(name), '') from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'"
        ).text(0, 0)
    }
}
