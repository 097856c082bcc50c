internal import Glibc

// `Mutex` cannot wait, and the cooperative pool must not: threads that block need a lock with a condition.

// SAFETY: `state` is touched only between lock and unlock of `lock`; the pointers live as long as the object.
/// State that threads share, and on whose changes they wait.
public final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// Guards `state` from now on.
    public init(_ state: sending State) {
        self.state = state
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
    public func change<Answer>(_ body: (inout State) -> Answer) -> Answer {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        let answer = body(&state)
        pthread_cond_broadcast(condition)
        return answer
    }

    /// Looks at the state, or changes what nobody waits for; wakes nobody.
    public func look<Answer>(_ body: (inout State) -> Answer) -> Answer {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body(&state)
    }

    /// Waits until `body` has an answer, which it is asked for at each change.
    ///
    /// What it took may free other waiters, so they are woken.
    public func await<Answer>(_ body: (inout State) -> Answer?) -> Answer {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let answer = body(&state) {
                pthread_cond_broadcast(condition)
                return answer
            }
            pthread_cond_wait(condition, lock)
        }
    }

    /// Waits until `condition` holds; it changes nothing, so nobody is woken.
    public func wait(until condition: (State) -> Bool) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while !condition(state) { pthread_cond_wait(self.condition, lock) }
    }

    /// Waits until `body` has an answer, or until a deadline; then `nil`, unless `body` has one after all.
    public func await<Answer>(until deadline: MonotonicTime, _ body: (inout State) -> Answer?) -> Answer? {
        var time = timespec(
            tv_sec: Int(deadline.nanos / 1_000_000_000),
            tv_nsec: Int(deadline.nanos % 1_000_000_000)
        )
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let answer = body(&state) {
                pthread_cond_broadcast(condition)
                return answer
            }
            if pthread_cond_timedwait(condition, lock, &time) != 0 { return body(&state) }
        }
    }
}
