internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import Sagas

/// A difference between the venue's book and ours, and what became of it.
struct BreakView {
    private let fact: ReconciliationBroke
    private let header: EventHeader
    fileprivate var suspended: TradeSuspended?
    fileprivate var isAssigned = false
    fileprivate var resolved: (fact: BreakResolved, at: Timestamp)?

    fileprivate init(_ fact: ReconciliationBroke, _ header: EventHeader) {
        self.fact = fact
        self.header = header
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

/// The latest breaks, from what became of them back to where they were found.
struct BreakList {
    /// Latest first.
    private(set) var views: [BreakView] = []
    /// Whether only those count that are about accounts which we do not have, or about trades in suspense.
    private let isOfStrays: Bool
    private let countMax: Int
    private var resolvedByPosition: [Int64: (fact: BreakResolved, at: Timestamp)] = [:]
    private var suspendedByPosition: [Int64: TradeSuspended] = [:]
    private var assigned: Set<Int64> = []

    init(ofStrays isOfStrays: Bool, countMax: Int) {
        self.isOfStrays = isOfStrays
        self.countMax = countMax
    }

    /// Takes the event before the last one that it took; answers whether it wants one more.
    mutating func take(_ read: EventPages.Read) -> Bool {
        switch read.event {
        case .portfolio(.breakResolved(let fact)):
            resolvedByPosition[fact.brokeAt] = (fact, read.header.effectiveAt)
        case .suspense(.suspended(let fact)): suspendedByPosition[fact.brokeAt] = fact
        case .suspense(.assigned(let fact)): assigned.insert(fact.brokeAt)
        case .portfolio(.reconciliationBroke(let fact)): take(fact, read.header)
        default: break
        }
        return views.count < countMax
    }

    private mutating func take(_ fact: ReconciliationBroke, _ header: EventHeader) {
        var view = BreakView(fact, header)
        view.suspended = suspendedByPosition.removeValue(forKey: header.position)
        guard !isOfStrays || header.stream == .shard || view.suspended != nil else { return }
        view.resolved = resolvedByPosition.removeValue(forKey: header.position)
        view.isAssigned = assigned.contains(header.position)
        views.append(view)
    }
}
