internal import Glibc

// `Mutex` cannot wait, and the cooperative pool must not: threads that block need a lock with a condition.
// Each waiter has a condition of its own and says what it waits for, so a change wakes those that it concerns
// and nobody else: a wake-up for nothing costs as much as deciding an order.

// SAFETY: `state` and `waiters` are touched only between lock and unlock of `lock`, which lives as long as
// the object.
/// State that threads share, and on whose changes they wait.
public final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private var waiters: [Waiter<State>] = []
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    /// Guards `state` from now on.
    public init(_ state: sending State) {
        self.state = state
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Changes the state and wakes those who wait for what it became.
    @discardableResult
    public func change<Answer>(_ body: (inout State) -> Answer) -> Answer {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        let answer = body(&state)
        wakeConcerned()
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
                wakeConcerned()
                return answer
            }
            sleep(until: nil, concerning: { _ in true })
        }
    }

    /// Waits until `condition` holds, or until a deadline; it changes nothing, so nobody is woken.
    public func wait(until condition: (State) -> Bool, orDeadline deadline: MonotonicTime? = nil) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while !condition(state) {
            guard sleep(until: deadline, concerning: condition) else { return }
        }
    }

    /// Waits until `body` has an answer, or until a deadline; then `nil`, unless `body` has one after all.
    public func await<Answer>(until deadline: MonotonicTime, _ body: (inout State) -> Answer?) -> Answer? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let answer = body(&state) {
                wakeConcerned()
                return answer
            }
            if !sleep(until: deadline, concerning: { _ in true }) { return body(&state) }
        }
    }

    /// Sleeps without the lock until a change after which `concerns` holds; `false` when the deadline came
    /// first.
    @discardableResult
    private func sleep(until deadline: MonotonicTime?, concerning concerns: (State) -> Bool) -> Bool {
        withoutActuallyEscaping(concerns) { concerns in
            let waiter = Waiter(concerns)
            waiters.append(waiter)
            let isWoken = waiter.sleep(lock, until: deadline)
            if !isWoken { waiters.removeAll { $0 === waiter } }
            return isWoken
        }
    }

    private func wakeConcerned() {
        guard !waiters.isEmpty else { return }
        waiters.removeAll { waiter in
            guard waiter.concerns(state) else { return false }
            waiter.wake()
            return true
        }
    }
}

/// One thread that sleeps, on its own condition; the monitor's lock guards it.
private final class Waiter<State> {
    let concerns: (State) -> Bool
    private var isWoken = false
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ concerns: @escaping (State) -> Bool) {
        self.concerns = concerns
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
    }

    func wake() {
        isWoken = true
        pthread_cond_signal(condition)
    }

    /// Sleeps until woken; `false` when the deadline came first.
    func sleep(_ lock: UnsafeMutablePointer<pthread_mutex_t>, until deadline: MonotonicTime?) -> Bool {
        guard let deadline else {
            while !isWoken { pthread_cond_wait(condition, lock) }
            return true
        }
        var time = timespec(
            tv_sec: Int(deadline.nanos / 1_000_000_000),
            tv_nsec: Int(deadline.nanos % 1_000_000_000)
        )
        while !isWoken {
            guard pthread_cond_timedwait(condition, lock, &time) == 0 else { return isWoken }
        }
        return true
    }
}
