internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import References
internal import Sagas
internal import Synchronization

/// The names of accounts and instruments, as the trading shard's log gives them.
///
/// A name that is known is answered from memory. One that is not makes the log be read on from where the last
/// reading ended, which blocks; so an account can be named as soon as its opening was answered.
final class Directory: Sendable {
    private struct Names {
        var accountByAlias: [AccountAlias: AccountID] = [:]
        var accounts: Set<AccountID> = []
        /// Instruments and calendars, and which day is open; nothing else.
        var state = ShardState()

        mutating func add(_ account: AccountID, _ alias: AccountAlias) {
            accountByAlias[alias] = account
            accounts.insert(account)
        }
    }

    private let log: any EventLog
    private let shard: ShardNumber
    private let time: any TimeSource
    private let names = Mutex(Names())
    /// Locked while the log is read, so that two readers do not do the same work.
    private let accounts: Mutex<LogSubscription>
    /// The versions of the reference stream and of the shard's own that were read last.
    private let versions = Mutex<(references: Int64, days: Int64)>((0, 0))

    init(_ log: any EventLog, _ shard: ShardNumber, _ time: any TimeSource) {
        self.log = log
        self.shard = shard
        self.time = time
        accounts = Mutex(LogSubscription(log, shard, after: 0))
    }

    /// The account of that name as far as the log was read.
    func known(_ alias: AccountAlias) -> AccountID? { names.withLock { $0.accountByAlias[alias] } }

    /// Whether an account has that id, as far as the log was read.
    func isKnown(_ account: AccountID) -> Bool { names.withLock { $0.accounts.contains(account) } }

    /// Whether an account has that id; blocks.
    func has(_ account: AccountID) throws -> Bool {
        if isKnown(account) { return true }
        try readAccounts()
        return isKnown(account)
    }

    /// The instrument of that name as far as the log was read; `nil` for a name that depends on the day.
    func known(_ symbol: Symbol) -> InstrumentID? {
        names.withLock { names in
            let book = names.state.reference
            return book.periodsBySymbol[symbol] == nil ? book.instrumentBySymbol[symbol] : nil
        }
    }

    /// The account of that name; blocks.
    func account(_ alias: AccountAlias) throws -> AccountID? {
        if let account = known(alias) { return account }
        try readAccounts()
        return known(alias)
    }

    /// All accounts by their aliases; blocks.
    func allAccounts() throws -> [(alias: AccountAlias, account: AccountID)] {
        try readAccounts()
        let accountByAlias = names.withLock { $0.accountByAlias }
        return accountByAlias.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The instrument that has that name on the open day, or today where no day was rolled; blocks.
    func instrument(_ symbol: Symbol) throws -> InstrumentID? {
        if let instrument = known(symbol) { return instrument }
        try readReferences()
        try readDays()
        let now = time.now()
        return names.withLock { $0.state.reference.id(of: symbol, on: $0.state.businessDate(at: now)) }
    }

    /// The symbols that instruments have on the open day, or today where no day was rolled; blocks.
    func symbols(of instruments: [InstrumentID]) throws -> [InstrumentID: Symbol] {
        try readReferences()
        try readDays()
        let now = time.now()
        return names.withLock { names in
            let (book, today) = (names.state.reference, names.state.businessDate(at: now))
            var symbols: [InstrumentID: Symbol] = [:]
            for instrument in instruments {
                symbols[instrument] = book.terms(of: instrument, on: today)?.symbol
            }
            return symbols
        }
    }

    /// What instruments are settled in; blocks.
    func currencies(of instruments: [InstrumentID]) throws -> [InstrumentID: Currency] {
        try readReferences()
        return names.withLock { names in
            let book = names.state.reference
            return Dictionary(
                instruments.compactMap { id in book.instrumentByID[id].map { (id, $0.currency) } }
            ) { first, _ in first }
        }
    }

    /// Goes on behind `position` with names that are known of everything up to there.
    func begin(_ accounts: [(alias: String, account: AccountID)], through position: Int64) {
        self.accounts.withLock { subscription in
            guard subscription.position < position else { return }
            names.withLock { names in
                for (text, account) in accounts {
                    if let alias = AccountAlias(text) { names.add(account, alias) }
                }
            }
            subscription = LogSubscription(log, shard, after: position)
        }
    }

    /// Reads all to the end of the log, looking only into the events that name accounts.
    private func readAccounts() throws {
        try accounts.withLock { subscription in
            var count = 1
            while count > 0 {
                var failure: WireError? = nil
                count = try subscription.next { event in
                    guard event.header.type == AccountOpened.eventType else { return }
                    do throws(WireError) {
                        guard case .accountOpened(let fact) = try EventRegistry.decode(event),
                            let alias = AccountAlias(fact.alias)
                        else { return }
                        names.withLock { $0.add(fact.account, alias) }
                    } catch {
                        failure = error
                    }
                }
                if let failure { throw ReadError.corrupt("an account's opening: \(failure)") }
            }
        }
    }

    /// Reads on what instruments and calendars are.
    func readReferences() throws {
        try versions.withLock { versions in
            let selection = LogSelection.stream(.none, .reference, afterVersion: versions.references)
            let count = try EventPages.read(log, shard, selection) { read in
                guard case .reference(.copied(_, let fact)) = read.event else { return }
                switch fact {
                case .instrumentRegistered, .termsChanged, .changeWithdrawn, .tradingDaysDeclared:
                    names.withLock { Shard.evolve(&$0.state, by: read.event, at: FactPlace(read.header)) }
                default: return
                }
            }
            versions.references += Int64(count)
        }
    }

    /// Reads on which days were rolled.
    private func readDays() throws {
        try versions.withLock { versions in
            let selection = LogSelection.stream(.none, .shard, afterVersion: versions.days)
            let count = try EventPages.read(log, shard, selection) { read in
                guard case .dayRolled = read.event else { return }
                names.withLock { Shard.evolve(&$0.state, by: read.event, at: FactPlace(read.header)) }
            }
            versions.days += Int64(count)
        }
    }
}
