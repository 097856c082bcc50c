internal import EventStore
internal import EventStorePostgres
internal import Nodes
internal import ReadModels

/// Compares the rows that followers left behind, which were killed with their service, with a fresh fold.
struct ReadModelAudit {
    /// What was found wrong, in words.
    private(set) var violations: [String] = []
    /// Events in proven rows, for each read model anew.
    private(set) var folded: Int64 = 0

    private let models = ReadModel.all(reference: .reference, trading: [Node.tradingShard])

    /// How long followers may take to the end of a log that nobody writes to.
    private static let followMillisMax = 20_000

    /// Waits until the service has folded all of the log.
    mutating func waitForEnd(_ log: PostgresLog) throws {
        for model in models {
            let isThere = try wait(millis: Self.followMillisMax) { try Upkeep(log).isAtEnd(model.name) }
            if !isThere { violations.append("\(model.name) does not come to the end of the log") }
        }
    }

    /// Folds the log anew and compares.
    mutating func verify(_ log: PostgresLog) throws {
        for model in models {
            for verdict in try ReadModelVerification(model, log).run({ _, _ in }) {
                guard verdict.isProven else {
                    violations.append("rows of \(model.name) at \(verdict.position) are no fold of the log")
                    continue
                }
                folded += verdict.position
            }
        }
    }
}
