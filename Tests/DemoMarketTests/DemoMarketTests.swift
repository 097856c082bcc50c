import BifrostKernel
import Testing

@testable import DemoMarket

@Suite("The demo market")
struct DemoMarketTests {
    @Test("is what was bundled: 20 stocks on 8,313 days")
    func content() throws {
        let market = try DemoMarket.load()
        let names = "AAPL AMD BAC BBY CVX GE HD JNJ JPM KO LLY MRK MSFT PEP PFE PG RRC UNH WMT XOM"
        #expect(market.symbols.map(\.text) == names.split(separator: " ").map(String.init))
        #expect(market.days.count == 8_313)
        #expect(market.days.allSatisfy { $0.closes.count == 20 })
        let first = try #require(market.days.first)
        #expect(first.date.text == "1990-01-02")
        let opening = """
            0.264 4.125 4.599 0.144 4.991 14.391 1.117 3.438 3.394 2.235 6.658 4.215 0.384 4.738 1.021 3.86 3.322 \
            0.31 3.653 4.068
            """
        #expect(first.closes.map(\.text) == opening.split(separator: " ").map(String.init))
        let last = try #require(market.days.last)
        #expect(last.date.text == "2022-12-28")
        let closing = """
            125.674 62.57 32.301 78.279 173.728 63.883 311.22 174.085 129.575 62.609 363.098 109.581 233.434 \
            179.278 49.25 149.133 24.497 524.422 140.181 106.627
            """
        #expect(last.closes.map(\.text) == closing.split(separator: " ").map(String.init))
        #expect(zip(market.days, market.days.dropFirst()).allSatisfy { $0.date < $1.date })
    }

    @Test("takes no file but the one that it was made with")
    func damage() throws {
        let path =
            try ResourceFile.folderOfProgram() + "/" + DemoMarket.bundleName + "/" + DemoMarket.fileName
        var frame = try ResourceFile.read(path, bytesMax: DemoMarket.frameBytesMax)
        _ = try DemoMarket.content(of: frame, path: path)
        frame[frame.count / 2] ^= 1
        #expect(throws: DemoMarketError.self) { try DemoMarket.content(of: frame, path: path) }
        // A sound frame: `lz4` of "Date,A" and a line end.
        let other: [UInt8] = [
            0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7, 0x08, 0x00, 0x00, 0x80, 0x44, 0x61, 0x74, 0x65, 0x2c,
            0x41, 0x0d, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x91, 0xa1, 0x83, 0x38,
        ]
        let error = #expect(throws: DemoMarketError.self) { try DemoMarket.content(of: other, path: path) }
        #expect(try #require(error).description.contains("expected SHA-256 \(DemoMarket.contentSHA256), was"))
    }

    @Test("says where it looked and what to do")
    func missing() throws {
        let error = #expect(throws: DemoMarketError.notFound(path: "/none/prices")) {
            try DemoMarket.load(path: "/none/prices")
        }
        #expect(try #require(error).description.contains("Keep the folder"))
        let limit = #expect(throws: DemoMarketError.self) {
            try ResourceFile.read("/proc/self/exe", bytesMax: 10)
        }
        #expect(
            limit == .damaged(path: "/proc/self/exe", reason: "expected at most 10 bytes, was more")
        )
    }

    @Test("reads its rows strictly")
    func rows() throws {
        let market = try DemoMarket(csv: Array("Date,A,B\r\n2020-01-02,1,2.5\r\n2020-01-03,0.001,7\r\n".utf8))
        #expect(
            market.days.map(\.closes) == [
                [try Price("1"), try Price("2.5")], [DemoMarket.tick, try Price("7")],
            ]
        )
    }

    @Test(
        "refuses rows that are not as they should be, by line",
        arguments: [
            ("", 1), ("Day,A\r\n", 1), ("Date\r\n", 1), ("Date,A,A\r\n", 1), ("Date,A B\r\n", 1),
            ("Date,A", 1),
            ("Date,A\n", 1), ("Date,\"A\"\r\n", 1), ("Date,A\r\n\r\n", 2), ("Date,A\r\n2020-02-30,1\r\n", 2),
            ("Date,A\r\n2020-01-02\r\n", 2), ("Date,A\r\n2020-01-02,1,2\r\n", 2),
            ("Date,A\r\n2020-01-02,\r\n", 2),
            ("Date,A\r\n2020-01-02,NaN\r\n", 2), ("Date,A\r\n2020-01-02,1e3\r\n", 2),
            ("Date,A\r\n2020-01-02,0\r\n", 2), ("Date,A\r\n2020-01-02,-1\r\n", 2),
            ("Date,A\r\n2020-01-02,1.0005\r\n", 2), ("Date,A\r\n2020-01-02, 1\r\n", 2),
            ("Date,A\r\n2020-01-02,1\r\n2020-01-02,1\r\n", 3),
            ("Date,A\r\n2020-01-03,1\r\n2020-01-02,1\r\n", 3),
            ("Date,A\r\n2020-01-02,1\r\n2020-01-03,1", 3),
        ]
    )
    func strictness(text: String, line: Int) throws {
        let error = #expect(throws: DemoMarketError.self) { try DemoMarket(csv: Array(text.utf8)) }
        guard case .malformed(let found, _) = try #require(error) else {
            Issue.record("expected a malformed line, was \(String(describing: error))")
            return
        }
        #expect(found == line)
    }
}
