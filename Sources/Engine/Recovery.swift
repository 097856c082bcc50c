internal import BifrostKernel
internal import EventStore
internal import Threads

/// Brings what an engine knows to where the log is: from the newest snapshot that the log bears out, or from
/// its first event.
struct Recovery {
    let log: any EventLog
    let shard: ShardNumber
    let snapshots: EngineSnapshots?
    var recentCommandsMin = EngineOptions.recentCommandsMin

    enum Failure: Error {
        /// The store cannot be reached: try again.
        case unavailable(String)
        /// The log is not what it should be: trying again will not help.
        case refused(String)
    }

    /// What is known, up to an event of the log.
    struct Known {
        var sequencer: Sequencer
        /// The hash of the last event.
        var hash: EventHash
        /// The last event of the snapshot that it began with, 0 without one.
        var snapshotPosition: Int64 = 0
        var position: Int64 { sequencer.position }
    }

    private var beforeTheFirst: Sequencer { Sequencer(shard: shard, recentCommandsMin: recentCommandsMin) }

    /// What the newest snapshot up to `position` knows; nothing when there is none that the log bears out.
    func beginning(upTo position: Int64) -> Known {
        let nothing = Known(
            sequencer: beforeTheFirst,
            hash: Chain(log: log.id, shard: shard).genesis
        )
        guard let snapshots else { return nothing }
        do throws(SnapshotError) {
            let kept = try snapshots.store.list(shard).lazy.map(\.label).filter {
                $0.build == snapshots.build && $0.position <= position
            }
            for label in kept {
                if let known = try known(label, snapshots) { return known }
            }
        } catch {
            snapshots.onSkipped("Snapshots of shard \(shard.value) are not used: \(error.reason).")
        }
        return nothing
    }

    /// What a snapshot knows; `nil` when it is not of this log or cannot be read.
    private func known(_ label: SnapshotLabel, _ snapshots: EngineSnapshots) throws(SnapshotError) -> Known? {
        do throws(ReadError) {
            var hash: EventHash?
            try log.read(shard, .all(after: label.position - 1), limit: 1) { hash = $0.hash }
            guard hash == label.hash else {
                snapshots.skip(label, "the log has another event there")
                return nil
            }
        } catch {
            // Whoever reads the log on meets the same failure and says what it means.
            return nil
        }
        var sequencer = beforeTheFirst
        var fault: WireError?
        do throws(SnapshotError) {
            try snapshots.store.read(label) { bytes in
                Result { () throws(WireError) in try WireDecoder.decode(MemoryPart.self, bytes) }
            } take: { part in
                guard fault == nil else { return }
                do throws(WireError) { try sequencer.take(part.get()) } catch { fault = error }
            }
        } catch .damaged(let reason) {
            snapshots.skip(label, reason)
            return nil
        }
        guard fault == nil, sequencer.position == label.position else {
            snapshots.skip(label, fault.map { "it cannot be read (\($0))" } ?? "it is of another position")
            return nil
        }
        return Known(sequencer: sequencer, hash: label.hash, snapshotPosition: label.position)
    }

    /// Pages of events that are read and not taken in yet.
    private static let pagesMax = 2

    /// Takes in the events behind `known` up to `position`, while a thread reads and decodes those to come.
    ///
    /// With `proving` each hash is computed anew from the one before it. `false` when `goesOn` ended it.
    @discardableResult
    func go(
        on known: inout Known,
        to position: Int64,
        proving: Bool = false,
        while goesOn: () -> Bool = { true }
    ) throws(Failure) -> Bool {
        guard known.position < position else { return true }
        let reading = Monitor(
            RecoveryReading(log, shard, behind: (known.position, known.hash), to: position, proving: proving)
        )
        var failure: Failure?
        var isStopped = false
        Pipeline.run(.max, makers: 1, valuesMax: Self.pagesMax) { _ in
            reading.look { $0.next() }
        } take: { page in
            do throws(Failure) {
                let page = try page.get()
                page.events.lendEach { known.sequencer.recover($0) }
                known.hash = page.hash
                isStopped = !goesOn()
            } catch {
                failure = error
            }
            return failure == nil && !isStopped && known.position < position
        }
        if let failure { throw failure }
        return !isStopped
    }
}

extension EngineSnapshots {
    fileprivate func skip(_ label: SnapshotLabel, _ reason: String) {
        onSkipped(
            "The snapshot of shard \(label.shard.value) at position \(label.position) is not used: \(reason)."
                + " The log is read from an earlier point instead."
        )
    }
}
