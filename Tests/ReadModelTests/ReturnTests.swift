import BifrostKernel
import SeededChoices
import Testing

@testable import ReadModels

@Suite("Returns over closed days")
struct ReturnTests {
    private func day(_ date: Int32, _ equity: String, paidIn: String = "0", out: String = "0") throws
        -> ReturnDay
    {
        ReturnDay(
            BusinessDate(days: date),
            equity: try Money(equity),
            paidIn: try Money(paidIn),
            paidOut: try Money(out)
        )
    }

    @Test("XIRR of the example that Excel's documentation has")
    func excel() throws {
        let start = try #require(BusinessDate("2008-01-01"))
        let flows = [
            ("2008-03-01", "2750"), ("2008-10-30", "4250"), ("2009-02-15", "3250"), ("2009-04-01", "2750"),
        ]
        var days: [ReturnDay] = []
        for (date, amount) in flows {
            let date = try #require(BusinessDate(date))
            days.append(
                ReturnDay(
                    date,
                    equity: date.text == "2009-04-01" ? .zero : try Money("1"),
                    paidOut: try Money(amount)
                )
            )
        }
        let figures = ReturnFigures(days, after: ReturnDay(start, equity: try Money("10000")))
        guard case .rate(let units) = figures.moneyWeighted else {
            Issue.record("expected a rate, was \(figures.moneyWeighted)")
            return
        }
        // 0.373362535 in the documentation of XIRR, whose result is of 10⁻⁸.
        #expect(abs(units - 373_362_535_000) < 5_000)
    }

    @Test("what comes in earns from its day on, what goes out to the end of its day")
    func chained() throws {
        let figures = ReturnFigures(
            [
                try day(10, "1100", paidIn: "1000"),
                try day(11, "2310", paidIn: "1000"),
                try day(12, "0", out: "2541"),
            ],
            after: nil
        )
        // 1.1 × 1.1 × 1.1
        #expect(figures.timeWeighted == .rate(331_000_000_000))
        #expect(figures.days == 3)
        #expect(figures.gain == (try Money("541")))
        #expect(figures.timeWeightedAnnual == nil)
    }

    @Test("a year that doubles is 100 % by either measure, a year that halves is −50 %")
    func years() throws {
        for (end, rate) in [("2000", Int128(1_000_000_000_000)), ("500", -500_000_000_000)] {
            let figures = ReturnFigures([try day(465, end)], after: try day(100, "1000"))
            #expect(figures.timeWeighted == .rate(rate))
            #expect(figures.moneyWeighted == .rate(rate))
            #expect(figures.timeWeightedAnnual == .rate(rate))
        }
    }

    @Test("a drawdown is measured from the highest point, and no flow is one")
    func drawdown() throws {
        let days = [try day(1, "200", paidIn: "100"), try day(2, "100"), try day(3, "20", out: "100")]
        let figures = ReturnFigures(days, after: nil)
        #expect(figures.drawdown == .rate(-400_000_000_000))
        #expect(figures.drawdownMax == .rate(-500_000_000_000))
        #expect(ReturnFigures.drawdown(of: days) == (figures.drawdown, figures.drawdownMax))
    }

    @Test("days on which nothing is there change nothing")
    func empty() throws {
        let figures = ReturnFigures(
            [try day(1, "0"), try day(2, "0"), try day(3, "105", paidIn: "100")],
            after: nil
        )
        #expect(figures.timeWeighted == .rate(50_000_000_000))
    }

    @Test("a figure that does not exist says why")
    func undefined() throws {
        #expect(ReturnFigures([], after: nil).timeWeighted == .none(.noDays))
        let gift = ReturnFigures([try day(1, "0"), try day(2, "5")], after: nil)
        #expect(gift.timeWeighted == .none(.nothingInvested(BusinessDate(days: 2))))
        #expect(gift.moneyWeighted == .none(.oneWay))
        let debt = ReturnFigures([try day(1, "-5", paidIn: "10")], after: nil)
        #expect(debt.timeWeighted == .none(.belowZero(BusinessDate(days: 1))))
        #expect(debt.moneyWeighted == .none(.oneWay))
        let lottery = ReturnFigures([try day(1, "1000000000", paidIn: "1")], after: nil)
        #expect(lottery.moneyWeighted == .none(.noRate))
    }

    @Test("twelve digits, and as many as there are")
    func texts() {
        #expect(ReturnFigure.rate(373_362_534_800).text == "0.3733625348")
        #expect(ReturnFigure.rate(-1_000_000_000_000).text == "-1")
        #expect(ReturnFigure.rate(-1).text == "-0.000000000001")
        #expect(ReturnFigure.none(.oneWay).text == nil)
    }

    @Test(
        "agree with floating point, and gain is what flows add up to",
        arguments: 1...30 as ClosedRange<UInt64>
    )
    func agrees(seed: UInt64) throws {
        var choices = Generator(seed: seed)
        var days: [ReturnDay] = []
        var (equity, product) = (Int128(0), 1.0)
        for date in 1...choices.int(2...600) {
            let paidIn = date == 1 || choices.chance(5) ? Int128(choices.int64(1_000...1_000_000)) : 0
            let before = equity + paidIn
            let after = before * Int128(choices.int64(9_700...10_310)) / 10_000
            let paidOut = choices.chance(5) ? after / 3 : 0
            equity = after - paidOut
            product *= Double(after) / Double(before)
            days.append(
                ReturnDay(
                    BusinessDate(days: Int32(date)),
                    equity: Money(nanos: equity),
                    paidIn: Money(nanos: paidIn),
                    paidOut: Money(nanos: paidOut)
                )
            )
        }
        let figures = ReturnFigures(days, after: nil)
        guard case .rate(let timeWeighted) = figures.timeWeighted,
            case .rate(let moneyWeighted) = figures.moneyWeighted
        else {
            Issue.record("seed \(seed): expected rates, was \(figures)")
            return
        }
        #expect(abs(Double(timeWeighted) / 1e12 - (product - 1)) < 1e-9 * max(product, 1))
        #expect(figures.gain.nanos == equity + figures.paidOut.nanos - figures.paidIn.nanos)
        #expect((moneyWeighted < 0) == (figures.gain < .zero) || figures.gain == .zero)
    }
}
