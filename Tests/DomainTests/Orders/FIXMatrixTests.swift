import BifrostKernel
import Orders
import Testing

/// The worked order state changes of FIX, appendix D: D10, D11, D13 and D30 of FIX 4.2, D13 and D21 of FIX
/// 4.3, A.1.b and J.1.b of FIX 4.4.
@Suite("FIX order state matrices")
struct FIXMatrixTests {
    /// One line of a matrix: what happens, and `ExecType/OrdStatus OrderQty/CumQty/LeavesQty`.
    struct Line: Sendable {
        let event: OrderEvent
        let expected: String

        init(_ event: OrderEvent, _ expected: String) {
            self.event = event
            self.expected = expected
        }
    }

    struct Matrix: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let life: TimeInForce
        let lines: [Line]

        init(_ name: String, _ life: TimeInForce, _ lines: [Line]) {
            testDescription = name
            self.life = life
            self.lines = lines
        }
    }

    private static func fill(_ units: Int64, _ number: Int64, on day: BusinessDate = Sample.day) -> OrderEvent
    {
        var report = Fixture.report(number, units: units)
        report.tradeDate = day
        return .executed(report)
    }
    private static let tomorrow = BusinessDate(days: Sample.day.days + 1)

    static let matrices: [Matrix] = [
        Matrix(
            "A.1.b: a day order, done for its day, has nothing left",
            .day,
            [
                Line(fill(2000, 1), "F/1 10000/2000/8000"),
                Line(fill(1000, 2), "F/1 10000/3000/7000"),
                Line(.doneForDay(Fixture.doneForDay()), "3/3 10000/3000/0"),
            ]
        ),
        Matrix(
            "D10: executions while a replace is pending, then replaced and filled",
            .day,
            [
                Line(fill(1000, 1), "F/1 10000/1000/9000"),
                Line(.replaceRequested(Fixture.replaceRequested(8000)), "E/E 10000/1000/9000"),
                Line(fill(500, 2), "F/E 10000/1500/8500"),
                Line(fill(100, 3), "F/E 10000/1600/8400"),
                Line(.replaced(Fixture.replaced(8000)), "5/1 8000/1600/6400"),
                Line(fill(6400, 4), "F/2 8000/8000/0"),
            ]
        ),
        Matrix(
            "D11, in 4.3 D13: the requested quantity equals what traded meanwhile",
            .day,
            [
                Line(.replaceRequested(Fixture.replaceRequested(7000)), "E/E 10000/0/10000"),
                Line(fill(7000, 1), "F/E 10000/7000/3000"),
                Line(.replaced(Fixture.replaced(7000)), "5/2 7000/7000/0"),
            ]
        ),
        Matrix(
            "D13: one replace is accepted, then another",
            .day,
            [
                Line(fill(1000, 1), "F/1 10000/1000/9000"),
                Line(.replaceRequested(Fixture.replaceRequested(8000)), "E/E 10000/1000/9000"),
                Line(fill(500, 2), "F/E 10000/1500/8500"),
                Line(.replaced(Fixture.replaced(8000)), "5/1 8000/1500/6500"),
                Line(fill(2000, 3), "F/1 8000/3500/4500"),
                Line(.replaceRequested(Fixture.replaceRequested(6000, 2)), "E/E 8000/3500/4500"),
                Line(.replaced(Fixture.replaced(6000, 2)), "5/1 6000/3500/2500"),
                Line(fill(2500, 4), "F/2 6000/6000/0"),
            ]
        ),
        Matrix(
            "two replaces in flight: pending replace outranks partially filled until both are answered",
            .day,
            [
                Line(fill(1000, 1), "F/1 10000/1000/9000"),
                Line(.replaceRequested(Fixture.replaceRequested(8000)), "E/E 10000/1000/9000"),
                Line(.replaceRequested(Fixture.replaceRequested(6000, 2)), "E/E 10000/1000/9000"),
                Line(fill(500, 2), "F/E 10000/1500/8500"),
                Line(.replaced(Fixture.replaced(8000)), "5/E 8000/1500/6500"),
                Line(.replaced(Fixture.replaced(6000, 2)), "5/1 6000/1500/4500"),
            ]
        ),
        Matrix(
            "D21: the second replace is rejected because the first is pending",
            .day,
            [
                Line(fill(1000, 1), "F/1 10000/1000/9000"),
                Line(.replaceRequested(Fixture.replaceRequested(8000)), "E/E 10000/1000/9000"),
                Line(.replaceRequested(Fixture.replaceRequested(7000, 2)), "E/E 10000/1000/9000"),
                Line(.replaceRejected(Fixture.replaceRejected(2)), "-/E 10000/1000/9000"),
                Line(.replaced(Fixture.replaced(8000)), "5/1 8000/1000/7000"),
                Line(fill(2000, 2), "F/1 8000/3000/5000"),
            ]
        ),
        Matrix(
            "D30: a good-till-cancelled order over two days, then increased",
            .goodTillCancelled,
            [
                Line(fill(2000, 1), "F/1 10000/2000/8000"),
                Line(.doneForDay(Fixture.doneForDay()), "3/3 10000/2000/8000"),
                Line(.restated(Fixture.restated(tomorrow)), "D/1 10000/2000/8000"),
                Line(.replaceRequested(Fixture.replaceRequested(15_000)), "E/E 10000/2000/8000"),
                Line(fill(1000, 2, on: tomorrow), "F/E 10000/3000/7000"),
                Line(.replaced(Fixture.replaced(15_000)), "5/1 15000/3000/12000"),
            ]
        ),
        Matrix(
            "J.1.b: cancelled after a fill, which is then busted, and a late fill",
            .day,
            [
                Line(fill(5000, 1), "F/1 10000/5000/5000"),
                Line(.cancelled(Fixture.cancelled(units: 5000)), "4/4 10000/5000/0"),
                Line(.executionBusted(Fixture.busted(1, of: "E1")), "H/4 10000/0/0"),
                Line(fill(4000, 2), "F/4 10000/4000/0"),
            ]
        ),
        Matrix(
            "J.1.c: a fill of the first day and one of the second are corrected",
            .goodTillCancelled,
            [
                Line(fill(2000, 1), "F/1 10000/2000/8000"),
                Line(.restated(Fixture.restated(tomorrow)), "D/1 10000/2000/8000"),
                Line(fill(1000, 2, on: tomorrow), "F/1 10000/3000/7000"),
                Line(
                    .executionCorrected(Fixture.corrected(1, of: "E1", to: 1500, reinstated: 500)),
                    "G/1 10000/2500/7500"
                ),
            ]
        ),
    ]

    @Test("each line of a matrix shows as FIX prints it", arguments: matrices)
    func follows(matrix: Matrix) {
        var state = folded(Order.self, Fixture.live(10_000, matrix.life))
        for line in matrix.lines {
            Order.evolve(&state, by: line.event)
            let report = FIXReport(state, after: line.event.execType == nil ? nil : line.event)
            let type = report.execType == "I" ? "-" : report.execType
            let shown =
                "\(type)/\(report.ordStatus)"
                + " \(report.orderQuantity.text)/\(report.cumulative.text)/\(report.leaves.text)"
            #expect(shown == line.expected)
        }
    }

    @Test("D30: the day's quantities leave out what traded before it")
    func countsDays() {
        var state = folded(
            Order.self,
            Fixture.live(10_000, .goodTillCancelled) + [
                Self.fill(2000, 1), Self.fill(1000, 2, on: Self.tomorrow),
            ]
        )
        #expect(FIXReport.day(state, Self.tomorrow) == (Quantity(units: 8000), Quantity(units: 1000)))
        Order.evolve(&state, by: .replaced(Fixture.replaced(15_000)))
        #expect(FIXReport.day(state, Self.tomorrow) == (Quantity(units: 13_000), Quantity(units: 1000)))
    }

    @Test("D21: a rejected request leaves the last accepted link of the chain in force")
    func keepsTheChain() {
        var state = folded(
            Order.self,
            Fixture.live(10_000) + [
                .replaceRequested(Fixture.replaceRequested(8000)),
                .replaceRequested(Fixture.replaceRequested(7000, 2)),
                .replaceRejected(Fixture.replaceRejected(2)),
            ]
        )
        #expect(FIXReport(state).requestInForce == 0)
        Order.evolve(&state, by: .replaced(Fixture.replaced(8000)))
        #expect(FIXReport(state).requestInForce == 1)
    }
}
