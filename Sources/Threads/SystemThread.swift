internal import Glibc

/// A thread of the operating system, for work that blocks and so must stay out of the cooperative pool.
public struct SystemThread: Sendable {
    private let handle: pthread_t

    /// Runs `body` on a thread of its own; `nil` when the system gives none.
    ///
    /// Each thread is either joined or detached, once.
    public init?(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body))
        var handle = pthread_t()
        guard pthread_create(&handle, nil, perform, work.toOpaque()) == 0 else {
            work.release()
            return nil
        }
        self.handle = handle
    }

    /// Runs `body` on a thread that the process cannot do without.
    public static func needed(_ body: @escaping @Sendable () -> Void) -> SystemThread {
        guard let thread = SystemThread(body) else {
            preconditionFailure("the system has room for one more thread")
        }
        return thread
    }

    /// Waits for the end of the body.
    public func join() { pthread_join(handle, nil) }

    /// Lets it end by itself.
    public func detach() { pthread_detach(handle) }

    /// Lets the calling thread, and those that it makes, compute only while nobody else wants to.
    ///
    /// For work that nobody waits for.
    public static func giveWay() {
        // On Linux a thread has a policy of its own, and this one is refused to nobody.
        var none = sched_param()
        _ = sched_setscheduler(0, idlePolicy, &none)
    }

    /// `SCHED_IDLE` of sched(7), which the C library's module leaves out.
    private static let idlePolicy: Int32 = 5
}

/// Pauses the calling thread, for polling where nothing can wake it.
public func pause(millis: Int) { usleep(UInt32(millis) * 1_000) }

private final class Work {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// The other end of `passRetained` in `SystemThread`.
private func perform(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
