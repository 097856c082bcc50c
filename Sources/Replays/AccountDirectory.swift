public import BifrostKernel
public import EventStore
public import References
public import Sagas

/// Finds accounts by alias or id, and their ids by the numbers that events carry.
///
/// An id holds the position of the account's first event, so that it is found by one read. An alias has no
/// index in the log: finding it reads the headers of the shard.
public struct AccountDirectory {
    private let walk: LogWalk
    private var idByNumber: [AccountOrdinal: AccountID] = [:]

    /// The accounts of `shard`.
    public init(_ log: any EventLog, _ shard: ShardNumber) {
        self.walk = LogWalk(log, shard)
    }

    /// The account that an alias or a UUID names.
    public func resolve(_ name: String) throws(ReplayError) -> AccountOpened {
        if let id = Identifier(name) {
            guard let opened = try opened(AccountOrdinal(AccountID(id))), opened.account.id == id else {
                throw .unknownAccount(name)
            }
            return opened
        }
        guard AccountAlias(name) != nil else { throw .unknownAccount(name) }
        var found: AccountOpened? = nil
        try each { opened in
            if opened.alias == name { found = opened }
            return found == nil
        }
        guard let found else { throw .unknownAccount(name) }
        return found
    }

    /// Every account, in the order of opening.
    public func all() throws(ReplayError) -> [AccountOpened] {
        var accounts: [AccountOpened] = []
        try each { opened in
            accounts.append(opened)
            return true
        }
        return accounts
    }

    /// The id of the account with this number, read once and kept; `nil` for events of no account.
    public mutating func account(_ number: AccountOrdinal) throws(ReplayError) -> AccountID? {
        guard number != .none else { return nil }
        if let known = idByNumber[number] { return known }
        let id = try opened(number)?.account
        idByNumber[number] = id
        return id
    }

    /// How the account with this number was opened.
    public func opened(_ number: AccountOrdinal) throws(ReplayError) -> AccountOpened? {
        var found: AccountOpened? = nil
        let stream = StreamOrdinal(.account, birth: number.value)
        try walk.events(.stream(number, stream, afterVersion: 0)) { event throws(ReplayError) in
            if case .accountOpened(let opened) = try walk.decode(event) { found = opened }
            return false
        }
        return found
    }

    private func each(_ body: (AccountOpened) -> Bool) throws(ReplayError) {
        try walk.events(.all(after: 0)) { event throws(ReplayError) in
            guard event.header.type == AccountOpened.eventType,
                case .accountOpened(let opened) = try walk.decode(event)
            else { return true }
            return body(opened)
        }
    }
}

/// The global facts as a trading shard knew them at a position.
public enum ReferenceReplay {
    /// The business date of the shard's last event.
    public static func today(_ log: any EventLog, _ shard: ShardNumber) throws(ReplayError) -> BusinessDate {
        let walk = LogWalk(log, shard)
        return try walk.event(at: try walk.end(nil))?.header.businessDate ?? BusinessDate(days: 0)
    }

    /// Folds the shard's copies up to position `last`; marks and exchange rates of days after `asOf`
    /// are left out.
    public static func fold(
        _ log: any EventLog,
        _ shard: ShardNumber,
        upTo last: Int64 = .max,
        asOf date: BusinessDate? = nil
    ) throws(ReplayError) -> ReferenceBook {
        let walk = LogWalk(log, shard)
        var book = ReferenceBook()
        try walk.events(.stream(.none, .reference, afterVersion: 0), upTo: last) {
            event throws(ReplayError) in
            guard case .reference(let fact) = try walk.decode(event) else { return true }
            let own: ReferenceEvent = if case .copied(_, let inner) = fact { inner } else { fact }
            if case .marksRecorded(let marks) = own, let date, marks.date > date { return true }
            if case .ratesRecorded(let rates) = own, let date, rates.date > date { return true }
            book.evolve(by: own)
            return true
        }
        return book
    }
}
