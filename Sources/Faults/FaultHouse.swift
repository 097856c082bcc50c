internal import EmbeddedPostgres
internal import EventStore
internal import Glibc
internal import HTTPAPI
package import Nodes
internal import PostgresClient
package import SeededChoices
internal import Threads

/// One data directory with a service on it and clients in front, for a few rounds.
package final class FaultHouse {
    private let setup: ServiceProcess.Setup
    private let clients: [LoadClient]
    private let accounts: [LoadAccount]
    private var service: ServiceProcess
    private var audit: LogAudit
    private var violations: [String] = []
    private var rounds = 0
    private var outageMillisMax: Int64 = 0

    private static let warmMillisMax = 20_000
    private static let recoveryMillisMax = 60_000
    private static let restartMillis = 20

    /// Starts a service on a new data directory, and opens an account for each client.
    package init(_ setup: ServiceProcess.Setup, seed: UInt64, clients count: Int) throws {
        self.setup = setup
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

    /// A round with a fault at a random moment; returns the outage in milliseconds.
    func round(_ fault: Fault, _ dice: inout Generator) throws -> Int64 {
        let held = try fault.hold(setup.dataDirectory)
        defer { held?.close() }
        return try round(fault.rawValue, mayEnd: fault.endsService, &dice) { service, dice in
            try fault.inflict(on: service, &dice)
        }
    }

    /// Load, something that goes wrong at a random moment, recovery under load, then every check; returns the
    /// outage in milliseconds.
    ///
    /// A service that ends is started again; it may do so only where `mayEnd` says it.
    @discardableResult
    package func round(
        _ name: String,
        mayEnd: Bool,
        _ dice: inout Generator,
        _ harm: (ServiceProcess, inout Generator) throws -> Void
    ) throws -> Int64 {
        for client in clients { client.start() }
        defer { for client in clients { client.stop() } }
        try waitForProgress(Self.warmMillisMax, "before: \(name)", mayEnd: false)
        pause(millis: dice.int(0...400))
        let began = MonotonicTime.now
        try harm(service, &dice)
        try waitForProgress(Self.recoveryMillisMax, "after: \(name)", mayEnd: mayEnd)
        let outage = (MonotonicTime.now.nanos - began.nanos) / 1_000_000
        pause(millis: dice.int(0...200))
        for client in clients { client.stop() }
        try settle()
        rounds += 1
        outageMillisMax = max(outageMillisMax, outage)
        return outage
    }

    /// What clients were told last, by the code of the refusal.
    package func refusals(_ code: String) -> Int {
        clients.reduce(0) { $0 + $1.entries.count { $0.refusal == code } }
    }

    /// Ends the service, then verifies the whole log, the venue's book and the read models.
    package func close(into summary: inout FaultSummary) throws {
        for client in clients { client.askForAll() }
        var models = ReadModelAudit()
        try models.waitForEnd(LogAccess.open(setup.place).log)
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
        try models.verify(access.log)
        try access.close()
        summary.rounds += rounds
        summary.outageMillisMax = max(summary.outageMillisMax, outageMillisMax)
        summary.acknowledged += journal.count { $0.outcome != nil }
        summary.unanswered += journal.count { $0.isUnknown }
        summary.lost += audit.lost.union(whole.lost).count
        summary.doubled += audit.doubled.union(whole.doubled).count
        summary.events += books.events
        summary.executions += books.executions
        summary.folded += models.folded
        let seen = Set(whole.violations)
        summary.violations += violations + audit.violations.filter { !seen.contains($0) }
        summary.violations += whole.violations + books.violations + models.violations
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
            client.askAgain(by: setup.client)
            if let wrong = client.reuse() { violations.append(wrong) }
            for entry in client.entries where entry.outcome == nil && entry.isUnknown {
                let place = before.holds(entry.command.id) ? "in the log" : "not in the log"
                violations.append("\(entry.command.id), \(place), has no outcome when asked again")
            }
        }
    }

    /// Waits until every client has got some more answers; notes a violation when that does not come.
    private func waitForProgress(_ millis: Int, _ when: String, mayEnd: Bool) throws {
        let marks = clients.map { $0.acknowledged + 3 }
        let isThere = try wait(millis: millis) {
            if service.hasEnded {
                if !mayEnd { violations.append("the service ended by itself, \(when); see \(setup.log)") }
                // As a supervisor does, which does not ask why.
                pause(millis: Self.restartMillis)
                service = try ServiceProcess(setup)
            }
            return zip(clients, marks).allSatisfy { $0.acknowledged >= $1 }
        }
        if !isThere { violations.append("no progress within \(millis) ms, \(when); see \(setup.log)") }
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
