internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
public import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Why the door does not open; the text says what happened and what to do.
public struct DoorError: Error, Sendable, CustomStringConvertible {
    /// The text for the person who meets it.
    public let description: String
    init(_ description: String) { self.description = description }
}

/// The HTTP server in front of the core: on a Unix socket and, where a port is given, on the loopback
/// interface only.
///
/// Its stop is graceful: it takes no more connections, finishes the requests under way, and closes.
public final class Door: Sendable {
    /// The path of the socket.
    public let socketPath: String
    /// The port on 127.0.0.1, where there is one.
    public let port: Int?

    private let place: SocketPlace
    private let pool: BlockingPool
    private let models: ReadModelAccess?
    private let group: ServiceGroup
    private let serving: Task<Void, Never>
    /// Goes on while the door is open already.
    private let warming: Task<Void, Never>

    /// How long requests under way may take once the door is closing; a client that never finishes one is cut
    /// off.
    private static let closeSecondsMax: Int64 = 10
    /// Connections at a time over one address; more wait in the system's backlog.
    private static let connectionsMax = 1024
    /// A connection on which nothing happens for so long is closed.
    private static let idleSecondsMax: Int64 = 120

    /// Opens the door for the holder of the data directory's lock; returns when it takes requests.
    public static func open(
        _ core: CoreAccess,
        at place: SocketPlace,
        port: Int? = nil,
        logger: Logger
    ) async throws -> Door {
        try place.prepare()
        let pool = BlockingPool()
        let routes = DoorRoutes(core, pool)
        let router = routes.router()
        let (bound, binding) = AsyncThrowingStream<Int?, any Error>.makeStream()
        var addresses: [BindAddress] = [.unixDomainSocket(path: place.path)]
        if let port { addresses.append(.hostname("127.0.0.1", port: port)) }
        let servers = addresses.map { address in
            Application(
                router: router,
                server: .http1(configuration: .init(idleTimeout: .seconds(idleSecondsMax))),
                configuration: ApplicationConfiguration(
                    address: address,
                    serverName: "bifrost",
                    availableConnectionsDelegate: MaximumAvailableConnections(connectionsMax)
                ),
                onServerRunning: { binding.yield($0.localAddress?.port) },
                logger: logger
            )
        }
        var configuration = ServiceGroupConfiguration(services: servers, logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(closeSecondsMax)
        let group = ServiceGroup(configuration: configuration)
        // Unstructured, because it lasts from here to `close`, which waits for it.
        let serving = Task {
            do {
                try await group.run()
                binding.finish()
            } catch {
                binding.finish(throwing: error)
            }
        }
        var ports: [Int] = []
        do {
            var count = 0
            for try await port in bound {
                if let port { ports.append(port) }
                count += 1
                if count == servers.count { break }
            }
            guard count == servers.count, chmod(place.path, 0o600) == 0 else {
                throw DoorError("The door was closed while it was opened.")
            }
        } catch {
            await group.triggerGracefulShutdown()
            await serving.value
            try? await pool.stop()
            try? await core.models?.stop()
            place.remove()
            throw (error as? DoorError) ?? DoorError(failure(place, port, error))
        }
        let warming = Task { await routes.warm(through: place.path) }
        return Door(place, ports.first, pool, core.models, group, serving, warming)
    }

    private init(
        _ place: SocketPlace,
        _ port: Int?,
        _ pool: BlockingPool,
        _ models: ReadModelAccess?,
        _ group: ServiceGroup,
        _ serving: Task<Void, Never>,
        _ warming: Task<Void, Never>
    ) {
        self.place = place
        self.socketPath = place.path
        self.port = port
        self.pool = pool
        self.models = models
        self.group = group
        self.serving = serving
        self.warming = warming
    }

    /// Takes no more requests, finishes those under way, and returns when all are answered.
    public func close() async throws {
        await group.triggerGracefulShutdown()
        await serving.value
        await warming.value
        try await pool.stop()
        try await models?.stop()
        place.remove()
    }

    private static func failure(_ place: SocketPlace, _ port: Int?, _ error: any Error) -> String {
        let port = port.map { " or on port \($0) of 127.0.0.1" } ?? ""
        return "Cannot listen on \(place.path)\(port): \(error). Free the port, or choose another one."
    }
}
