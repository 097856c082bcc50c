import BifrostKernel
import References
import Testing

@Suite("Reference facts")
struct ReferenceTests {
    static let monday = BusinessDate(days: 7306)
    static func day(_ offset: Int32) -> BusinessDate { BusinessDate(days: monday.days + offset) }

    private static func book(_ events: [ReferenceEvent] = []) -> ReferenceBook {
        var book = ReferenceBook()
        for event in [.tradingDaysDeclared(days([0, 1]))] + events { book.evolve(by: event) }
        return book
    }

    private static func days(_ offsets: [Int32]) -> TradingDaysDeclared {
        var fact = TradingDaysDeclared()
        fact.calendar = "XNYS"
        fact.days = offsets.map(day)
        return fact
    }

    private static func terms(_ symbol: String = "SPX") -> InstrumentRegistered {
        var terms = InstrumentRegistered()
        terms.instrument = Sample.instrument
        terms.symbol = .known(symbol)
        terms.tickSize = Price(cents: 1)
        terms.lotSize = Quantity(units: 1)
        terms.tradingCalendar = "XNYS"
        return terms
    }

    @Test("a mark that is set late for an early day does not take the place of a later one that has closed")
    func closesAtLatest() {
        func marks(_ day: Int32, _ cents: Int64) -> ReferenceEvent {
            var fact = OfficialMarksRecorded()
            fact.date = Self.day(day)
            fact.version = 1
            fact.marks = [OfficialMark(Sample.instrument, Price(cents: cents))]
            return .marksRecorded(fact)
        }
        var book = Self.book([marks(1, 10_000)])
        book.forgetMarks(before: Self.day(2))
        book.evolve(by: marks(0, 5000))
        #expect(book.closingMark(of: Sample.instrument, on: Self.day(2))?.price == Price(cents: 10_000))
        #expect(book.latestMark(of: Sample.instrument, upTo: Self.day(2))?.price == Price(cents: 10_000))
        #expect(book.closingMark(of: Sample.instrument, on: Self.day(0))?.price == Price(cents: 5000))
        #expect(book.latestMark(of: Sample.instrument, upTo: Self.day(0))?.price == Price(cents: 5000))
    }

    @Test("an instrument gets its id and is found by its symbol")
    func registers() throws {
        let other = Sample.instrument(2)
        let fact = try Self.book().registering(Self.terms(), id: other)
        #expect(fact.instrument == other)
        var book = Self.book()
        book.evolve(by: .instrumentRegistered(fact))
        #expect(book.instrument(.known("SPX")) == fact)
        #expect(book.instrument(.known("NDX")) == nil)
    }

    static let refusals: [(@Sendable (inout InstrumentRegistered) -> Void, Rejection)] = [
        ({ $0.symbol = .known("TAKEN") }, Rejection(.symbolTaken)),
        ({ $0.tickSize = .zero }, Rejection(.priceNotPositive, value: 0)),
        ({ $0.lotSize = -Quantity(nanos: 1) }, Rejection(.quantityNotPositive, value: -1)),
        (
            { $0.settlementDays = 31 },
            Rejection(.settlementUnsupported, limit: 30_000_000_000, value: 31_000_000_000)
        ),
        ({ $0.tradingCalendar = "XLON" }, Rejection(.unknownCalendar)),
    ]

    /// Each row mends the fault of the one before: the first named is the first checked.
    @Test("registration is checked in one order: symbol, tick, lot, settlement, calendar", arguments: 0..<5)
    func refusesRegistration(from first: Int) {
        let book = Self.book([.instrumentRegistered(Self.terms("TAKEN"))])
        var terms = Self.terms()
        for (change, _) in Self.refusals[first...] { change(&terms) }
        #expect(throws: Self.refusals[first].1) { try book.registering(terms, id: Sample.instrument(2)) }
    }

    private static func named(_ prices: [(String, Int64)]) -> [(symbol: Symbol, price: Price)] {
        prices.map { (symbol: Symbol.known($0.0), price: Price(cents: $0.1)) }
    }

    private static func marks(
        _ book: inout ReferenceBook,
        _ date: BusinessDate,
        _ prices: [(String, Int64)]
    ) throws -> OfficialMarksRecorded {
        let fact = try book.recording(named(prices), date: date, source: "close")
        book.evolve(by: .marksRecorded(fact))
        return fact
    }

    private static func twoInstruments() -> ReferenceBook {
        var second = terms("NDX")
        second.instrument = Sample.instrument(2)
        return book([.instrumentRegistered(terms()), .instrumentRegistered(second)])
    }

    @Test("a second record of a day corrects what it names under a new version")
    func corrects() throws {
        var book = Self.twoInstruments()
        let first = try Self.marks(&book, Self.day(0), [("NDX", 200), ("SPX", 100)])
        #expect(first.version == 1)
        let correction = try Self.marks(&book, Self.day(0), [("SPX", 101)])
        #expect(correction.version == 2)
        #expect(book.markByID[Sample.instrument]?.price == Price(cents: 101))
        #expect(book.markByID[Sample.instrument]?.version == 2)
        #expect(book.markByID[Sample.instrument(2)]?.price == Price(cents: 200))
        #expect(book.markByID[Sample.instrument(2)]?.version == 1)
        #expect(book.marksVersionByDate == [Self.day(0): 2])
    }

    @Test("a late correction of an earlier day has its own version and moves no later mark")
    func correctsEarlierDays() throws {
        var book = Self.twoInstruments()
        _ = try Self.marks(&book, Self.day(0), [("SPX", 100)])
        _ = try Self.marks(&book, Self.day(1), [("SPX", 110)])
        let late = try Self.marks(&book, Self.day(0), [("SPX", 99), ("NDX", 200)])
        #expect(late.version == 2)
        #expect(book.markByID[Sample.instrument]?.price == Price(cents: 110))
        #expect(book.markByID[Sample.instrument(2)]?.date == Self.day(0))
        #expect(book.marksVersionByDate == [Self.day(0): 2, Self.day(1): 1])
        let correction = try Self.marks(&book, Self.day(1), [("SPX", 111)])
        #expect(correction.version == 2)
    }

    @Test("marks are recorded in the order of their instruments")
    func sortsMarks() throws {
        var book = Self.twoInstruments()
        let fact = try Self.marks(&book, Self.day(0), [("NDX", 200), ("SPX", 100)])
        #expect(fact.marks.map(\.instrument) == [Sample.instrument, Sample.instrument(2)])
    }

    static let badMarks: [([(String, Int64)], Rejection)] = [
        ([], Rejection(.tooManyItems, limit: Int128(ReferenceBook.marksMax) * 1_000_000_000, value: 0)),
        (
            Array(repeating: ("SPX", 100), count: ReferenceBook.marksMax + 1),
            Rejection(
                .tooManyItems,
                limit: Int128(ReferenceBook.marksMax) * 1_000_000_000,
                value: Int128(ReferenceBook.marksMax + 1) * 1_000_000_000
            )
        ),
        ([("DAX", 0)], Rejection(.unknownSymbol)),
        ([("SPX", 0)], Rejection(.priceNotPositive, value: 0)),
    ]

    @Test("marks of nothing, of too much, of the unknown or without a price are refused", arguments: badMarks)
    func refusesMarks(prices: [(String, Int64)], rejection: Rejection) {
        let book = Self.twoInstruments()
        #expect(throws: rejection) {
            try book.recording(Self.named(prices), date: Self.day(0), source: "close")
        }
    }

    @Test("the restricted list counts its changes and ignores what it already says")
    func restricts() throws {
        var book = Self.book([.instrumentRegistered(Self.terms())])
        #expect(throws: Rejection(.unknownSymbol)) {
            try book.restricting(.known("DAX"), true, on: Self.day(0))
        }
        #expect(try book.restricting(.known("SPX"), false, on: Self.day(0)) == nil)
        let first = try #require(try book.restricting(.known("SPX"), true, on: Self.day(0)))
        #expect(first.listVersion == 1)
        book.evolve(by: .restrictionChanged(first))
        #expect(book.restricted == [Sample.instrument])
        #expect(try book.restricting(.known("SPX"), true, on: Self.day(0)) == nil)
        let second = try #require(try book.restricting(.known("SPX"), false, on: Self.day(0)))
        #expect(second.listVersion == 2)
        book.evolve(by: .restrictionChanged(second))
        #expect(book.restricted.isEmpty)
    }

    @Test("a fee holds from its first day until the next one")
    func datesFees() throws {
        var book = Self.book()
        for (rate, offset) in [(5, 0), (7, 2), (6, 2)] as [(Int64, Int32)] {
            let wanted = Tariff.set(FeeSchedule(BasisPoints(rate)), from: Self.day(offset))
            let fact = try book.settingFees(wanted)
            book.evolve(by: .feesSet(fact))
        }
        let rates = ([-1, 0, 1, 2, 3] as [Int32]).map { book.fees(of: "paper", on: Self.day($0))?.commission }
        #expect(rates == [nil, BasisPoints(5), BasisPoints(5), BasisPoints(6), BasisPoints(6)])
        #expect(book.fees(of: "paper", on: Self.day(3))?.version == 3)
        #expect(book.fees(of: "other", on: Self.day(0)) == nil)
        #expect(throws: Rejection(.dayOutOfOrder)) {
            try book.settingFees(Tariff.set(FeeSchedule(BasisPoints(1)), from: Self.day(1)))
        }
        #expect(throws: Rejection(.feeUnsupported, limit: 1_000_000_000_000, value: 1_001_000_000_000)) {
            try book.settingFees(Tariff.set(FeeSchedule(BasisPoints(1001)), from: Self.day(9)))
        }
    }

    static let calendars: [([Int32], RejectionCode?)] = [
        ([2, 3, 9], nil), ([2], nil), ([1, 2], .calendarOutOfOrder), ([0], .calendarOutOfOrder),
        ([2, 2], .calendarOutOfOrder), ([3, 2], .calendarOutOfOrder), ([], .tooManyItems),
        (Array(2...402), .tooManyItems),
    ]

    @Test("a calendar grows at its end alone", arguments: calendars)
    func growsAtItsEnd(offsets: [Int32], code: RejectionCode?) throws {
        var book = Self.book()
        do {
            let fact = try book.declaring(offsets.map(Self.day), of: "XNYS", source: "exchange")
            book.evolve(by: .tradingDaysDeclared(fact))
            #expect(code == nil)
            #expect(book.calendarByName["XNYS"]?.days.map { $0.days - Self.monday.days } == [0, 1] + offsets)
        } catch {
            #expect(error.code == code)
        }
    }

    @Test("a calendar may end on the last day there is")
    func endsAtTheEnd() {
        var calendar = TradingCalendar()
        let last = BusinessDate(days: .max)
        let first = BusinessDate(days: .min)
        let appended = calendar.append([first, last])
        #expect(appended)
        #expect(calendar.contains(last))
        #expect(calendar.next(after: first) == last)
        #expect(calendar.next(after: last) == nil)
    }

    @Test("a copy counts as the fact it carries and remembers how far it came")
    func copies() {
        var copy = ReferenceFactCopied()
        copy.sourcePosition = 5
        let book = Self.book([.copied(copy, .instrumentRegistered(Self.terms()))])
        #expect(book.copiedUpTo == 5)
        #expect(book.instrument(.known("SPX"))?.instrument == Sample.instrument)
    }
}
