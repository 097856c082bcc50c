import BifrostKernel
import References
import Testing

@Suite("Instruments over time")
struct InstrumentTests {
    static func day(_ offset: Int32) -> BusinessDate { BusinessDate(days: 7306 + offset) }

    private static func terms(_ symbol: String, _ id: InstrumentID = Sample.instrument)
        -> InstrumentRegistered
    {
        var terms = InstrumentRegistered()
        terms.instrument = id
        terms.symbol = .known(symbol)
        terms.tickSize = Price(cents: 1)
        terms.lotSize = Quantity(units: 1)
        terms.tradingCalendar = "XNYS"
        terms.settlementCalendar = "US"
        terms.validFrom = day(0)
        return terms
    }

    private static func book(_ terms: InstrumentRegistered...) -> ReferenceBook {
        var book = ReferenceBook()
        for (name, offsets) in [("XNYS", [0, 1, 2, 3, 4]), ("US", [0, 1, 3, 4, 8, 9])] as [(String, [Int32])]
        {
            var days = TradingDaysDeclared()
            days.calendar = name
            days.days = offsets.map(day)
            book.evolve(by: .tradingDaysDeclared(days))
        }
        for terms in terms { book.evolve(by: .instrumentRegistered(terms)) }
        return book
    }

    private static func rename(
        _ book: inout ReferenceBook,
        _ old: String,
        to new: String,
        from offset: Int32
    ) throws -> InstrumentTermsChanged {
        var wanted = ChangeInstrument()
        wanted.symbol = .known(old)
        wanted.effectiveFrom = day(offset)
        wanted.terms = terms(new)
        let fact = try book.changing(wanted)
        book.evolve(by: .termsChanged(fact))
        return fact
    }

    /// FB becomes META on day 10; another instrument takes FB on day 20.
    private static func renamed() throws -> ReferenceBook {
        var book = book(terms("FB"))
        let fact = try rename(&book, "FB", to: "META", from: 10)
        #expect(fact.version == 2 && fact.instrument == Sample.instrument)
        var other = terms("FB", Sample.instrument(2))
        other.validFrom = day(20)
        let registered = try book.registering(other, id: Sample.instrument(2))
        book.evolve(by: .instrumentRegistered(registered))
        return book
    }

    static let names: [(String, Int32, Int64?)] = [
        ("FB", 0, 1), ("FB", 9, 1), ("FB", 10, nil), ("FB", 19, nil), ("FB", 20, 2), ("FB", 99, 2),
        ("META", 9, nil), ("META", 10, 1), ("META", 99, 1),
    ]

    @Test("a symbol names another instrument after it was given up and taken again", arguments: names)
    func reuses(symbol: String, offset: Int32, instrument: Int64?) throws {
        let found = try Self.renamed().id(of: .known(symbol), on: Self.day(offset))
        #expect(found == instrument.map { Sample.instrument($0) })
    }

    @Test("a symbol is taken until the day on which it was given up")
    func keepsSymbols() throws {
        var book = Self.book(Self.terms("FB"))
        _ = try Self.rename(&book, "FB", to: "META", from: 10)
        var other = Self.terms("FB", Sample.instrument(2))
        for (offset, isFree) in [(9, false), (10, true)] as [(Int32, Bool)] {
            other.validFrom = Self.day(offset)
            #expect(((try? book.registering(other, id: Sample.instrument(2))) != nil) == isFree)
        }
        #expect(throws: Rejection(.symbolTaken)) {
            _ = try book.registering(Self.terms("META"), id: Sample.instrument(3))
        }
    }

    @Test("terms change on their day, in order, and keep currency and calendars")
    func changesTerms() throws {
        var book = Self.book(Self.terms("FB"))
        var wanted = ChangeInstrument()
        wanted.symbol = .known("FB")
        wanted.effectiveFrom = Self.day(5)
        wanted.terms = Self.terms("FB")
        wanted.terms.tickSize = Price(cents: 5)
        wanted.terms.currency = .known("EUR")
        wanted.terms.tradingCalendar = "XLON"
        let fact = try book.changing(wanted)
        book.evolve(by: .termsChanged(fact))
        #expect(fact.terms.currency == .usd && fact.terms.tradingCalendar == "XNYS")
        #expect(book.instrument(.known("FB"), on: Self.day(4))?.tickSize == Price(cents: 1))
        #expect(book.instrument(.known("FB"), on: Self.day(5))?.tickSize == Price(cents: 5))
        let unit: Int128 = 1_000_000_000
        let late = Rejection(.instrumentTermsOutOfOrder, limit: 7311 * unit, value: 7311 * unit)
        #expect(throws: late) { try book.changing(wanted) }
        wanted.symbol = .known("NOPE")
        #expect(throws: Rejection(.unknownSymbol)) { try book.changing(wanted) }
    }

    @Test("the tick depends on the price where a table says so")
    func ticksByPrice() {
        var terms = Self.terms("FB")
        terms.tickTable = [
            TickStep(from: Price(cents: 100), Price(cents: 1)),
            TickStep(from: Price(cents: 5000), Price(cents: 5)),
        ]
        terms.tickSize = Price(nanos: 100_000)
        let ticks = ([99, 100, 4999, 5000] as [Int64]).map { terms.tick(at: Price(cents: $0)).nanos }
        #expect(ticks == [100_000, 10_000_000, 10_000_000, 50_000_000])
        #expect(terms.tick(at: nil) == terms.tickSize)
    }

    static let faults: [(@Sendable (inout InstrumentRegistered) -> Void, Rejection)] = [
        (
            { $0.tickTable = Array(repeating: TickStep(from: .zero, Price(cents: 1)), count: 33) },
            Rejection(.tooManyItems, limit: 32_000_000_000, value: 33_000_000_000)
        ),
        (
            {
                $0.tickTable = [
                    TickStep(from: Price(cents: 2), Price(cents: 1)), TickStep(from: .zero, .zero),
                ]
            },
            Rejection(.instrumentTermsInvalid, value: 0)
        ),
        (
            {
                $0.settlementCycles = [
                    SettlementCycle(from: day(1), days: 0), SettlementCycle(from: day(1), days: 0),
                ]
            },
            Rejection(.instrumentTermsInvalid, value: 7307_000_000_000)
        ),
        (
            { $0.priceScale = 10 },
            Rejection(.instrumentTermsInvalid, limit: 9_000_000_000, value: 10_000_000_000)
        ),
        ({ $0.priceScale = 1 }, Rejection(.instrumentTermsInvalid, limit: 100_000_000, value: 10_000_000)),
        (
            { $0.fractionable = true },
            Rejection(.instrumentTermsInvalid, limit: 1_000_000_000, value: 1_000_000_000)
        ),
    ]

    /// Each row mends the fault of the one before: the first named is the first checked.
    @Test("terms that contradict each other are refused in one order", arguments: 0..<6)
    func refusesFaults(from first: Int) {
        var terms = Self.terms("NEW")
        for (change, _) in Self.faults[first...].reversed() { change(&terms) }
        #expect(throws: Self.faults[first].1) { try Self.book().registering(terms, id: Sample.instrument(2)) }
    }

    @Test("a status is set once and has a version")
    func setsStatus() throws {
        var book = Self.book(Self.terms("FB"))
        #expect(try book.setting(.active, of: .known("FB"), on: Self.day(0)) == nil)
        let halt = try #require(try book.setting(.halted, of: .known("FB"), on: Self.day(0)))
        book.evolve(by: .statusChanged(halt))
        #expect(book.status(of: Sample.instrument) == .halted && halt.version == 1)
        #expect(try book.setting(.halted, of: .known("FB"), on: Self.day(0)) == nil)
        #expect(try book.setting(.active, of: .known("FB"), on: Self.day(0))?.version == 2)
        #expect(throws: Rejection(.unknownSymbol)) {
            try book.setting(.halted, of: .known("NOPE"), on: Self.day(0))
        }
    }

    /// Day 0 is Tuesday, 2 January 1990; the settlement calendar lacks day 2 and ends on day 9.
    static let settlements: [(UInt32, Int32, Int32)] = [
        (0, 2, 2), (1, 0, 1), (1, 1, 3), (1, 2, 3), (2, 0, 3), (3, 0, 4), (4, 0, 8), (1, 4, 8), (1, 9, 10),
        (3, 9, 14), (99, 0, 44), (1, -1, 0), (2, -2, 0), (1, -2, -1),
    ]

    @Test("a trade settles on the n-th settlement day after it", arguments: settlements)
    func settles(cycle: UInt32, traded: Int32, settled: Int32) {
        var terms = Self.terms("FB")
        terms.settlementDays = cycle
        let book = Self.book(terms)
        #expect(book.settlementDate(of: Sample.instrument, tradedOn: Self.day(traded)) == Self.day(settled))
    }

    @Test("the cycle is that of the trade date; US equities: T+3, T+2 since 2017-09-05, T+1 since 2024-05-28")
    func datesCycles() throws {
        var terms = Self.terms("FB")
        terms.settlementCalendar = "none"
        terms.settlementDays = 3
        let second = try #require(BusinessDate("2017-09-05"))
        let first = try #require(BusinessDate("2024-05-28"))
        terms.settlementCycles = [
            SettlementCycle(from: second, days: 2), SettlementCycle(from: first, days: 1),
        ]
        let book = Self.book(terms)
        for (traded, settled) in [
            ("2017-09-01", "2017-09-06"), ("2017-09-05", "2017-09-07"), ("2024-05-27", "2024-05-29"),
            ("2024-05-28", "2024-05-29"),
        ] {
            let date = try #require(BusinessDate(traded))
            #expect(book.settlementDate(of: Sample.instrument, tradedOn: date).text == settled)
        }
    }
}
