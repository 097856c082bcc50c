internal import BifrostKernel
internal import EventStore
internal import Orders
internal import Portfolios
internal import Sagas

/// A difference between the venue's book and ours, and what became of it.
struct BreakView {
    private let fact: ReconciliationBroke
    private let header: EventHeader
    private var suspended: TradeSuspended?
    private var isAssigned = false
    private var resolved: (fact: BreakResolved, at: Timestamp)?

    private init(_ fact: ReconciliationBroke, _ header: EventHeader) {
        self.fact = fact
        self.header = header
    }

    /// The last breaks of an account, newest first.
    ///
    /// Blocks.
    static func list(
        _ account: AccountID,
        countMax: Int,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [BreakView] {
        var views: [BreakView] = []
        var indexByPosition: [Int64: Int] = [:]
        let stream = StreamOrdinal(.portfolio, of: account.id)
        let types = [ReconciliationBroke.eventType, BreakResolved.eventType]
        let selection = LogSelection.stream(AccountOrdinal(account), stream, afterVersion: 0)
        try EventPages.read(log, shard, selection, where: { types.contains($0.type) }) { read in
            switch read.event {
            case .portfolio(.reconciliationBroke(let fact)):
                indexByPosition[read.header.position] = views.count
                views.append(BreakView(fact, read.header))
            case .portfolio(.breakResolved(let fact)):
                guard let index = indexByPosition[fact.brokeAt] else { return }
                views[index].resolved = (fact, read.header.effectiveAt)
            default: return
            }
        }
        return views.suffix(countMax).reversed()
    }

    /// The last breaks about accounts that we do not have, and about trades in suspense, newest first; it
    /// reads the shard.
    ///
    /// Blocks.
    static func listStray(
        countMax: Int,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [BreakView] {
        var viewByPosition: [Int64: BreakView] = [:]
        try EventPages.read(log, shard, .all(after: 0)) { read in
            switch read.event {
            case .portfolio(.reconciliationBroke(let fact)):
                viewByPosition[read.header.position] = BreakView(fact, read.header)
            case .portfolio(.breakResolved(let fact)):
                viewByPosition[fact.brokeAt]?.resolved = (fact, read.header.effectiveAt)
            case .suspense(.suspended(let fact)): viewByPosition[fact.brokeAt]?.suspended = fact
            case .suspense(.assigned(let fact)): viewByPosition[fact.brokeAt]?.isAssigned = true
            default: return
            }
        }
        let stray = viewByPosition.values.filter { $0.header.stream == .shard || $0.suspended != nil }
        return stray.sorted { $0.header.position > $1.header.position }.prefix(countMax).map(\.self)
    }

    /// The trade that is or was in suspense.
    private var trade: JSON {
        guard let suspended else { return .null }
        let report = suspended.report
        return [
            "inSuspense": .bool(!isAssigned),
            "side": .string(report.side.name.lowercased()),
            "quantity": .string(report.quantity.text),
            "price": .string(report.price.text),
            "currency": .string(report.currency.code),
            "symbol": .optional(suspended.symbol == .none ? nil : suspended.symbol.text),
            "instrument": .optional(suspended.instrument == .none ? nil : suspended.instrument.id.text),
            "venueOrderId": .string(suspended.venueOrderID),
            "tradeDate": .string(report.tradeDate.text),
        ]
    }

    /// `now` ends the age of what is open.
    func json(at now: Timestamp) -> JSON {
        let since = header.effectiveAt
        let end = resolved?.at ?? now
        let age = max(end.nanos.subtractingReportingOverflow(since.nanos).partialValue, 0) / 1_000_000_000
        return [
            "position": .count(header.position),
            "account": .string(fact.account.id.text),
            "trade": trade,
            "kind": .string(fact.kind.name),
            "venue": .string(fact.venue),
            "venueExecutionId": .string(fact.venueExecutionID),
            "ours": .optional(fact.ours.map { Decimals.text($0) }),
            "theirs": .optional(fact.theirs.map { Decimals.text($0) }),
            "since": .string(since.text),
            "ageSeconds": .count(age),
            "resolution": .optional(resolved?.fact.resolution.name),
            "resolver": .optional(resolved?.fact.resolver),
        ]
    }
}
