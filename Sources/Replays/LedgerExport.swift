internal import BifrostKernel
public import EventStore
internal import Portfolios
internal import References
public import Sagas

/// An account's ledger as a text journal, for accounting programs that share no code with Bifrost.
///
/// Every posting of every event is there, in order of business date and then of the log, and each period ends
/// with assertions of every balance, which the program recomputes.
public struct LedgerExport {
    /// The program that reads the journal.
    public enum Format: String, CaseIterable, Sendable {
        /// Beancount, version 2 or 3.
        case beancount
        /// hledger, version 1.25 or newer.
        case hledger
    }

    /// How often balances are asserted: after the last booking of each.
    public enum Period: String, CaseIterable, Sendable {
        /// A business date.
        case day
        /// A calendar month.
        case month
    }

    /// The postings of one event.
    struct Entry {
        let date: BusinessDate
        let position: Int64
        let name: String
        let postings: [Posting]
    }

    private let account: AccountOpened
    private let format: Format
    private var entries: [Entry] = []
    private let names: CommodityNames
    private let end: Int64

    /// Reads the postings of `account` up to the present end of the shard.
    public init(
        _ log: any EventLog,
        _ shard: ShardNumber,
        _ account: AccountOpened,
        _ format: Format
    ) throws(ReplayError) {
        let walk = LogWalk(log, shard)
        let last = try walk.end(nil)
        var found: [Entry] = []
        try walk.events(.account(AccountOrdinal(account.account), after: 0), upTo: last) {
            event throws(ReplayError) in
            let fact = try walk.decode(event)
            guard case .portfolio(let booking) = fact else { return true }
            let postings = booking.postings
            if postings.isEmpty { return true }
            let (date, position) = (event.header.businessDate, event.header.position)
            found.append(
                Entry(date: date, position: position, name: EventName.of(fact), postings: postings)
            )
            return true
        }
        found.sort { ($0.date, $0.position) < ($1.date, $1.position) }
        self.account = account
        entries = found
        end = last
        names = CommodityNames(
            found,
            try ReferenceReplay.fold(log, shard, upTo: last),
            isQuoted: format == .hledger
        )
        self.format = format
    }

    /// Writes the journal until `write` has enough and answers `false`.
    public func lines(assertingEach period: Period, _ write: (String) -> Bool) {
        let text: any JournalText = format == .beancount ? BeancountText(names) : HledgerText(names)
        let title = "account \(account.alias), up to position \(end)"
        let accounts = accountNames
        let opening = entries.first?.date ?? BusinessDate(days: 0)
        for line in text.header(title, account.currency, accounts, opening) where !write(line) { return }
        var ledger = Ledger()
        var touched: Set<Ledger.Key> = []
        for (index, entry) in entries.enumerated() {
            for line in text.entry(entry) where !write(line) { return }
            ledger.book(entry.postings)
            touched.formUnion(entry.postings.map(\.key))
            let next = index + 1 < entries.count ? entries[index + 1].date : nil
            if let next, Self.isSame(entry.date, next, period) { continue }
            let balances = touched.sorted().map { key in
                (key: key, balance: ledger.balance(key.account, key.commodity, key.feeKind))
            }
            for line in text.assertions(balances, after: entry.date) where !write(line) { return }
        }
    }

    /// The accounts that have a posting, in the order of the chart, each once.
    private var accountNames: [String] {
        var names: [String] = []
        for key in Set(entries.lazy.flatMap(\.postings).map(\.key)).sorted() {
            if !names.contains(key.journalName) { names.append(key.journalName) }
        }
        return names
    }

    private static func isSame(_ one: BusinessDate, _ other: BusinessDate, _ period: Period) -> Bool {
        switch period {
        case .day: one == other
        case .month: one.civil.year == other.civil.year && one.civil.month == other.civil.month
        }
    }
}

/// How one program writes a journal.
protocol JournalText {
    /// What stands before the first entry.
    func header(
        _ title: String,
        _ currency: Currency,
        _ accounts: [String],
        _ opening: BusinessDate
    ) -> [String]
    /// One event.
    func entry(_ entry: LedgerExport.Entry) -> [String]
    /// What every balance is after the last entry of `date`.
    func assertions(_ balances: [(key: Ledger.Key, balance: Int128)], after date: BusinessDate) -> [String]
}
