internal import Glibc

/// Nanoseconds of the machine's monotonic clock: for waiting and for measuring, never for recording.
public struct MonotonicTime: Comparable, Sendable {
    /// Nanoseconds since some moment before the start of the process.
    public let nanos: Int64

    /// The present moment.
    public static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanos: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// So many milliseconds later.
    public func advanced(millis: Int) -> MonotonicTime {
        MonotonicTime(nanos: nanos + Int64(millis) * 1_000_000)
    }

    /// Orders moments in time.
    public static func < (left: Self, right: Self) -> Bool { left.nanos < right.nanos }
}
