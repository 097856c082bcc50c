internal import BifrostKernel
internal import EventStore
internal import Portfolios
internal import Sagas

/// A difference between the venue's book and ours, and what became of it.
struct BreakView {
    private let fact: ReconciliationBroke
    private let header: EventHeader
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
        try EventPages.read(log, shard, .stream(AccountOrdinal(account), stream, afterVersion: 0)) { read in
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

    /// `now` ends the age of what is open.
    func json(at now: Timestamp) -> JSON {
        let since = header.effectiveAt
        let end = resolved?.at ?? now
        let age = max(end.nanos.subtractingReportingOverflow(since.nanos).partialValue, 0) / 1_000_000_000
        return [
            "position": .count(header.position),
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
