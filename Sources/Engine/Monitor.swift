internal import Glibc

/// State shared by threads that wait for each other: a lock with a condition.
///
/// The engine's threads block; `Mutex` cannot wait, and the cooperative pool must not.
// SAFETY: `state` is read and written only between lock and unlock of `lock`.
final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init(_ state: sending State) {
        self.state = state
        self.lock = .allocate(capacity: 1)
        self.condition = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(lock)
        condition.deallocate()
        lock.deallocate()
    }

    /// Changes the state and wakes every waiter.
    @discardableResult
    func change<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(lock)
        let result = body(&state)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(lock)
        return result
    }

    /// Looks at the state and wakes nobody.
    func look<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body(&state)
    }

    /// Waits until `body` gives a result.
    func await<Result>(_ body: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let result = body(&state) {
                pthread_cond_broadcast(condition)
                return result
            }
            pthread_cond_wait(condition, lock)
        }
    }

    /// Waits until `body` gives a result, at most `millis` milliseconds.
    func await<Result>(atMost millis: Int64, _ body: (inout State) -> Result?) -> Result? {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanos = Int64(deadline.tv_nsec) + millis * 1_000_000
        deadline.tv_sec += Int(nanos / 1_000_000_000)
        deadline.tv_nsec = Int(nanos % 1_000_000_000)
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let result = body(&state) {
                pthread_cond_broadcast(condition)
                return result
            }
            if pthread_cond_timedwait(condition, lock, &deadline) == ETIMEDOUT { return body(&state) }
        }
    }
}

/// A thread of the operating system, for work that blocks.
// SAFETY: `handle` is set before `init` returns and read by `join`, which one owner calls once.
final class EngineThread: @unchecked Sendable {
    private var handle = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(body))
        let status = pthread_create(&handle, nil, runBody, box.toOpaque())
        precondition(status == 0, "the system has room for one more thread")
    }

    /// Waits for the end of the body.
    func join() { pthread_join(handle, nil) }
}

private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// The other end of `passRetained` in `EngineThread`.
private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
    body.run()
    return nil
}

/// Pauses the calling thread, for polling where nothing can wake it.
func pause(millis: Int) { usleep(UInt32(millis) * 1000) }
