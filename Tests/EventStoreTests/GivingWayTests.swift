import Glibc
import Testing
import Threads

@Suite("A thread that gives way")
struct GivingWayTests {
    /// `SCHED_OTHER` and `SCHED_IDLE` of sched(7).
    private enum Policy { static let (usual, idle): (Int32, Int32) = (0, 5) }

    @Test("does so with those that it makes, and nobody else does")
    func policies() {
        let found = Monitor<[Int32]>([])
        let note: @Sendable () -> Void = { found.change { $0.append(sched_getscheduler(0)) } }
        SystemThread.needed {
            note()
            SystemThread.giveWay()
            note()
            SystemThread.needed(note).join()
        }.join()
        SystemThread.needed(note).join()
        #expect(found.look { $0 } == [Policy.usual, Policy.idle, Policy.idle, Policy.usual])
    }
}
