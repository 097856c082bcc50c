import BifrostKernel
import Orders
import Testing

@Suite("Status of orders with rare facts")
struct RareStatusTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let facts: [OrderEvent]
        let status: OrderStatus
        let word: AlpacaStatus
        let filled: Int64
        let leaves: Int64

        init(
            _ name: String,
            _ facts: [OrderEvent],
            _ status: OrderStatus,
            _ word: AlpacaStatus,
            _ filled: Int64,
            _ leaves: Int64
        ) {
            testDescription = name
            self.facts = Fixture.live + facts
            self.status = status
            self.word = word
            self.filled = filled
            self.leaves = leaves
        }
    }

    static let cancelAsked = OrderEvent.cancelRequested(Fixture.cancelRequested)
    static let cancelled = OrderEvent.cancelled(Fixture.cancelled(units: 100))
    static let replaceAsked = OrderEvent.replaceRequested(Fixture.replaceRequested(80))
    static let bust = OrderEvent.executionBusted(Fixture.busted(1, of: "E1"))

    static let table: [Row] = [
        Row("pending replace", [replaceAsked], .pendingReplace, .pendingReplace, 0, 100),
        Row(
            "pending cancel outranks pending replace",
            [replaceAsked, cancelAsked],
            .pendingCancel,
            .pendingCancel,
            0,
            100
        ),
        Row(
            "a refused cancel shows the replace that is still pending",
            [replaceAsked, cancelAsked, .cancelRejected(Fixture.cancelRejected)],
            .pendingReplace,
            .pendingReplace,
            0,
            100
        ),
        Row(
            "a refused replace restores what was before",
            [Fixture.filled(40), replaceAsked, .replaceRejected(Fixture.replaceRejected())],
            .partiallyFilled,
            .partiallyFilled,
            40,
            60
        ),
        Row("a replace ends with the order", [replaceAsked, cancelled], .cancelled, .canceled, 0, 0),
        Row("a full fill answers a decrease", [replaceAsked, Fixture.filled(100)], .filled, .filled, 100, 0),
        Row(
            "an increase may still come into force after a full fill",
            [.replaceRequested(Fixture.replaceRequested(120)), Fixture.filled(100)],
            .pendingReplace,
            .pendingReplace,
            100,
            0
        ),
        Row(
            "an increase after a full fill opens the order",
            [
                .replaceRequested(Fixture.replaceRequested(120)), Fixture.filled(100),
                .replaced(Fixture.replaced(120)),
            ],
            .partiallyFilled,
            .partiallyFilled,
            100,
            20
        ),
        Row(
            "an earlier request that is confirmed later changes nothing",
            [.replaced(Fixture.replaced(60, 2)), .replaced(Fixture.replaced(80, 1))],
            .new,
            .new,
            0,
            60
        ),
        Row("done for day", [.doneForDay(Fixture.doneForDay())], .doneForDay, .doneForDay, 0, 100),
        Row(
            "done for day outranks a fill of that day",
            [.doneForDay(Fixture.doneForDay()), Fixture.filled(100)],
            .doneForDay,
            .filled,
            100,
            0
        ),
        Row(
            "the end of the order outranks done for day",
            [.doneForDay(Fixture.doneForDay()), .expired(Fixture.expired(units: 100))],
            .expired,
            .expired,
            0,
            0
        ),
        Row(
            "a restatement for the next day ends done for day",
            [
                Fixture.filled(40), .doneForDay(Fixture.doneForDay()),
                .restated(Fixture.restated(BusinessDate(days: Sample.day.days + 1))),
            ],
            .partiallyFilled,
            .partiallyFilled,
            40,
            60
        ),
        Row("suspended", [.suspended(Fixture.suspended)], .suspended, .suspended, 0, 100),
        Row(
            "suspended outranks a partial fill",
            [.suspended(Fixture.suspended), Fixture.filled(40)],
            .suspended,
            .suspended,
            40,
            60
        ),
        Row(
            "a suspension ends with the order",
            [.suspended(Fixture.suspended), cancelled],
            .cancelled,
            .canceled,
            0,
            0
        ),
        Row(
            "resumed",
            [.suspended(Fixture.suspended), .resumed(Fixture.resumed)],
            .new,
            .new,
            0,
            100
        ),
        Row("triggered is no status", [.triggered(Fixture.triggered)], .new, .new, 0, 100),
        Row(
            "busted quantity does not live again by itself",
            [Fixture.filled(40), bust],
            .new,
            .new,
            0,
            60
        ),
        Row(
            "busted quantity lives again when the venue reinstates it",
            [Fixture.filled(40), .executionBusted(Fixture.busted(1, of: "E1", reinstated: 40))],
            .new,
            .new,
            0,
            100
        ),
        Row(
            "a bust of a full fill that is not reinstated ends the order",
            [Fixture.filled(100), bust],
            .cancelled,
            .canceled,
            0,
            0
        ),
        Row(
            "a bust of a full fill that is reinstated opens the order",
            [Fixture.filled(100), .executionBusted(Fixture.busted(1, of: "E1", reinstated: 30))],
            .new,
            .new,
            0,
            30
        ),
        Row(
            "a correction changes what traded",
            [
                Fixture.filled(40),
                .executionCorrected(Fixture.corrected(1, of: "E1", to: 30, reinstated: 10)),
            ],
            .partiallyFilled,
            .partiallyFilled,
            30,
            70
        ),
        Row(
            "the last of a chain of corrections stands",
            [
                Fixture.filled(40), .executionCorrected(Fixture.corrected(1, of: "E1", to: 30)),
                .executionCorrected(Fixture.corrected(2, of: "R1", to: 50)),
            ],
            .partiallyFilled,
            .partiallyFilled,
            50,
            50
        ),
        Row(
            "a bust that comes before its trade takes it back all the same",
            [bust, Fixture.filled(40)],
            .new,
            .new,
            0,
            60
        ),
        Row(
            "a cancel that comes after a full fill leaves it filled",
            [Fixture.filled(100), .cancelled(Fixture.cancelled(units: 0))],
            .filled,
            .filled,
            100,
            0
        ),
        Row(
            "a reinstating bust that comes after its cancel does not open the order",
            [
                Fixture.filled(100), .cancelled(Fixture.cancelled(units: 0)),
                .executionBusted(Fixture.busted(1, of: "E1", reinstated: 30)),
            ],
            .cancelled,
            .canceled,
            0,
            0
        ),
        Row(
            "J.1.b: a bust on a cancelled order leaves it cancelled",
            [Fixture.filled(40), cancelled, bust],
            .cancelled,
            .canceled,
            0,
            0
        ),
    ]

    @Test("status follows the precedence of FIX", arguments: table)
    func follows(row: Row) {
        let state = folded(Order.self, row.facts)
        #expect(state.status == row.status)
        #expect(AlpacaStatus(state) == row.word)
        #expect(state.cumulative == Quantity(units: row.filled))
        #expect(state.leaves == Quantity(units: row.leaves))
    }
}
