internal import EmbeddedPostgres
internal import EventStore
internal import Glibc
internal import HTTPAPI
package import Nodes
internal import PostgresClient
internal import Threads

/// One data directory with a service on it and clients in front, for a few rounds.
final class FaultHouse {
    private let setup: ServiceProcess.Setup
    private let clients: [LoadClient]
    private let accounts: [LoadAccount]
    private var service: ServiceProcess
    private var audit: LogAudit
    private(set) var violations: [String] = []

    private static let warmMillisMax = 20_000
    private static let recoveryMillisMax = 60_000

    init(_ setup: ServiceProcess.Setup, seed: UInt64, clients count: Int) throws {
        self.setup = setup
        try FileSystem.removeTree(setup.dataDirectory)
        try FileSystem.makeDirectories(setup.dataDirectory, mode: 0o755)
        service = try ServiceProcess(setup)
        guard service.waitUntilServing() else {
            throw FaultError("the service does not start; see \(setup.log)")
        }
        let client = setup.client
        let accounts = try LoadSetup.prepare(client, accounts: count)
        self.accounts = accounts
        clients = accounts.enumerated().map { index, account in
            LoadClient([client], name: "c\(index)", account: account, seed: seed &+ UInt64(index) << 32)
        }
        audit = LogAudit(try LogAccess.open(setup.place).log, Node.tradingShard)
    }

    /// Load, a fault at a random moment, recovery under load, then every check; returns the outage in
    /// milliseconds.
    func round(_ fault: Fault, _ dice: inout Dice) throws -> Int64 {
        for client in clients { client.start() }
        defer { for client in clients { client.stop() } }
        waitForProgress(Self.warmMillisMax, "before the fault")
        let held = try fault.hold(setup.dataDirectory)
        pause(millis: dice.int(0...400))
        let began = MonotonicTime.now
        try fault.inflict(on: service, setup.dataDirectory, &dice)
        if fault.endsService { service = try ServiceProcess(setup) }
        waitForProgress(Self.recoveryMillisMax, "after \(fault.rawValue)")
        let outage = (MonotonicTime.now.nanos - began.nanos) / 1_000_000
        pause(millis: dice.int(0...200))
        for client in clients { client.stop() }
        held?.close()
        try settle()
        return outage
    }

    /// Ends the service, then verifies the whole log and the venue's book.
    func close(into summary: inout FaultSummary) throws {
        for client in clients { client.askForAll() }
        service.signal(SIGTERM)
        if !service.waitForEnd() { violations.append("the service does not end when asked to") }
        let access = try LogAccess.open(setup.place)
        try audit.readOn(access.log)
        let journal = clients.flatMap(\.entries)
        // From the first event again: what was checked in early rounds must still be there.
        var whole = LogAudit(access.log, Node.tradingShard)
        try whole.readOn(access.log)
        whole.check(journal)
        whole.checkStrangers(Set(journal.map(\.command.id)))
        if whole.head != audit.head { violations.append("the log reads otherwise from its beginning") }
        var books = try BookAudit(access.log)
        try books.compare(venueAt: setup.dataDirectory + "/paper-venue.journal", accounts, journal)
        try access.close()
        summary.acknowledged += journal.count { $0.outcome != nil }
        summary.unanswered += journal.count { $0.isUnknown }
        summary.lost += whole.lost
        summary.doubled += whole.doubled
        summary.events += books.events
        summary.executions += books.executions
        summary.violations += violations + whole.violations + books.violations
    }

    /// What the rounds so far did wrong, for the round's line.
    var found: Int { violations.count + audit.violations.count }

    /// Reads the log on, then has every open command decided: those that were there must be told as repeated,
    /// the others are decided now.
    private func settle() throws {
        if !service.isServing {
            violations.append("the service is not well after its recovery")
            try revive()
        }
        let access = try LogAccess.open(setup.place)
        try audit.readOn(access.log)
        audit.check(clients.flatMap(\.entries))
        let before = audit
        for client in clients {
            client.askAgain()
            if let wrong = client.reuse() { violations.append(wrong) }
            for entry in client.entries where entry.outcome == nil && entry.isUnknown {
                let place = before.holds(entry.command.id) ? "in the log" : "not in the log"
                violations.append("\(entry.command.id), \(place), has no outcome when asked again")
            }
        }
    }

    /// Waits until every client has got some more answers; notes a violation when that does not come.
    private func waitForProgress(_ millis: Int, _ when: String) {
        let marks = clients.map { $0.acknowledged + 3 }
        let isThere = wait(millis: millis) {
            if service.hasEnded { return true }
            return zip(clients, marks).allSatisfy { $0.acknowledged >= $1 }
        }
        if service.hasEnded {
            violations.append("the service ended by itself \(when); see \(setup.log)")
            do {
                try revive()
            } catch {
                violations.append("and does not start again: \(error)")
            }
        } else if !isThere {
            violations.append("no progress within \(millis) ms \(when)")
        }
    }

    private func revive() throws {
        service.crash()
        service = try ServiceProcess(setup)
        guard service.waitUntilServing() else { throw FaultError("no service; see \(setup.log)") }
    }
}

extension ServiceProcess.Setup {
    /// Where the log is.
    package var place: LogPlace { LogPlace(dataDirectory: dataDirectory, databaseURL: databaseURL) }
}
