import BifrostKernel
import Orders
import Testing

@Suite("Order decisions")
struct OrderDecisionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let given: [OrderEvent]
        let when: OrderCommand
        let then: [OrderEvent]

        init(_ name: String, _ given: [OrderEvent], _ when: OrderCommand, _ then: [OrderEvent]) {
            testDescription = name
            self.given = given
            self.when = when
            self.then = then
        }
    }

    static let effective: [Row] = [
        Row(
            "place",
            [],
            .place(Fixture.placed(), terms: Fixture.terms),
            [.placed(Fixture.placed())]
        ),
        Row(
            "approve",
            [.placed(Fixture.placed())],
            .approve(Fixture.approved),
            [.approved(Fixture.approved)]
        ),
        Row(
            "reject",
            [.placed(Fixture.placed())],
            .reject(Fixture.rejected(.risk)),
            [.rejected(Fixture.rejected(.risk))]
        ),
        Row(
            "acknowledge",
            [.placed(Fixture.placed())],
            .acknowledge(Fixture.acknowledged),
            [.acknowledged(Fixture.acknowledged)]
        ),
        Row("execute", Fixture.live, .execute(Fixture.report(1, units: 40)), [Fixture.filled(40)]),
        Row(
            "execute before the acknowledgement",
            [.placed(Fixture.placed())],
            .execute(Fixture.report(1, units: 40)),
            [Fixture.filled(40)]
        ),
        Row(
            "request a cancel",
            Fixture.live,
            .requestCancel(Fixture.cancelRequested),
            [.cancelRequested(Fixture.cancelRequested)]
        ),
        Row(
            "request a cancel again after a refusal",
            Fixture.live + [
                .cancelRequested(Fixture.cancelRequested), .cancelRejected(Fixture.cancelRejected),
            ],
            .requestCancel(Fixture.cancelRequested),
            [.cancelRequested(Fixture.cancelRequested)]
        ),
        Row(
            "confirm a cancel",
            Fixture.live + [.cancelRequested(Fixture.cancelRequested)],
            .confirmCancel(Sample.order),
            [.cancelled(Fixture.cancelled(units: 100))]
        ),
        Row(
            "confirm a cancel that nobody asked for, after a partial fill",
            Fixture.live + [Fixture.filled(40)],
            .confirmCancel(Sample.order),
            [.cancelled(Fixture.cancelled(units: 60))]
        ),
        Row(
            "confirm a cancel of a filled order, which a bust on its way may let live again",
            Fixture.live + [Fixture.filled(100)],
            .confirmCancel(Sample.order),
            [.cancelled(Fixture.cancelled(units: 0))]
        ),
        Row(
            "refuse a cancel",
            Fixture.live + [.cancelRequested(Fixture.cancelRequested)],
            .refuseCancel(Sample.order),
            [.cancelRejected(Fixture.cancelRejected)]
        ),
        Row(
            "expire",
            Fixture.live + [Fixture.filled(40)],
            .expire(Sample.order),
            [.expired(Fixture.expired(units: 60))]
        ),
    ]

    static let closures: [(String, OrderEvent)] = [
        ("filled", Fixture.filled(100)), ("cancelled", .cancelled(Fixture.cancelled(units: 100))),
        ("expired", .expired(Fixture.expired(units: 100))), ("rejected", .rejected(Fixture.rejected())),
    ]

    static let idle: [Row] =
        [
            Row("acknowledge twice", Fixture.live, .acknowledge(Fixture.acknowledged), []),
            Row(
                "request a cancel twice",
                Fixture.live + [.cancelRequested(Fixture.cancelRequested)],
                .requestCancel(Fixture.cancelRequested),
                []
            ),
            Row("refuse a cancel that is not pending", Fixture.live, .refuseCancel(Sample.order), []),
            Row(
                "execute the same trade again",
                Fixture.live + [Fixture.filled(40)],
                .execute(Fixture.report(1, units: 40)),
                []
            ),
            Row(
                "execute the same trade again after the close",
                Fixture.live + [Fixture.filled(40), .cancelled(Fixture.cancelled(units: 60))],
                .execute(Fixture.report(1, units: 40)),
                []
            ),
        ]
        + closures.flatMap { name, closure in
            [
                Row(
                    "request a cancel of a \(name) order",
                    Fixture.live + [closure],
                    .requestCancel(Fixture.cancelRequested),
                    []
                ),
                Row("expire a \(name) order", Fixture.live + [closure], .expire(Sample.order), []),
            ]
        }
        + closures.dropFirst().flatMap { name, closure in
            [
                Row(
                    "confirm a cancel of a \(name) order",
                    Fixture.live + [closure],
                    .confirmCancel(Sample.order),
                    []
                ),
                Row("reject a \(name) order", Fixture.live + [closure], .reject(Fixture.rejected()), []),
            ]
        }

    @Test("a decision leads to its fact", arguments: effective)
    func takesEffect(row: Row) { expect(Order.self, given: row.given, when: row.when, then: row.then) }

    @Test("what is already so has no effect", arguments: idle)
    func hasNoEffect(row: Row) { expect(Order.self, given: row.given, when: row.when, then: row.then) }

    @Test("a trade after the close, or beyond what was ordered, is booked and flagged", arguments: closures)
    func flagsLateTrades(name: String, closure: OrderEvent) {
        var expected = Fixture.report(2, units: 30)
        expected.afterClose = name != "filled"
        expected.overfilled = name == "filled"
        expect(
            Order.self,
            given: Fixture.live + [closure],
            when: .execute(Fixture.report(2, units: 30)),
            then: [.executed(expected)]
        )
    }

    @Test(
        "a trade that goes one beyond the order is flagged, one that completes it is not",
        arguments: [60, 61]
    )
    func flagsOverfills(units: Int64) {
        var expected = Fixture.report(2, units: units)
        expected.overfilled = units == 61
        expect(
            Order.self,
            given: Fixture.live + [Fixture.filled(40)],
            when: .execute(Fixture.report(2, units: units)),
            then: [.executed(expected)]
        )
    }

    static let contents: [(String, @Sendable (inout OrderExecuted) -> Void)] = [
        ("quantity", { $0.quantity = Quantity(units: 41) }), ("price", { $0.price = Price(cents: 1001) }),
        ("currency", { $0.currency = .known("EUR") }), ("commission", { $0.commission = Money(cents: 1) }),
        ("settlement amount", { $0.settlementAmount = Money(cents: 1) }),
    ]

    @Test("the same identity with other content is a conflict and books nothing", arguments: contents)
    func conflicts(name: String, change: @Sendable (inout OrderExecuted) -> Void) {
        var report = Fixture.report(1, units: 40)
        report.execution = Sample.execution(9)
        change(&report)
        var conflict = ExecutionConflicted()
        conflict.report = report
        conflict.standing = Sample.execution(1)
        let given = Fixture.live + [Fixture.filled(40)]
        expect(Order.self, given: given, when: .execute(report), then: [.executionConflicted(conflict)])
        let after = folded(Order.self, given + [.executionConflicted(conflict)])
        #expect(after.cumulative == Quantity(units: 40))
        #expect(after.executions.count == 1)
    }

    static let identities: [(String, @Sendable (inout OrderExecuted) -> Void)] = [
        ("venue", { $0.venue = "other" }), ("trade date", { $0.tradeDate = BusinessDate(days: 7307) }),
        ("venue execution id", { $0.venueExecutionID = "E2" }), ("side", { $0.side = .sell }),
    ]

    @Test("another identity with the same content is another trade", arguments: identities)
    func tellsApart(name: String, change: @Sendable (inout OrderExecuted) -> Void) {
        var report = Fixture.report(1, units: 40)
        change(&report)
        expect(
            Order.self,
            given: Fixture.live + [Fixture.filled(40)],
            when: .execute(report),
            then: [.executed(report)]
        )
    }

    @Test("what the venue says of its own book does not make a repeat another trade")
    func ignoresVenueBook() {
        var report = Fixture.report(1, units: 40)
        report.venueCumulative = Quantity(units: 77)
        report.venueLeaves = Quantity(units: 1)
        report.venuePosition = Quantity(units: 9)
        report.venueCash = Money(units: 5)
        expect(Order.self, given: Fixture.live + [Fixture.filled(40)], when: .execute(report), then: [])
    }

    /// Each row breaks one check more from the end, so the table fixes which of them is named first.
    static let form: [(OrderPlaced, Rejection)] = [
        (
            Fixture.placed(Quantity.zero, limit: nil), Rejection(.quantityNotPositive, value: 0)
        ),
        (
            Fixture.placed(-Quantity(nanos: 500_000_000), limit: Price(nanos: -1)),
            Rejection(.quantityNotPositive, value: -500_000_000)
        ),
        (
            Fixture.placed(Quantity(nanos: 500_000_000), limit: Price(nanos: -1)),
            Rejection(.quantityNotLotMultiple, limit: 1_000_000_000, value: 500_000_000)
        ),
        (unexpectedLimit, Rejection(.limitPriceUnexpected, value: -1)),
        (missingLimit, Rejection(.limitPriceMissing)),
        (Fixture.placed(limit: .zero), Rejection(.priceNotPositive, value: 0)),
        (Fixture.placed(limit: Price(nanos: -1)), Rejection(.priceNotPositive, value: -1)),
        (
            Fixture.placed(limit: Price(nanos: 10_000_001)),
            Rejection(.priceNotTickMultiple, limit: 10_000_000, value: 10_000_001)
        ),
    ]
    static var unexpectedLimit: OrderPlaced {
        var placed = Fixture.placed(limit: Price(nanos: -1))
        placed.type = .market
        return placed
    }
    static var missingLimit: OrderPlaced {
        var placed = Fixture.placed(limit: nil)
        placed.type = .limit
        return placed
    }

    @Test("form is checked in one order: quantity, lot, limit price, tick", arguments: form)
    func checksForm(placed: OrderPlaced, rejection: Rejection) {
        expect(Order.self, given: [], when: .place(placed, terms: Fixture.terms), refused: rejection)
    }
}
