internal import HTTPAPI
internal import Nodes

/// One command's way to a door: the one that is open on the data directory, or one of a service of its own,
/// which ends with the command.
enum Session {
    /// How long to wait for a process that holds the data directory and has no door.
    private static let waitSecondsMax: Int64 = 20
    private static let pauseMillis: Int64 = 100

    /// Runs `body` with a client of the door, off the cooperative pool.
    static func run<T: Sendable>(
        _ place: LogPlace,
        _ body: @escaping @Sendable (DoorClient) throws -> T
    ) async throws -> T {
        let deadline = ContinuousClock.now + .seconds(waitSecondsMax)
        while true {
            if let client = try await openDoor(place) { return try await Blocking.run { try body(client) } }
            do {
                return try await own(place, body)
            } catch let error as LogAccessError {
                guard error.isHeld else { throw BifrostExit.failed.failure(error.description) }
                guard ContinuousClock.now < deadline else {
                    throw BifrostExit.failed.failure(
                        "Waited \(waitSecondsMax) s, and there is still no service to talk to. \(error.description)"
                    )
                }
            }
            try await Task.sleep(for: .milliseconds(pauseMillis))
        }
    }

    /// The door that is open on the data directory, `nil` when there is none.
    static func openDoor(_ place: LogPlace) async throws -> DoorClient? {
        try await Blocking.run {
            guard let directory = DataDirectory.resolved(place.dataDirectory) else { return nil }
            let client = DoorClient(dataDirectory: directory)
            return client.isOpen() ? client : nil
        }
    }

    private static func own<T: Sendable>(
        _ place: LogPlace,
        _ body: @escaping @Sendable (DoorClient) throws -> T
    ) async throws -> T {
        let service = try await Service.start(place)
        let client = DoorClient(socketPath: service.address)
        let result: Result<T, any Error>
        do {
            result = .success(try await Blocking.run { try body(client) })
        } catch {
            result = .failure(error)
        }
        try await service.stop()
        return try result.get()
    }
}
