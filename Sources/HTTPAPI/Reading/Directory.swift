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
        var instrumentBySymbol: [Symbol: InstrumentID] = [:]
        var symbolByID: [InstrumentID: Symbol] = [:]
    }

    private let log: any EventLog
    private let shard: ShardNumber
    private let names = Mutex(Names())
    /// Locked while the log is read, so that two readers do not do the same work.
    private let accounts: Mutex<LogSubscription>
    /// The version of the reference stream that was read last.
    private let references = Mutex<Int64>(0)

    init(_ log: any EventLog, _ shard: ShardNumber) {
        self.log = log
        self.shard = shard
        accounts = Mutex(LogSubscription(log, shard, after: 0))
    }

    /// The account of that name as far as the log was read.
    func known(_ alias: AccountAlias) -> AccountID? { names.withLock { $0.accountByAlias[alias] } }

    /// The instrument of that name as far as the log was read.
    func known(_ symbol: Symbol) -> InstrumentID? { names.withLock { $0.instrumentBySymbol[symbol] } }

    /// The account of that name; blocks.
    func account(_ alias: AccountAlias) throws -> AccountID? {
        if let account = known(alias) { return account }
        try readAccounts()
        return known(alias)
    }

    /// The instrument of that name; blocks.
    func instrument(_ symbol: Symbol) throws -> InstrumentID? {
        if let instrument = known(symbol) { return instrument }
        try readReferences()
        return known(symbol)
    }

    /// The present symbol of an instrument; blocks.
    func symbol(_ instrument: InstrumentID) throws -> Symbol? {
        if let symbol = names.withLock({ $0.symbolByID[instrument] }) { return symbol }
        try readReferences()
        return names.withLock { $0.symbolByID[instrument] }
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
                        names.withLock { $0.accountByAlias[alias] = fact.account }
                    } catch {
                        failure = error
                    }
                }
                if let failure { throw ReadError.corrupt("an account's opening: \(failure)") }
            }
        }
    }

    private func readReferences() throws {
        try references.withLock { version in
            let selection = LogSelection.stream(.none, .reference, afterVersion: version)
            let count = try EventPages.read(log, shard, selection) { read in
                guard case .reference(.copied(_, .instrumentRegistered(let fact))) = read.event else {
                    return
                }
                names.withLock { names in
                    names.instrumentBySymbol[fact.symbol] = fact.instrument
                    names.symbolByID[fact.instrument] = fact.symbol
                }
            }
            version += Int64(count)
        }
    }
}
