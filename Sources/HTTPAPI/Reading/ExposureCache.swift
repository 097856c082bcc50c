internal import BifrostKernel
internal import EventStore
internal import Replays
internal import Sagas
internal import Synchronization

/// Folds accounts as the core's next decision about them would see them, and keeps those that were asked
/// about last, so that the next question reads only what happened since.
final class ExposureCache: Sendable {
    private struct Cache {
        var replayByAccount: [AccountID: (replay: AccountReplay, usedAt: Int64)] = [:]
        var eventCount = 0
        var uses: Int64 = 0
    }

    /// What is kept grows with the events of an account: some hundreds of bytes each.
    private static let eventsMax = 300_000

    private let log: any EventLog
    private let shard: ShardNumber
    private let cache = Mutex(Cache())

    init(_ log: any EventLog, _ shard: ShardNumber) {
        self.log = log
        self.shard = shard
    }

    /// What an account is exposed to at position `through`, which is committed; `nil` where there is none.
    ///
    /// Blocks.
    func exposure(of account: AccountID, through: Int64) throws(ReadError) -> ExposureView? {
        var replay = nearest(account, through)
        do throws(ReplayError) {
            try replay.advance(log, to: through)
        } catch {
            throw ReadError(error)
        }
        guard let exposure = replay.exposure else { return nil }
        keep(replay)
        return ExposureView(exposure)
    }

    private func nearest(_ account: AccountID, _ through: Int64) -> AccountReplay {
        cache.withLock { cache in
            cache.uses += 1
            cache.replayByAccount[account]?.usedAt = cache.uses
            guard let kept = cache.replayByAccount[account]?.replay, kept.position <= through else {
                return AccountReplay(account, shard)
            }
            return kept
        }
    }

    private func keep(_ replay: AccountReplay) {
        cache.withLock { cache in
            let known = cache.replayByAccount[replay.account]
            // A question about the past leaves what is known of the present.
            if let known, known.replay.position >= replay.position { return }
            cache.replayByAccount[replay.account] = (replay, cache.uses)
            cache.eventCount += replay.eventCount - (known?.replay.eventCount ?? 0)
            while cache.eventCount > Self.eventsMax,
                let oldest = cache.replayByAccount.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                cache.replayByAccount[oldest.key] = nil
                cache.eventCount -= oldest.value.replay.eventCount
            }
        }
    }
}
