import BifrostKernel
import References
import Testing

@Suite("Setting what a venue takes")
struct FeeDecisionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: RejectionCode?
        let limit: Int128?
        let value: Int128?
        let change: @Sendable (inout FeeScheduleSet) -> Void

        init(
            _ name: String,
            _ code: RejectionCode?,
            limit: Int128? = nil,
            value: Int128? = nil,
            _ change: @escaping @Sendable (inout FeeScheduleSet) -> Void
        ) {
            testDescription = name
            self.code = code
            self.limit = limit
            self.value = value
            self.change = change
        }
    }

    static let table: [Row] = [
        Row("a schedule as brokers publish it", nil) { _ in },
        Row("a rate of zero, as that of section 31 from 2025-05-14", nil) {
            $0.fees[0].rate = BasisPoints(0)
        },
        Row("a least that is the most", nil) { $0.minimum = $0.maximum },
        Row(
            "a share of 1,001 basis points",
            .feeUnsupported,
            limit: 1_000_000_000_000,
            value: 1_001_000_000_000
        ) {
            $0.commission = BasisPoints(1001)
        },
        Row("a fee of as much", .feeUnsupported, limit: 1_000_000_000_000, value: 1_001_000_000_000) {
            $0.fees[0].rate = BasisPoints(1001)
        },
        Row("nine fees", .tooManyItems, limit: 8_000_000_000, value: 9_000_000_000) {
            $0.fees = Array(repeating: $0.fees[0], count: 9)
        },
        Row("amounts without their currency", .feeCurrencyMissing) { $0.currency = nil },
        Row("a kind twice", .feeKindTwice) { $0.fees[1].kind = .sec },
        Row("commission among the fees", .feeKindTwice) { $0.fees[1].kind = .commission },
        Row("a most of nothing", .feeBoundsInvalid, value: 0) { $0.fees[1].maximum = .zero },
        Row("a most in parts of a cent", .feeBoundsInvalid, value: 8_301_000_000) {
            $0.fees[1].maximum = Money(nanos: 8_301_000_000)
        },
        Row("a negative amount for a unit", .feeRateInvalid, limit: 1_000_000_000_000, value: -1) {
            $0.perShare = Price(nanos: -1)
        },
        Row(
            "more than 1,000 for a unit",
            .feeRateInvalid,
            limit: 1_000_000_000_000,
            value: 1_000_000_000_001
        ) { $0.fees[1].perShare = Price(nanos: 1_000_000_000_001) },
        Row("a least above the most", .feeBoundsInvalid, limit: 25_000_000_000, value: 26_000_000_000) {
            $0.minimum = Money(units: 26)
        },
        Row("a negative least", .feeBoundsInvalid, limit: 25_000_000_000, value: -10_000_000) {
            $0.minimum = Money(cents: -1)
        },
        Row("a least in parts of a cent", .feeBoundsInvalid, limit: 25_000_000_000, value: 1) {
            $0.minimum = Money(nanos: 1)
        },
        Row("a first day before that of the schedule before", .dayOutOfOrder) {
            $0.validFrom = BusinessDate(days: Sample.day.days - 1)
        },
    ]

    @Test("is refused with the number that broke a rule", arguments: table)
    func decides(row: Row) throws {
        var book = ReferenceBook()
        book.evolve(
            by: .feesSet(try book.settingFees(Tariff.set(FeeSchedule(BasisPoints(5)), from: Sample.day)))
        )
        var wanted = Tariff.set(Tariff.full, from: Sample.day)
        row.change(&wanted)
        do throws(Rejection) {
            let fact = try book.settingFees(wanted)
            #expect(row.code == nil && fact.version == 2 && fact.source == "test")
            #expect(book.admits(.feesSet(fact)))
            book.evolve(by: .feesSet(fact))
            #expect(book.fees(of: "paper", on: Sample.day) == fact.schedule)
        } catch {
            #expect(error == row.code.map { Rejection($0, limit: row.limit, value: row.value) })
            // A copy of what no reference shard could have said is none; shares were never bounded there.
            let isOfShareAlone = wanted.commission > BasisPoints(1000) || error.code == .dayOutOfOrder
            #expect(book.admits(.feesSet(wanted)) == isOfShareAlone)
        }
    }

    @Test("a share alone needs no terms, whatever currency is named")
    func shares() {
        var fact = Tariff.set(FeeSchedule(BasisPoints(5)), from: Sample.day)
        fact.currency = .usd
        #expect(fact.schedule.extra == .none && fact.schedule.commission == BasisPoints(5))
    }
}
