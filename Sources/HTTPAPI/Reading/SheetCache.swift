package import BifrostKernel
package import EventStore
package import EventStorePostgres
internal import Sagas
internal import Synchronization

/// Folds accounts at any position of the log, from the nearest moment that is known: one that a snapshot was
/// kept of, or one on the way of a question before.
///
/// What it keeps in memory is bounded by rows: the accounts that nobody asked about for longest go first.
package final class SheetCache: Sendable {
    private struct Cache {
        var momentsByAccount: [AccountID: (moments: [AccountMoment], usedAt: Int64)] = [:]
        var rowCount = 0
        var uses: Int64 = 0
    }

    /// About 100 bytes each.
    private static let rowsMax = 200_000
    /// Events between two moments on a long way.
    private static let strideEvents = 512
    /// A shorter way is not worth remembering.
    private static let keptEventsMin = 64

    private let log: any EventLog
    private let shard: ShardNumber
    private let snapshots: PostgresAccountSnapshots?
    private let cache = Mutex(Cache())

    /// Of the accounts of `shard`.
    package init(_ log: any EventLog, _ shard: ShardNumber, _ snapshots: PostgresAccountSnapshots? = nil) {
        self.log = log
        self.shard = shard
        self.snapshots = snapshots
    }

    /// An account as the log up to position `through`, which is committed, has it; blocks.
    package func sheet(of account: AccountID, through: Int64) throws(ReadError) -> AccountSheet {
        var moment = nearest(account, through)
        if let kept = snapshot(of: account, through), kept.position > moment.position { moment = kept }
        var taken = 0
        try moment.advance(log, shard, through: through) { moment, _ in
            taken += 1
            if taken % Self.strideEvents == 0 { keep(moment) }
        }
        if taken >= Self.keptEventsMin { keep(moment) }
        return moment.sheet
    }

    /// The latest snapshot; none where it cannot be read, or the log has another event at its position: then
    /// the log says what it says.
    private func snapshot(of account: AccountID, _ through: Int64) -> AccountMoment? {
        guard let snapshots else { return nil }
        do {
            guard let kept = try snapshots.latest(of: AccountOrdinal(account), through: through) else {
                return nil
            }
            var hash: EventHash?
            try log.read(shard, .all(after: kept.position - 1), limit: 1) { hash = $0.hash }
            return hash == kept.hash ? try AccountMoment(kept, of: account) : nil
        } catch {
            return nil
        }
    }

    private func nearest(_ account: AccountID, _ through: Int64) -> AccountMoment {
        cache.withLock { cache in
            cache.uses += 1
            cache.momentsByAccount[account]?.usedAt = cache.uses
            return cache.momentsByAccount[account]?.moments.last { $0.position <= through }
                ?? AccountMoment(account)
        }
    }

    private func keep(_ moment: AccountMoment) {
        cache.withLock { cache in
            var entry = cache.momentsByAccount[moment.account] ?? ([], cache.uses)
            let place = entry.moments.firstIndex { $0.position >= moment.position } ?? entry.moments.count
            if place < entry.moments.count, entry.moments[place].position == moment.position { return }
            entry.moments.insert(moment, at: place)
            cache.momentsByAccount[moment.account] = entry
            cache.rowCount += moment.sheet.rowCount
            while cache.rowCount > Self.rowsMax,
                let oldest = cache.momentsByAccount.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                cache.momentsByAccount[oldest.key] = nil
                cache.rowCount -= oldest.value.moments.reduce(0) { $0 + $1.sheet.rowCount }
            }
        }
    }
}
