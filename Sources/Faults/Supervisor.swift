internal import Glibc
internal import HTTPAPI
internal import Threads

/// Starts a service again each time it ends, as an init system does, without asking why.
final class Supervisor: Sendable {
    private struct State {
        var pid: Int32?
        var isStopping = false
    }

    let setup: ServiceProcess.Setup
    private let state = Monitor(State())
    private let thread = Monitor<SystemThread?>(nil)

    private static let lookMillis = 10
    private static let restartMillis = 100

    init(_ setup: ServiceProcess.Setup) { self.setup = setup }

    func start() {
        let started = SystemThread.needed { [self] in
            while !isStopping {
                if let service = try? ServiceProcess(setup) { watch(service) }
                pause(millis: Self.restartMillis)
            }
        }
        thread.change { $0 = started }
    }

    /// Sends a signal to the process of the moment.
    func signal(_ number: Int32) {
        guard let pid = state.look({ $0.pid }) else { return }
        kill(pid, number)
    }

    /// Whether the door takes commands; do not ask while the process is stopped.
    var isServing: Bool { (try? setup.client.send("GET", "/health"))?.status == 200 }

    /// Ends the service and starts it no more.
    func end() {
        state.change { $0.isStopping = true }
        thread.change { thread -> SystemThread? in
            defer { thread = nil }
            return thread
        }?.join()
    }

    private var isStopping: Bool { state.look { $0.isStopping } }

    private func watch(_ service: ServiceProcess) {
        state.change { $0.pid = service.pid }
        var isAsked = false
        while !service.hasEnded {
            if isStopping, !isAsked {
                service.signal(SIGCONT)
                service.signal(SIGTERM)
                isAsked = true
            }
            pause(millis: Self.lookMillis)
        }
        state.change { $0.pid = nil }
    }
}
