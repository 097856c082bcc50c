internal import PostgresClient

// Sorting rows that are there makes an index in a fraction of the time that adding each row to it takes. Rows
// are found by primary keys while they are folded, so a rebuild makes the other indexes last.
extension Build {
    /// Drops the indexes of the new, empty tables that only readers use, and keeps how they are made; within
    /// the transaction that makes the tables.
    func deferIndexes(_ connection: PostgresConnection) throws(PostgresError) {
        let found = try connection.query(
            """
            select string_agg(
                       pg_get_indexdef(c.oid) || ';'
                           || coalesce(format('comment on index %I.%I is %L;', n.nspname, c.relname,
                               obj_description(c.oid, 'pg_class')), ''),
                       '' order by c.relname),
                   string_agg(format('drop index %I.%I;', n.nspname, c.relname), '')
            from pg_index i
            join pg_class c on c.oid = i.indexrelid
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and not exists (select from pg_constraint where conindid = c.oid)
            """,
            [.text(schema)]
        )
        guard let drops = try found.optionalText(0, 1) else { return }
        try connection.execute(drops)
        _ = try connection.query(
            "update bifrost_read.build set index_statements = $3 where name = $1 and version = $2",
            [.text(name), .int32(version), .text(try found.text(0, 0))]
        )
    }

    /// Makes them, all or none; nothing where they are there.
    func makeIndexes(_ connection: PostgresConnection) throws(ProjectionError) {
        try translated { () throws(PostgresError) in
            try connection.execute("begin")
            do throws(PostgresError) {
                let kept = try connection.query(
                    "select index_statements from bifrost_read.build where name = $1 and version = $2 for update",
                    [.text(name), .int32(version)]
                )
                if kept.count == 1, let statements = try kept.optionalText(0, 0) {
                    try connection.execute(statements)
                    _ = try connection.query(
                        "update bifrost_read.build set index_statements = null where name = $1 and version = $2",
                        [.text(name), .int32(version)]
                    )
                }
                try connection.execute("commit")
            } catch {
                if connection.isUsable { try connection.execute("rollback") }
                throw error
            }
        }
    }
}
