import Synchronization

/// Collects the errors of many threads.
final class Failures: Sendable {
    private let errors = Mutex<[String]>([])

    var all: [String] { errors.withLock { $0 } }

    func run(_ body: () throws -> Void) {
        do { try body() } catch { errors.withLock { $0.append("\(error)") } }
    }
}
