internal import AccountsViewProjection
internal import BifrostKernel
internal import Engine
internal import PostgresClient
internal import ReadModels

/// What is read when the door opens, so that the first who ask do not wait for it.
extension DoorRoutes {
    /// Takes the names of accounts from the read model, reads what instruments are, and asks the door at
    /// `socketPath` what the page will ask.
    ///
    /// What cannot be read now is read by whoever asks for it, and told to them.
    func warm(through socketPath: String) async {
        let shard = core.trading.shard
        let names = try? await core.models?.look([AccountsView.name], at: 0, isLast: true) {
            snapshots throws(PostgresError) in try AccountsView.names(of: shard, at: snapshots[0])
        }
        var accounts: [AccountID] = []
        if case .answered(let names, let position) = names {
            directory.begin(names, through: position)
            accounts = names.prefix(ReadModelAccess.sessionsMax).map { $0.account }
        }
        try? await pool.run { try directory.readReferences() }
        await FirstLooks(client: DoorClient(socketPath: socketPath), accounts: accounts).take()
    }
}
