internal import BifrostKernel
public import EventStore
internal import Portfolios
internal import RiskLimits
public import Sagas

/// What changed about an account between two moments of the log, and what was recorded of it meanwhile.
public struct AccountDiff: Sendable {
    /// One thing that is not what it was.
    public struct Line: Equatable, Sendable {
        /// `books`, `cash`, `positions`, `limits` or `switches`.
        public let section: String
        /// What it is: a figure, a currency, a symbol, a rule.
        public let name: String
        /// At the first moment; `nil` where there was none.
        public let before: String?
        /// At the second moment; `nil` where there is none.
        public let after: String?
        /// After − before, where both are amounts.
        public let change: String?
    }

    /// The account.
    public let account: AccountOpened
    /// The first moment.
    public let from: Int64
    /// The second.
    public let to: Int64
    /// What changed, by section and name.
    public let lines: [Line]
    /// How many events of each type were recorded of the account in between.
    public let events: [(type: String, count: Int)]

    /// Compares the account as it was known at two positions, the first of them below the second.
    public static func between(
        _ from: Int64,
        _ to: Int64,
        of account: AccountOpened,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReplayError) -> AccountDiff {
        let first = try Moment(log, shard, account, from)
        let second = try Moment(log, shard, account, to)
        return AccountDiff(
            account: account,
            from: from,
            to: to,
            lines: Moment.lines(first, second),
            events: try counts(LogWalk(log, shard), account, from, to)
        )
    }

    private static func counts(
        _ walk: LogWalk,
        _ account: AccountOpened,
        _ from: Int64,
        _ to: Int64
    ) throws(ReplayError) -> [(type: String, count: Int)] {
        var countByType: [String: Int] = [:]
        guard from < to else { return [] }
        try walk.events(.account(AccountOrdinal(account.account), after: from), upTo: to) {
            event throws(ReplayError) in
            countByType[EventName.of(try walk.decode(event)), default: 0] += 1
            return true
        }
        return countByType.sorted { $0.key < $1.key }.map { (type: $0.key, count: $0.value) }
    }

    /// An account at one moment, as names and values.
    private struct Moment {
        /// An amount with what it counts as a number, or words.
        enum Value: Equatable {
            case nanos(Int128)
            case words(String)

            var text: String {
                switch self {
                case .nanos(let nanos): Decimals.text(nanos)
                case .words(let words): words
                }
            }
        }

        private var valuesByName: [String: [String: Value]] = [:]
        private static let sections = ["books", "cash", "positions", "limits", "switches"]

        init(
            _ log: any EventLog,
            _ shard: ShardNumber,
            _ account: AccountOpened,
            _ position: Int64
        ) throws(ReplayError) {
            let books = try PortfolioReplay.fold(log, shard, account, ReplayPoint(position: position))
            var replay = AccountReplay(account.account, shard)
            try replay.advance(log, to: position)
            take(books)
            if let exposure = replay.exposure { take(exposure) }
        }

        private mutating func take(_ books: PortfolioView) {
            let figures: [(String, Money)] = [
                ("contributions", books.contributions), ("equity", books.equity), ("fees", books.fees),
                ("payable", books.payable), ("realised", books.realised), ("receivable", books.receivable),
                ("unrealised", books.unrealised),
            ]
            for (name, amount) in figures { set("books", name, .nanos(amount.nanos)) }
            for (currency, amount) in books.cash { set("cash", currency.code, .nanos(amount.nanos)) }
            for held in books.positions {
                set("positions", held.symbol, .nanos(Int128(held.quantity.nanos)))
            }
        }

        private mutating func take(_ exposure: AccountExposure) {
            // A limit that cannot be computed now is still one.
            for use in exposure.limitUses { set("limits", use.rule, .words(use.limit ?? "unknown")) }
            if let version = exposure.limitsVersion { set("limits", "version", .words(String(version))) }
            set("switches", "account kill switch", .words(exposure.killed ? "pulled" : "released"))
            set("switches", "kill switch of all", .words(exposure.shardKilled ? "pulled" : "released"))
            set("switches", "margin call", .words(exposure.marginCall.map { $0.deficit.text } ?? "none"))
            set("switches", "open orders", .words(String(exposure.openOrders)))
        }

        private mutating func set(_ section: String, _ name: String, _ value: Value) {
            valuesByName[section, default: [:]][name] = value
        }

        static func lines(_ first: Moment, _ second: Moment) -> [Line] {
            sections.flatMap { section in
                let before = first.valuesByName[section] ?? [:]
                let after = second.valuesByName[section] ?? [:]
                return Set(before.keys).union(after.keys).sorted().compactMap { name in
                    line(section, name, before[name], after[name])
                }
            }
        }

        private static func line(
            _ section: String,
            _ name: String,
            _ before: Value?,
            _ after: Value?
        ) -> Line? {
            guard before != after else { return nil }
            var change: String? = nil
            if case .nanos(let old) = before ?? .nanos(0), case .nanos(let new) = after ?? .nanos(0) {
                guard old != new else { return nil }
                change = Decimals.text(new - old)
            }
            return Line(
                section: section,
                name: name,
                before: before?.text,
                after: after?.text,
                change: change
            )
        }
    }
}
