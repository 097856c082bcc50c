internal import BifrostKernel
internal import Synchronization

/// A clock that goes on, stands still or jumps as it is told.
final class SimulatedClock: TimeSource {
    private let present: Mutex<Timestamp>

    init(_ start: Timestamp) { present = Mutex(start) }

    func now() -> Timestamp { present.withLock { $0 } }

    func move(nanos: Int64) {
        present.withLock { $0 = Timestamp(nanos: max(0, $0.nanos + nanos)) }
    }
}
