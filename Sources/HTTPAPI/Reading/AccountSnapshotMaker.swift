internal import BifrostKernel
public import Engine
internal import EventRegistry
public import EventStore
public import EventStorePostgres
internal import Sagas

/// Keeps a snapshot of each account every so many of its events, beside the engine: a question about an
/// account's past then reads what came since the last one, not all that the account ever did.
///
/// It follows one shard, and belongs to one thread. Accounts that it has not met since it began are counted
/// first, and read from the log when they have enough: after a restart two snapshots may lie up to twice as
/// far apart.
public final class AccountSnapshotMaker {
    /// The events of an account after which it is worth another snapshot.
    public static let everyEvents = 64
    private static let pageEventsMax = 10_000
    /// Snapshots that are kept at once.
    private static let keptAtOnce = 1_000
    /// Rows of accounts in memory, about 100 bytes each; beyond it begins anew with what is met.
    private static let rowsMax = 2_000_000

    private struct Known {
        var moment: AccountMoment
        var since = 0
    }

    private let log: any EventLog
    private let shard: ShardNumber
    private let snapshots: PostgresAccountSnapshots
    /// The last position that was looked at; `nil` before the first look.
    private var position: Int64?
    private var knownByAccount: [AccountOrdinal: Known] = [:]
    private var countByAccount: [AccountOrdinal: Int] = [:]
    private var rowCount = 0

    /// Snapshots of the accounts of `shard`.
    public init(_ log: any EventLog, _ shard: ShardNumber, _ snapshots: PostgresAccountSnapshots) {
        self.log = log
        self.shard = shard
        self.snapshots = snapshots
    }

    /// Looks through what came since it did so last, and keeps the snapshots that are due; how many those
    /// were.
    ///
    /// It ends early where `goesOn` says no, which it is asked every some thousand events.
    @discardableResult
    public func advance(
        while goesOn: () -> Bool = { true }
    ) throws(SnapshotMakingError) -> (made: Int, through: Int64) {
        do throws(SnapshotMakingError) {
            var through = try begin()
            var made = 0
            var due: [AccountSnapshot] = []
            while goesOn(), let last = try page(after: through, &due) {
                through = last
                if due.count >= Self.keptAtOnce { made += try keep(&due, through) }
                if rowCount > Self.rowsMax { forget() }
            }
            made += try keep(&due, through)
            return (made, through)
        } catch {
            // What it took in behind what is kept is not known: it begins anew there.
            forget()
            throw error
        }
    }

    private func begin() throws(SnapshotMakingError) -> Int64 {
        if let position { return position }
        do throws(SnapshotError) {
            let end = try snapshots.end()
            position = end
            return end
        } catch {
            throw Self.problem(error)
        }
    }

    /// Looks at the next events, and adds the snapshots that are due.
    ///
    /// The last position; `nil` where there are no events.
    private func page(
        after: Int64,
        _ due: inout [AccountSnapshot]
    ) throws(SnapshotMakingError) -> Int64? {
        var events: [RecordedEvent] = []
        do throws(ReadError) {
            try log.read(shard, .all(after: after), limit: Self.pageEventsMax) { events.append($0) }
        } catch {
            throw Self.problem(error)
        }
        for event in events where event.header.account != .none {
            if let snapshot = try look(at: event) { due.append(snapshot) }
        }
        return events.last?.header.position
    }

    /// Keeps what is due up to a position.
    private func keep(
        _ due: inout [AccountSnapshot],
        _ through: Int64
    ) throws(SnapshotMakingError) -> Int {
        defer { due = [] }
        do throws(SnapshotError) {
            if !due.isEmpty { try snapshots.keep(due) }
        } catch {
            throw Self.problem(error)
        }
        position = through
        return due.count
    }

    private func forget() {
        (knownByAccount, countByAccount) = ([:], [:])
        rowCount = 0
    }

    /// Takes an event in; its account's snapshot where one is due.
    private func look(at event: RecordedEvent) throws(SnapshotMakingError) -> AccountSnapshot? {
        let ordinal = event.header.account
        guard AccountMoment.kinds.contains(where: { $0 == event.header.stream.kind }) else { return nil }
        if var known = knownByAccount.removeValue(forKey: ordinal) {
            rowCount -= known.moment.sheet.rowCount
            do throws(WireError) {
                try known.moment.take(event)
            } catch {
                throw .refused("position \(event.header.position) cannot be read (\(error))")
            }
            known.since += 1
            return remember(known, event)
        }
        let count = countByAccount[ordinal, default: 0] + 1
        countByAccount[ordinal] = count
        // What an account begins with is its opening: nothing stands before it.
        let isOpening = event.header.position == ordinal.value
        guard isOpening || count >= Self.everyEvents else { return nil }
        countByAccount[ordinal] = nil
        let moment = isOpening ? try opened(by: event) : try moment(ordinal, event.header.position)
        return remember(Known(moment: moment, since: count), event)
    }

    /// An account right behind its opening.
    private func opened(by event: RecordedEvent) throws(SnapshotMakingError) -> AccountMoment {
        do throws(WireError) {
            if case .accountOpened(let opened) = try EventRegistry.decode(event) {
                var moment = AccountMoment(opened.account)
                try moment.take(event)
                return moment
            }
        } catch {
            throw .refused("position \(event.header.position) cannot be read (\(error))")
        }
        throw .refused("no account was opened at position \(event.header.position)")
    }

    private func remember(_ known: Known, _ event: RecordedEvent) -> AccountSnapshot? {
        var known = known
        var due: AccountSnapshot?
        if known.since >= Self.everyEvents {
            known.since = 0
            due = known.moment.snapshot(event.hash)
        }
        rowCount += known.moment.sheet.rowCount
        knownByAccount[event.header.account] = known
        return due
    }

    /// An account as the log has it.
    private func moment(
        _ ordinal: AccountOrdinal,
        _ position: Int64
    ) throws(SnapshotMakingError) -> AccountMoment {
        do {
            var opening: RecordedEvent?
            try log.read(shard, .all(after: ordinal.value - 1), limit: 1) { opening = $0 }
            guard let opening else {
                throw SnapshotMakingError.refused("no account was opened at position \(ordinal.value)")
            }
            var moment = try opened(by: opening)
            if let kept = try snapshots.latest(of: ordinal, through: position),
                let known = try AccountMoment(kept, of: moment.account)
            {
                moment = known
            }
            try moment.advance(log, shard, through: position)
            return moment
        } catch let error as SnapshotMakingError {
            throw error
        } catch let error as ReadError {
            throw Self.problem(error)
        } catch let error as SnapshotError {
            throw Self.problem(error)
        } catch {
            throw .refused("account \(ordinal.value) cannot be read (\(error))")
        }
    }

    private static func problem(_ error: ReadError) -> SnapshotMakingError {
        switch error {
        case .unavailable(let reason): .unavailable("the log cannot be read (\(reason))")
        case .corrupt(let reason): .refused("the log cannot be read (\(reason))")
        }
    }

    private static func problem(_ error: SnapshotError) -> SnapshotMakingError {
        switch error {
        case .unavailable(let reason): .unavailable(reason)
        case .damaged(let reason): .refused(reason)
        }
    }
}
