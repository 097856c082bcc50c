import AuditViewProjection
import BifrostKernel
import EventStore
import EventStorePostgres
import PostgresClient
import Testing

@testable import ReadModels

@Suite("A look at the audit trail")
struct AuditLookTests {
    @Test("fills its page past entries of which one event has the kind and another the instrument")
    func full() throws {
        let fixture = try ReadFixture("read_audit_look")
        _ = try fixture.build(ReadModel(AuditView.self, reference: .reference, trading: [ReadFixture.shard]))
        let instrument = InstrumentID(Identifier(high: 1, low: 2))
        // Of each ten entries one has a trade that names the instrument; in the others what follows does.
        try fixture.admin().execute(
            """
            insert into audit_v1.entries (shard, position, types, account, instrument_id, named, actor, command_id,
                recorded_at, effective_at, business_date)
            select 1, n * 2 - 1, '{204, 502}', 7, '\(instrument.id.text)', case when n % 10 = 0 then 1 else 2 end, 'a',
                'c', n, n, date '2020-01-01' from generate_series(1, 40) n
            """
        )
        var query = AuditQuery(ReadFixture.shard)
        (query.kind, query.instrument) = (.trades, instrument)
        let looked = query
        let (up, down) = try ReadSnapshot.read("audit", of: fixture.log) { snapshot throws(PostgresError) in
            (
                try AuditView.positions(looked, limit: 3, at: snapshot),
                try AuditView.positions(looked, before: .max, limit: 3, at: snapshot)
            )
        }
        #expect(up == [19, 39, 59])
        #expect(down == [79, 59, 39])
    }
}
