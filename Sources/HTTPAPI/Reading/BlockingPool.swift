internal import NIOPosix

/// The threads on which the door waits for the database and for the reference shard, so that the cooperative
/// pool never does.
///
/// What may queue here is bounded by the connections, each of which has one request at a time.
struct BlockingPool: Sendable {
    private static let threadCount = 4
    private let pool: NIOThreadPool

    init() {
        pool = NIOThreadPool(numberOfThreads: Self.threadCount)
        pool.start()
    }

    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await pool.runIfActive(body)
    }

    func stop() async throws { try await pool.shutdownGracefully() }
}
