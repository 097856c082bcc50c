import BifrostKernel
import EventStore
import EventStoreTesting
import PostgresClient
import Testing

@testable import EventStorePostgres

@Suite("the chain")
struct ChainOracleTests {
    /// The layout of `Chain.swift`, written down a second time in another language.
    private static let oracle = """
        with event as (
            select *, lag(hash, 1, (select genesis from bifrost.shard where number = 4)) over (order by position)
                as previous
            from bifrost.event_s4_l1
        )
        select count(*), count(*) filter (where hash = sha256(
            previous || 'BIFROST1'::bytea || uuid_send((select id from bifrost.log)) || int4send(4)
            || int8send(position) || int8send(account) || int8send(stream) || int8send(version)
            || int4send(type) || int4send(schema_version)
            || int8send(received_at) || int8send(recorded_at) || int8send(effective_at) || int4send(business_date)
            || case when command_digest is null then decode(repeat('00', 17), 'hex')
                else '\\x01'::bytea || command_digest end
            || int8send(causation) || uuid_send(correlation)
            || int4send(octet_length(command_id)) || convert_to(command_id, 'UTF8')
            || int4send(octet_length(actor)) || convert_to(actor, 'UTF8')
            || int4send(octet_length(payload)) || payload))
        from event
        """

    @Test("every hash is the one that PostgreSQL computes from the columns")
    func oracle() throws {
        let fixture = try StoreFixture("chain_oracle")
        let shard = ShardNumber(4)
        var maker = EventMaker()
        // Payloads of every length around the block size of the hash and the size of the scratch buffer.
        for payloadBytes in Array(0...70) + [500, 1_023, 1_024, 1_025, 100_000, 3] {
            maker.payloadBytes = payloadBytes
            try fixture.fill([3], shard: shard, &maker)
        }
        let rows = try fixture.admin().query(Self.oracle)
        #expect(try rows.int64(0, 0) == 231)
        #expect(try rows.int64(0, 1) == 231)
    }

    @Test("the database and the program agree on the genesis")
    func genesis() throws {
        let fixture = try StoreFixture("chain_genesis")
        for number in [0, 1, 16_383] as [UInt16] {
            try fixture.writer(ShardNumber(number)).release()
            let rows = try fixture.admin().query(
                "select genesis from bifrost.shard where number = $1",
                [.int32(Int32(number))]
            )
            let chain = Chain(log: fixture.log.id, shard: ShardNumber(number))
            #expect(try rows.bytes(0, 0) == chain.genesis.bytes)
        }
    }
}
