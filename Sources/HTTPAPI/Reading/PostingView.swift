internal import BifrostKernel
internal import EventRegistry
internal import EventStore
internal import Portfolios
internal import Sagas

/// What an event booked in the ledger of an account.
enum PostingView {
    static let columns = [
        "position", "at", "date", "fact", "correlation", "ledger", "instrument", "currency", "amount",
        "feeKind",
        "settlementDate",
    ]

    /// The bookings of an account, newest first, by folding the log.
    ///
    /// Blocks.
    static func fold(
        _ account: AccountID,
        _ page: Page,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [JSON] {
        var rows: [JSON] = []
        let stream = StreamOrdinal(.portfolio, of: account.id)
        let selection = LogSelection.stream(AccountOrdinal(account), stream, afterVersion: 0)
        let last = min(through, page.before - 1)
        try EventPages.read(log, shard, selection, through: last) { read in
            if let row = row(read) { rows.append(row) }
        }
        return rows.suffix(page.count).reversed()
    }

    /// What an event booked; `nil` when it is none that books.
    static func row(_ read: EventPages.Read) -> JSON? {
        guard case .portfolio(let event) = read.event else { return nil }
        switch event {
        case .dayClosed, .reconciliationBroke, .breakResolved: return nil
        default: break
        }
        return [
            "position": .count(read.header.position), "at": .string(read.header.effectiveAt.text),
            "date": .string(read.header.businessDate.text),
            "fact": .optional(EventRegistry.name(type: read.header.type)),
            "correlation": .string(read.header.correlation.text),
            "postings": .array(event.postings.map(posting)),
        ]
    }

    private static func posting(_ posting: Posting) -> JSON {
        [
            "ledger": .string(posting.account.name.lowercased()),
            "instrument": .optional(posting.instrument == .none ? nil : posting.instrument.id.text),
            "currency": .string(posting.currency.code), "amount": .string(posting.amount.text),
            "feeKind": .optional(posting.feeKind?.name.lowercased()),
            "settlementDate": .optional(posting.settlementDate?.text),
        ]
    }

    /// One row for each posting, for a table.
    static func flat(_ bookings: [JSON]) -> [JSON] {
        bookings.flatMap { booking -> [JSON] in
            guard case .object(let members) = booking else { return [] }
            let about = members.filter { $0.name != "postings" }
            return (booking["postings"]?.array ?? []).map { posting in
                guard case .object(let rest) = posting else { return posting }
                return .object(about + rest)
            }
        }
    }
}
