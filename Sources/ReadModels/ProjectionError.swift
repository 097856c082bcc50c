internal import EventStore
internal import PostgresClient

/// Why a projection does not go on; the cases differ in what to do.
public enum ProjectionError: Error, Equatable, Sendable {
    /// The database cannot be reached or does not answer: connect again and go on from the checkpoint.
    case unavailable(String)
    /// Another projector moved the checkpoint, so this one has lost its place: stand by.
    case superseded(String)
    /// The log does not hold what was read of it before: it was restored, or is another.
    case diverged(position: Int64, String)
    /// An event that cannot be read or applied.
    case poison(position: Int64, String)
    /// The tables are not what this build can work with.
    case refused(String)
}

extension ProjectionError: CustomStringConvertible {
    /// What happened, in one line.
    public var description: String {
        switch self {
        case .unavailable(let reason), .superseded(let reason), .refused(let reason): reason
        case .diverged(let position, let reason): "the log is another one at position \(position): \(reason)"
        case .poison(let position, let reason): "the event at position \(position) stops it: \(reason)"
        }
    }

    /// The event that it is about, where it is about one.
    public var position: Int64? {
        switch self {
        case .diverged(let position, _), .poison(let position, _): position
        case .unavailable, .superseded, .refused: nil
        }
    }

    /// What a person does about it, `nil` where time alone helps.
    func wayOut(of name: String) -> String? {
        switch self {
        case .unavailable, .superseded: nil
        case .diverged:
            "if the log is the right one, run `bifrost projections rebuild \(name)`; else give the projector its own log"
        case .poison:
            "run `bifrost verify`; if the log is proven, start a build of Bifrost that knows the event: it goes on by itself"
        case .refused:
            "run `bifrost projections rebuild \(name)` with this build, or start the build that made it"
        }
    }

    init(_ error: PostgresError) {
        switch error {
        case .cannotConnect, .connectionLost: self = .unavailable(error.description)
        case .misuse(let message): self = .refused(message)
        case .server(let answer):
            // A row that is there already was put there by another projector, which has moved the checkpoint.
            if ["23505", "BF005"].contains(answer.sqlState) {
                self = .superseded(error.description)
            } else if answer.sqlState == "08P01" {
                // Time does not cure a question that is malformed.
                self = .refused(error.description)
            } else if ["08", "40", "53", "55", "57"].contains(answer.sqlStateClass) {
                self = .unavailable(error.description)
            } else {
                self = .refused(error.description)
            }
        }
    }

    init(_ error: ReadError, after position: Int64) {
        switch error {
        case .unavailable(let reason): self = .unavailable(reason)
        case .corrupt(let reason): self = .poison(position: position + 1, reason)
        }
    }
}

/// Runs `body`, and says an error of the client in the words of this module.
@discardableResult
func translated<Answer>(_ body: () throws(PostgresError) -> Answer) throws(ProjectionError) -> Answer {
    do throws(PostgresError) {
        return try body()
    } catch {
        throw ProjectionError(error)
    }
}

extension EventLog {
    /// The last position of a shard by its number in a table.
    func end(of shard: Int32) throws(ProjectionError) -> Int64 {
        guard let number = UInt16(exactly: shard) else { throw .refused("there is no shard \(shard)") }
        do throws(ReadError) {
            return try head(of: ShardNumber(number)).position
        } catch {
            throw ProjectionError(error, after: 0)
        }
    }
}
