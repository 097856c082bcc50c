import PostgresClient
import PostgresTesting
import Testing

@Suite("A numeric is written as PostgreSQL sends it")
struct NumericTests {
    private static let values: [Int128] = {
        var values: [Int128] = [0, 1, -1, 9, 10, 999, 1_000, 10_000, -10_000, .max, .min, .min + 1]
        var power: Int128 = 1
        for _ in 0..<38 {
            values += [power, -power, power + 1, power - 1, power * 3]
            power *= 10
        }
        return values
    }()

    @Test("every value reads as the decimal that it is, and comes back in the same bytes")
    func exact() throws {
        let connection = try SharedCluster.connect(database: "numeric")
        try connection.execute("create table public.money (place int8, amount numeric(39,9))")
        var writer = CopyWriter()
        writer.header()
        var tuples: [[UInt8]] = []
        for (place, value) in Self.values.enumerated() {
            let start = writer.byteCount
            writer.beginTuple(fields: 2)
            writer.int64(Int64(place))
            writer.numeric(nanos: value)
            tuples.append(Array(writer.array[start...]))
        }
        writer.trailer()
        let report = try connection.copyIn("copy public.money from stdin (format binary)", writer.array)
        #expect(report.results == [.command(tag: "COPY \(Self.values.count)")])
        let rows = try connection.query(
            "select trunc(amount * 1000000000)::text from public.money order by place"
        )
        for (place, value) in Self.values.enumerated() { #expect(try rows.text(place, 0) == String(value)) }
        var sent: [[UInt8]] = []
        let query = "copy (select place, amount from public.money order by place) to stdout (format binary)"
        try connection.copyOut(query) { tuple throws(PostgresError) in
            sent.append((0..<tuple.byteCount).map { tuple.unsafeLoad(fromByteOffset: $0, as: UInt8.self) })
        }
        #expect(sent == tuples)
    }
}
