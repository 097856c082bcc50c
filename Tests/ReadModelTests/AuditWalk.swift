import BifrostKernel
import EventStore
import EventStorePostgres
import PostgresClient
import ProjectionKit
import Replays
import Sagas
import Testing

@testable import AuditViewProjection
@testable import ReadModels

/// Every way of looking into the audit trail finds what a walk through the log finds, in either direction and
/// with pages of any size.
struct AuditWalk {
    private let fixture: ReadFixture
    private let facts: [RecordedFact]

    init(_ fixture: ReadFixture) throws {
        self.fixture = fixture
        var stored: [RecordedEvent] = []
        _ = try fixture.log.read(ReadFixture.shard, .all(after: 0), limit: .max) { stored.append($0) }
        facts = try FactReader.facts(of: stored, AuditView.self)
    }

    func compare() throws {
        let sample = try #require(
            facts.last { $0.header.account != .none && $0.header.stream.kind == .order }
        ).header
        try expect("all", { _ in }) { _ in true }
        try expect("story", { $0.story = sample.correlation }) { $0.header.correlation == sample.correlation }
        try expect("actor", { $0.actor = sample.actor }) { $0.header.actor == sample.actor }
        let opened = try AccountDirectory(fixture.log, ReadFixture.shard).opened(sample.account)
        let account = try #require(opened).account
        try expect("account", { $0.account = account }) { $0.header.account == sample.account }
        try compareKinds(account, sample.account)
        try compareInstruments()
        try compareRules(account, sample.account)
        try compareTimes(sample)
    }

    private func compareKinds(_ account: AccountID, _ ordinal: AccountOrdinal) throws {
        for kind in [AuditQuery.Kind.refusals, .trades, .bookings, .breaks, .treatments] {
            try expect("\(kind)", { $0.kind = kind }) { kind.types.contains($0.header.type) }
            try expect("\(kind) of an account") {
                ($0.kind, $0.account) = (kind, account)
            } matching: {
                kind.types.contains($0.header.type) && $0.header.account == ordinal
            }
        }
    }

    private func compareInstruments() throws {
        for instrument in Set(facts.map { $0.event.instrument }) where instrument != .none {
            try expect("instrument", { $0.instrument = instrument }) { $0.event.instrument == instrument }
            for kind in [AuditQuery.Kind.trades, .bookings, .treatments] {
                try expect("\(kind) of an instrument") {
                    ($0.kind, $0.instrument) = (kind, instrument)
                } matching: {
                    kind.types.contains($0.header.type) && $0.event.instrument == instrument
                }
            }
        }
    }

    private func compareRules(_ account: AccountID, _ ordinal: AccountOrdinal) throws {
        let found = facts.map { fact in Set(AuditFinding.findings(in: fact).compactMap(\.check.rule)) }
        let rules = found.reduce(into: Set<RejectionCode>()) { $0.formUnion($1) }
        #expect(!rules.isEmpty)
        for rule in rules {
            func breaks(_ fact: RecordedFact) -> Bool {
                AuditFinding.findings(in: fact).contains { $0.check.rule == rule }
            }
            try expect("rule", { $0.rule = rule }) { breaks($0) }
            try expect("rule of an account") {
                ($0.rule, $0.account) = (rule, account)
            } matching: {
                breaks($0) && $0.header.account == ordinal
            }
            try expect("refusals by rule") {
                ($0.rule, $0.kind) = (rule, .refusals)
            } matching: {
                breaks($0) && AuditQuery.Kind.refusals.types.contains($0.header.type)
            }
            let named = facts.first { breaks($0) && $0.event.instrument != .none }
            guard let instrument = named?.event.instrument else { continue }
            try expect("rule of an instrument") {
                ($0.rule, $0.instrument) = (rule, instrument)
            } matching: {
                breaks($0) && $0.event.instrument == instrument
            }
        }
    }

    private func compareTimes(_ sample: EventHeader) throws {
        let times = [facts.first?.header, sample, facts.last?.header].compactMap { $0?.recordedAt.nanos }
        for time in times.flatMap({ [$0 - 1, $0, $0 + 1] }) {
            let moment = Timestamp(nanos: time)
            try expect("since", { $0.since = moment }) { $0.header.recordedAt >= moment }
            try expect("until", { $0.until = moment }) { $0.header.recordedAt < moment }
            try expect("a moment") {
                ($0.since, $0.until) = (moment, Timestamp(nanos: time + 1))
            } matching: {
                $0.header.recordedAt == moment
            }
            try expect("a story since") {
                ($0.since, $0.story) = (moment, sample.correlation)
            } matching: {
                $0.header.recordedAt >= moment && $0.header.correlation == sample.correlation
            }
        }
    }

    /// Page by page; a page that is not full is the last one.
    private func expect(
        _ name: String,
        _ change: (inout AuditQuery) -> Void,
        matching matches: (RecordedFact) -> Bool
    ) throws {
        var query = AuditQuery(ReadFixture.shard)
        change(&query)
        let expected = facts.filter(matches).map(\.header.position)
        for limit in expected.count > 100 ? [47] : [1, 3, 100] {
            let (ascending, descending) = try ReadSnapshot.read("audit", of: fixture.log) {
                snapshot throws(PostgresError) in
                var (up, down): ([Int64], [Int64]) = ([], [])
                var page: [Int64]
                repeat {
                    page = try AuditView.positions(query, after: up.last ?? 0, limit: limit, at: snapshot)
                    up += page
                } while page.count == limit
                repeat {
                    let before = down.last ?? .max
                    page = try AuditView.positions(query, before: before, limit: limit, at: snapshot)
                    down += page
                } while page.count == limit
                return (up, down)
            }
            #expect(ascending == expected, "\(name), pages of \(limit)")
            #expect(descending == expected.reversed(), "\(name) backwards, pages of \(limit)")
        }
    }
}
