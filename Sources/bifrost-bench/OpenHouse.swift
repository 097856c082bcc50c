import BifrostKernel
import DemoMarket
import EventStore
import EventStorePostgres
import HTTPAPI
import Logging
import Nodes
import ReadModels
import Threads
import Venues

/// What `bifrost up` puts beside the engines: the door and, once they follow, the read models.
struct OpenHouse {
    let models: [ReadModel]
    var socketPath: String { door.socketPath }
    var port: Int { door.port ?? 0 }
    private let log: PostgresLog
    private var projector: Projector?
    private let door: Door

    init(_ desk: OrderDesk, _ log: PostgresLog, _ venue: any Venue, _ directory: String) async throws {
        let node = desk.node
        let core = CoreAccess(
            log: log,
            followed: log.followed,
            trading: node.trading,
            venue: venue,
            time: WallTime(),
            declare: node.declare
        )
        var logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        door = try await Door.open(core, at: SocketPlace(dataDirectory: directory), port: 0, logger: logger)
        models = ReadModel.all(reference: .reference, trading: [Node.tradingShard])
        self.log = log
    }

    /// Has the read models follow from now on; returns when they are at the end of the log.
    mutating func follow() throws { projector = try Projector.atEnd(of: log, models) }

    func close() async throws {
        projector?.stop()
        try await door.close()
    }
}

extension OrderDesk {
    /// Lets `venue` have the prices that all orders of this desk's day take.
    func quote(at venue: PaperVenue) {
        let day = flow.market.days[0]
        venue.advance(
            to: WallTime().now(),
            date: day.date,
            prices: Array(zip(instruments, day.closes))
        )
    }

}
