public import AccountsViewProjection
public import BifrostKernel
public import EventStore
public import PostgresClient

extension AccountsView {
    /// All accounts of a shard in order of alias; blocks.
    public static func names(
        of shard: ShardNumber,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [(alias: String, account: AccountID)] {
        let rows = try snapshot.connection.query(
            "select alias, account_id from \(snapshot.schema).accounts "
                + "where shard = $1 and alias is not null and account_id is not null order by alias",
            [.int32(Int32(shard.value))]
        )
        var names: [(alias: String, account: AccountID)] = []
        for row in 0..<rows.count {
            let id = try rows.uuid(row, 1)
            names.append((try rows.text(row, 0), AccountID(Identifier(high: id.high, low: id.low))))
        }
        return names
    }

    /// An account with what its open orders hold back, `nil` where there is none; blocks.
    public static func account(
        _ account: AccountID,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> (row: AccountRow, holds: [HoldRow])? {
        let place: [PostgresParameter] = [
            .int32(Int32(account.id.shard)), .int64(AccountOrdinal(account).value),
        ]
        let found = try snapshot.connection.query(
            "select state from \(snapshot.schema).accounts where shard = $1 and account = $2",
            place
        )
        guard found.count == 1, case .account(let row) = try decoded(0, try found.bytes(0, 0)) else {
            return nil
        }
        let open = try snapshot.connection.query(
            "select state from \(snapshot.schema).holds where shard = $1 and account = $2 and is_open",
            place
        )
        var holds: [HoldRow] = []
        for row in 0..<open.count {
            if case .hold(let hold) = try decoded(1, try open.bytes(row, 0)) { holds.append(hold) }
        }
        return (row, holds)
    }

    private static func decoded(_ table: Int, _ state: [UInt8]) throws(PostgresError) -> AccountsRow {
        do throws(WireError) {
            return try AccountsRow(table: table, state: state)
        } catch {
            throw .misuse("expected a row of accounts that this build wrote (\(error))")
        }
    }
}
