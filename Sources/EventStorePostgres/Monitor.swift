internal import Glibc

/// Nanoseconds of the machine's monotonic clock: for waiting and for measuring, never for recording.
struct MonotonicTime: Comparable {
    let nanos: Int64

    static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanos: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    func advanced(millis: Int) -> MonotonicTime {
        MonotonicTime(nanos: nanos + Int64(millis) * 1_000_000)
    }

    static func < (left: Self, right: Self) -> Bool { left.nanos < right.nanos }
}

/// A value that threads share under a lock, and a condition on which they wait for it to change.
// SAFETY: `value` is read and written only while `mutex` is held; the pointers live as long as the object.
final class Monitor<Value>: @unchecked Sendable {
    private var value: Value
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ value: sending Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the value without telling anybody.
    func withLock<Answer>(_ body: (inout Value) -> Answer) -> Answer {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Changes the value and wakes everybody who waits for it.
    func change<Answer>(_ body: (inout Value) -> Answer) -> Answer {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        pthread_cond_broadcast(condition)
        return body(&value)
    }

    /// Waits until `body` has an answer, which it is asked for at each change, or until the deadline: then
    /// `nil`.
    func wait<Answer>(until deadline: MonotonicTime, _ body: (inout Value) -> Answer?) -> Answer? {
        var time = timespec(
            tv_sec: Int(deadline.nanos / 1_000_000_000),
            tv_nsec: Int(deadline.nanos % 1_000_000_000)
        )
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let answer = body(&value) { return answer }
            guard pthread_cond_timedwait(condition, mutex, &time) == 0 else { return body(&value) }
        }
    }
}

/// Runs `body` on a thread of its own, outside the cooperative pool; `false` when the system gives none.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let retained = Unmanaged.passRetained(Work(body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    let status = pthread_create(
        &thread,
        &attributes,
        { context in
            if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        },
        retained.toOpaque()
    )
    if status != 0 { retained.release() }
    return status == 0
}
