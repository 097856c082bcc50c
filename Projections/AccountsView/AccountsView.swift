public import BifrostKernel
internal import Portfolios
public import ProjectionKit
internal import RiskLimits
internal import Sagas

/// Who accounts are and what they may do: their opening, limits, kill switch and margin call, and what each
/// order holds back.
public enum AccountsView: Projection {
    /// What the tables hold.
    public typealias Row = AccountsRow
    /// What operators call it.
    public static let name = "accounts"
    /// The first.
    public static let foldVersion: UInt32 = 1
    /// In the order of `AccountsRow.Key.table`.
    public static let tables = [
        ProjectedTable("accounts", key: ["account"], columns: AccountRow.columns),
        ProjectedTable("holds", key: ["order_id"], columns: HoldRow.columns),
    ]
    /// The tables with their indexes.
    public static var schema: [UInt8] { PackageResources.schema_sql }

    /// Openings, risk books and closes.
    public static func concerns(_ header: EventHeader) -> Bool {
        guard header.account != .none else { return false }
        switch header.stream.kind {
        case .account: return header.type == AccountOpened.eventType
        case .risk: return true
        case .portfolio: return header.type == DayClosed.eventType
        default: return false
        }
    }

    /// The account, or the order for which something is held back.
    public static func keys(of fact: RecordedFact) -> [AccountsRow.Key] {
        switch fact.event {
        case .risk(.assessed(let said)):
            return said.verdict == .approved ? [.hold(said.order)] : []
        case .risk(.reservationChanged(let said)): return [.hold(said.order)]
        case .risk(.reassessed): return []
        case .accountOpened, .risk: return [.account(fact.header.account)]
        case .portfolio(.dayClosed(let day)):
            return day.initialRequirement == nil ? [] : [.account(fact.header.account)]
        default: return []
        }
    }

    /// Takes the fact into its row.
    public static func apply(
        _ fact: RecordedFact,
        to rows: inout RowCache<AccountsRow>
    ) throws(ProjectionFault) {
        guard let key = keys(of: fact).first else { return }
        switch key {
        case .account(let account):
            try rows.change(key, or: .account(AccountRow(account))) { row in
                guard case .account(var known) = row else { return }
                known.take(fact)
                row = .account(known)
            }
        case .hold(let order):
            try rows.change(key, or: .hold(HoldRow(order, fact.header.account))) { row in
                guard case .hold(var held) = row else { return }
                held.take(fact)
                row = .hold(held)
            }
        }
    }
}
