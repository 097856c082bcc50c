internal import AccountsViewProjection
internal import BifrostKernel
internal import Engine
internal import EventStore
internal import PortfolioViewProjection
internal import PostgresClient
internal import ReadModels

extension DoorRoutes {
    /// Read models farther apart are not brought together: one of them is being made anew.
    private static let apartPositionsMax: Int64 = 20_000

    /// An account at a moment, with the position that it is of; `nil` where there is none.
    func sheet(
        of account: AccountID,
        _ moment: ReadMoment
    ) async throws -> (view: AccountView, position: Int64)? {
        let (directory, sheets, core) = (directory, sheets, core)
        let view: @Sendable (AccountSheet) throws -> AccountView? = {
            try AccountView(account, $0, directory)
        }
        let fold: @Sendable (Int64) throws -> AccountView? = { through in
            try view(try sheets.sheet(of: account, through: through))
        }
        // The past is no row of a read model; the present is, of two.
        if let at = moment.at {
            let through = min(at, try await end())
            return try await pool.run { try fold(through) }.map { ($0, through) }
        }
        let found = try await answer(moment, ["accounts", "portfolio"]) {
            snapshots throws(PostgresError) -> SheetSource in
            .figures(try SheetFigures(account, snapshots))
        } fold: { through in
            .folded(try fold(through))
        }
        switch found.answer {
        case .folded(let view): return view.map { ($0, found.position) }
        case .figures(let figures):
            let apart = figures.portfolioPosition - figures.accountsPosition
            guard abs(apart) <= Self.apartPositionsMax else {
                let through = try await end()
                return try await pool.run { try fold(through) }.map { ($0, through) }
            }
            let position = max(figures.portfolioPosition, figures.accountsPosition)
            return try await pool.run { try view(try figures.joined(core.log, core.trading.shard)) }
                .map { ($0, position) }
        }
    }

    private enum SheetSource: Sendable {
        case figures(SheetFigures)
        case folded(AccountView?)
    }
}

/// What two read models say of an account, each at its own position.
private struct SheetFigures: Sendable {
    let account: AccountID
    let accountsPosition: Int64
    let portfolioPosition: Int64
    private let known: (row: AccountRow, holds: [HoldRow])?
    private let cash: [CashFigures]
    private let holdings: [HoldingFigures]

    init(_ account: AccountID, _ snapshots: [ReadSnapshot]) throws(PostgresError) {
        let shard = ShardNumber(account.id.shard)
        self.account = account
        accountsPosition = snapshots[0].positions[shard] ?? 0
        portfolioPosition = snapshots[1].positions[shard] ?? 0
        known = try AccountsView.account(account, at: snapshots[0])
        cash = try PortfolioProjection.cash(of: account, at: snapshots[1])
        holdings = try PortfolioProjection.holdings(of: account, at: snapshots[1])
    }

    /// The sheet at the later of both positions: what the other lacks is read from the log; blocks.
    func joined(_ log: any EventLog, _ shard: ShardNumber) throws(ReadError) -> AccountSheet {
        // Each of the two may be the one that is behind, also behind the account's opening.
        var sheet = try AccountSheet(known, cash, holdings)
        let (low, high) = (min(accountsPosition, portfolioPosition), max(accountsPosition, portfolioPosition))
        guard low < high else { return sheet }
        let ordinal = AccountOrdinal(account)
        let (accounts, portfolio) = (accountsPosition, portfolioPosition)
        try EventPages.read(
            log,
            shard,
            .all(after: low),
            through: high,
            pageEventsMax: Int(min(high - low, Int64(EventPages.pageEventsMax))),
            where: { header in
                guard header.account == ordinal else { return false }
                switch header.stream.kind {
                case .account, .risk: return header.position > accounts
                case .portfolio: return header.position > portfolio
                default: return false
                }
            },
            { sheet.take($0.event, $0.header) }
        )
        return sheet
    }
}
