import EventStorePostgres
import ReadModels
import Threads

extension Projector {
    /// Starts to follow with all of them, and waits until each is at the end of the log.
    static func atEnd(of log: PostgresLog, _ models: [ReadModel]) throws -> Projector {
        let projector = try start(models, on: log) { print("problem: \($0)") }
        for model in models {
            while try !Upkeep(log).isAtEnd(model.name) { pause(millis: 20) }
        }
        return projector
    }
}
