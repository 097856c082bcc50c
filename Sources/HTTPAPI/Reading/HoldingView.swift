internal import BifrostKernel
internal import EventStore
internal import ReadModels
internal import Replays
internal import Sagas

/// What an account holds of an instrument, at its latest official mark.
enum HoldingView {
    static let columns = [
        "symbol", "instrument", "quantity", "cost", "mark", "markDate", "value", "unrealised",
    ]

    static func row(_ held: HoldingFigures) -> JSON {
        [
            "symbol": .string(held.symbol ?? held.instrument.id.text),
            "instrument": .string(held.instrument.id.text),
            "quantity": .string(held.quantity), "cost": .string(held.cost), "mark": .optional(held.mark),
            "markDate": .optional(held.markDate), "value": .string(held.value),
            "unrealised": .string(held.unrealised),
        ]
    }

    /// What the account held at a point, by replaying its books; nothing where there is no such account.
    ///
    /// Blocks.
    static func replay(
        _ account: AccountID,
        _ point: ReplayPoint,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [PositionView] {
        try books(account, point, log, shard)?.positions ?? []
    }

    /// The account's books at a point; `nil` where there is no such account.
    ///
    /// Blocks.
    static func books(
        _ account: AccountID,
        _ point: ReplayPoint,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> PortfolioView? {
        do throws(ReplayError) {
            guard let opened = try AccountDirectory(log, shard).opened(AccountOrdinal(account)),
                opened.account == account
            else { return nil }
            return try PortfolioReplay.fold(log, shard, opened, point)
        } catch {
            throw ReadError(error)
        }
    }

    static func row(_ held: PositionView) -> JSON {
        [
            "symbol": .string(held.symbol), "instrument": .string(held.instrument.id.text),
            "quantity": .string(held.quantity.text), "cost": .string(held.cost.text),
            "mark": .optional(held.mark?.text), "markDate": .optional(held.markDate?.text),
            "value": .string(held.value.text), "unrealised": .string(held.unrealised.text),
        ]
    }
}

extension ReadError {
    /// Why a replay did not come to its end, as reading the log would have said it.
    init(_ error: ReplayError) {
        guard case .unavailable(let reason) = error else {
            self = .corrupt(error.description)
            return
        }
        self = .unavailable(reason)
    }
}
