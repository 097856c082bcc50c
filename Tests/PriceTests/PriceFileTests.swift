import BifrostKernel
import Prices
import Testing

@Suite("A file of intraday prices")
struct PriceFileTests {
    @Test("columns in any order, empty prices, line ends of either kind")
    func good() throws {
        let file = PriceFile(
            "ask,symbol,bid,at,last\r\n,ACME,,2026-01-02T15:30:00Z,12.5\r\n"
                + "3,ZETA,2.999999999,2026-01-02T15:30:00.000000001Z,\n\n"
        )
        #expect(file.faults == [])
        #expect(file.lines.map(\.symbol.text) == ["ACME", "ZETA"])
        #expect(file.lines.map(\.last?.nanos) == [12_500_000_000, nil])
        #expect(file.lines.map(\.bid?.nanos) == [nil, 2_999_999_999])
        #expect(file.lines[1].at.text == "2026-01-02T15:30:00.000000001Z")
    }

    @Test(
        "a fault names its line and what is wrong",
        arguments: [
            ("", "line 1: expected the columns symbol, at and some of bid, ask and last"),
            ("symbol,at", "line 1: expected the columns symbol, at and some of bid, ask and last"),
            ("symbol,at,last,last", "line 1: expected the columns symbol, at and some of bid, ask and last"),
            ("symbol,at,last", "line 1: no prices follow"),
            ("symbol,at,last\nACME,2026-01-02T15:30:00Z", "line 2: expected 3 values, was 2"),
            ("symbol,at,last\nAC ME,2026-01-02T15:30:00Z,1", "line 2: 'AC ME' is no symbol"),
            (
                "symbol,at,last\nACME,2026-02-30T15:30:00Z,1",
                "line 2: '2026-02-30T15:30:00Z' is no moment as 2026-01-02T15:30:00Z"
            ),
            (
                "symbol,at,last\nACME,9999-02-20T15:30:00Z,1",
                "line 2: '9999-02-20T15:30:00Z' is no moment as 2026-01-02T15:30:00Z"
            ),
            ("symbol,at,last\nACME,2026-01-02T15:30:00Z,", "line 2: it has no price"),
            (
                "symbol,at,last\nACME,2026-01-02T15:30:00Z,1e3",
                "line 2: '1e3' is no price with at most nine decimals, as `last`"
            ),
            ("symbol,at,last\nACME,2026-01-02T15:30:00Z,-1", "line 2: `last` -1 is below zero"),
            ("symbol,at,bid,ask\nACME,2026-01-02T15:30:00Z,2,1", "line 2: the bid 2 is above the ask 1"),
        ]
    )
    func bad(text: String, fault: String) {
        #expect(PriceFile(text).faults == [fault])
    }
}
