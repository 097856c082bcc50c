internal import BifrostKernel
internal import EmbeddedPostgres
internal import EventStore
internal import EventStorePostgres
internal import Glibc
internal import HTTPAPI
internal import Nodes
internal import PostgresClient
package import SeededChoices
internal import Threads

/// Two supervisors, each with a service of its own, on one database: one writes, the other one would like to.
///
/// The load moves cash only, because each service has a paper venue of its own, and a venue that was not
/// asked cannot know.
package final class Duel {
    /// What befalls the one that writes, or both.
    package enum Blow: String, CaseIterable, Sendable {
        case writerStopped = "writer stopped until another one has taken over, then woken"
        case writerKilled = "writer killed"
        case databaseRestarted = "PostgreSQL restarted"
        case bothKilled = "both killed"
    }

    private let sides: [Supervisor]
    private let clients: [LoadClient]
    private let directory: String
    private let place: LogPlace
    private var cluster: EmbeddedCluster
    private var violations: [String] = []
    private var rounds = 0
    /// Every end of the log that a reader saw, which must stay part of it.
    private var heads: [Head] = []

    private static let servingMillisMax = 60_000
    private static let asksMax = 40
    private static let askPauseMillis = 250

    /// Starts a database and both services, and opens an account for each of four clients.
    package init(binary: String, directory: String, seed: UInt64) throws {
        self.directory = directory
        cluster = try EmbeddedCluster.start(dataDirectory: directory + "/database")
        let root = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "postgres")
        )
        try root.execute("create database bifrost")
        let url =
            "postgresql://\(EmbeddedCluster.superuser)@/bifrost?host=\(cluster.socketDirectory)"
        sides = try ["a", "b"].map { name in
            let data = directory + "/" + name
            try FileSystem.makeDirectories(data, mode: 0o755)
            return Supervisor(ServiceProcess.Setup(binary: binary, dataDirectory: data, databaseURL: url))
        }
        place = sides[0].setup.place
        let doors = sides.map(\.setup.client)
        sides[0].start()
        let first = sides[0]
        guard wait(millis: Self.servingMillisMax, until: { first.isServing }) else {
            throw FaultError("no service on \(url); see \(first.setup.log)")
        }
        let accounts = try LoadSetup.prepare(doors[0], accounts: 4)
        // Two who prefer one side, and one for each side who knows no other.
        let ways = [doors, doors.reversed(), [doors[0]], [doors[1]]]
        clients = zip(accounts, ways).enumerated().map { index, pair in
            let seed = seed &+ UInt64(index) << 32
            return LoadClient(pair.1, name: "d\(index)", account: pair.0, seed: seed, tradesOrders: false)
        }
        sides[1].start()
    }

    /// Load, a blow at a random moment, a writer again, then the log beside the journals.
    package func round(_ blow: Blow, _ dice: inout Generator) throws {
        for client in clients { client.start() }
        pause(millis: dice.int(200...600))
        let writer = try writer()
        let (own, other) = (sides[writer], sides[1 - writer])
        switch blow {
        case .writerKilled: own.signal(SIGKILL)
        case .bothKilled: for side in sides { side.signal(SIGKILL) }
        case .databaseRestarted:
            try cluster.stop(dice.chance(50) ? .fast : .immediate)
            cluster = try EmbeddedCluster.start(dataDirectory: directory + "/database")
        case .writerStopped:
            own.signal(SIGSTOP)
            if !wait(millis: Self.servingMillisMax, until: { other.isServing }) {
                violations.append("nobody took over from a stopped writer")
            }
            // Who was taken over from still believes that it writes.
            waitForProgress(of: [clients[2 + (1 - writer)]])
            own.signal(SIGCONT)
        }
        waitForProgress(of: Array(clients.prefix(2)))
        for client in clients { client.stop() }
        try settle()
        rounds += 1
    }

    /// Ends everything and verifies the whole log.
    package func close(into summary: inout FaultSummary) throws {
        for side in sides { side.end() }
        let log = try LogAccess.open(place).log
        let journal = clients.flatMap(\.entries)
        var audit = LogAudit(log, Node.tradingShard)
        try audit.readOn(log)
        audit.check(journal)
        audit.checkStrangers(Set(journal.map(\.command.id)))
        let books = try BookAudit(log, kept: heads)
        try cluster.stop(.fast)
        summary.rounds += rounds
        summary.acknowledged += journal.count { $0.outcome != nil }
        summary.unanswered += journal.count { $0.isUnknown }
        summary.lost += audit.lost.count
        summary.doubled += audit.doubled.count
        summary.events += books.events
        summary.violations += violations + audit.violations + books.violations
    }

    /// Has every open command decided, by whichever side can.
    private func settle() throws {
        let doors = sides.map(\.setup.client)
        for _ in 0..<Self.asksMax {
            for door in doors { for client in clients { client.askAgain(by: door) } }
            if clients.allSatisfy({ $0.openCount == 0 }) { break }
            pause(millis: Self.askPauseMillis)
        }
        for client in clients where client.openCount > 0 {
            violations.append("\(client.openCount) commands have no outcome when asked again")
        }
        let log = try LogAccess.open(place).log
        heads.append(try log.head(of: Node.tradingShard))
    }

    /// The side that serves now.
    private func writer() throws -> Int {
        var found: Int?
        _ = wait(millis: Self.servingMillisMax) {
            found = sides.indices.first { sides[$0].isServing }
            return found != nil
        }
        guard let found else { throw FaultError("nobody serves; see \(directory)/a/service.log") }
        return found
    }

    private func waitForProgress(of clients: [LoadClient]) {
        let marks = clients.map { $0.acknowledged + 3 }
        let isThere = wait(millis: Self.servingMillisMax) {
            zip(clients, marks).allSatisfy { $0.acknowledged >= $1 }
        }
        if !isThere { violations.append("no progress within \(Self.servingMillisMax) ms") }
    }
}
