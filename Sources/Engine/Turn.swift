internal import Threads

/// What one turn of an engine's loop came to.
///
/// A loop is a function that does what is due and never waits. The engine's threads repeat it and wait in
/// between; a simulation takes its turns one at a time, in an order of its own.
package enum Turn: Equatable, Sendable {
    /// It did something; there may be more.
    case worked
    /// Nothing is due until something changes.
    case idle
    /// What is due failed and may work later.
    case failed
    /// The loop is over.
    case ended
}

extension ShardEngine {
    /// Pause before a turn that failed is taken again.
    private static let failedTurnPauseMillis = 250

    /// Repeats `turn` until it ends, and waits while it is idle until something `isDue`.
    func repeatTurns(
        _ turn: () -> Turn,
        while isDue: (Inbox) -> Bool,
        orAfter nanos: () -> Int64? = { nil }
    ) {
        while true {
            switch turn() {
            case .worked: break
            case .idle:
                // A clock may be set while it is waited for: it is looked at once a second.
                let deadline = nanos().map { nanos in
                    MonotonicTime.now.advanced(millis: Int(min(max(nanos / 1_000_000 + 1, 1), 1_000)))
                }
                inbox.wait(until: isDue, orDeadline: deadline)
            case .failed: pause(millis: Self.failedTurnPauseMillis)
            case .ended: return
            }
        }
    }
}
