internal import BifrostKernel
internal import EventStore
internal import Sagas
internal import Synchronization

/// Folds accounts at any position of the log, and keeps some of the moments on the way, so that the next
/// question about an account begins near.
///
/// What it keeps is bounded by rows: the accounts that nobody asked about for longest go first.
final class SheetCache: Sendable {
    /// An account at a position, with the last version of each stream that is in it.
    private struct Stop: Sendable {
        var position: Int64 = 0
        var sheet = AccountSheet()
        var versions: [Int64]
    }

    private struct Cache {
        var stopsByAccount: [AccountID: (stops: [Stop], usedAt: Int64)] = [:]
        var rowCount = 0
        var uses: Int64 = 0
    }

    /// About 100 bytes each.
    private static let rowsMax = 200_000
    /// Stops on the way through a whole log.
    private static let stopsMax: Int64 = 64
    /// A shorter way needs no stop.
    private static let stridePositionsMin: Int64 = 2_048
    private static let pageEventsMax = 500
    private static let kinds: [StreamKind] = [.account, .risk, .portfolio]

    private let log: any EventLog
    private let shard: ShardNumber
    private let cache = Mutex(Cache())

    init(_ log: any EventLog, _ shard: ShardNumber) {
        self.log = log
        self.shard = shard
    }

    /// An account as the log up to position `through`, which is committed, has it; blocks.
    func sheet(of account: AccountID, through: Int64, end: Int64) throws(ReadError) -> AccountSheet {
        var stop = nearest(account, through)
        let stride = max(Self.stridePositionsMin, end / Self.stopsMax)
        while stop.position < through {
            let next = min(through, (stop.position / stride + 1) * stride)
            try advance(&stop, account, through: next)
            if next % stride == 0 { keep(stop, account) }
        }
        return stop.sheet
    }

    private func advance(_ stop: inout Stop, _ account: AccountID, through: Int64) throws(ReadError) {
        for (index, kind) in Self.kinds.enumerated() {
            let selection = LogSelection.stream(
                AccountOrdinal(account),
                StreamOrdinal(kind, of: account.id),
                afterVersion: stop.versions[index]
            )
            try EventPages.read(log, shard, selection, through: through, pageEventsMax: Self.pageEventsMax) {
                stop.sheet.take($0.event, $0.header)
                stop.versions[index] = $0.header.version
            }
        }
        stop.position = through
    }

    private func nearest(_ account: AccountID, _ through: Int64) -> Stop {
        cache.withLock { cache in
            cache.uses += 1
            cache.stopsByAccount[account]?.usedAt = cache.uses
            return cache.stopsByAccount[account]?.stops.last { $0.position <= through }
                ?? Stop(versions: [Int64](repeating: 0, count: Self.kinds.count))
        }
    }

    private func keep(_ stop: Stop, _ account: AccountID) {
        cache.withLock { cache in
            var entry = cache.stopsByAccount[account] ?? ([], cache.uses)
            let place = entry.stops.firstIndex { $0.position >= stop.position } ?? entry.stops.count
            if place < entry.stops.count, entry.stops[place].position == stop.position { return }
            entry.stops.insert(stop, at: place)
            cache.stopsByAccount[account] = entry
            cache.rowCount += stop.sheet.rowCount
            while cache.rowCount > Self.rowsMax,
                let oldest = cache.stopsByAccount.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                cache.stopsByAccount[oldest.key] = nil
                cache.rowCount -= oldest.value.stops.reduce(0) { $0 + $1.sheet.rowCount }
            }
        }
    }
}
