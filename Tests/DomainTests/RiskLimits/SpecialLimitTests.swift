import BifrostKernel
import RiskLimits
import Testing

@Suite("Limits that only some accounts have")
struct SpecialLimitTests {
    static let unit: Int128 = 1_000_000_000

    /// Worth 1,000 long and 200 short, equity 4,000 after a peak of 5,000, and 300 lost today.
    static let worth: Valuation = {
        var worth = Valuation()
        worth.long = 1000 * unit
        worth.short = 200 * unit
        worth.equity = 4000 * unit
        worth.dayProfit = -300 * unit
        worth.peak = 5000 * unit
        return worth
    }()

    struct Row: Sendable, CustomTestStringConvertible {
        let rule: RejectionCode
        /// The limit that just lets the order pass, and the one that does not.
        let pass: @Sendable (inout AccountLimitsSet) -> Void
        let fail: @Sendable (inout AccountLimitsSet) -> Void
        let value: Int128
        var testDescription: String { rule.name }
    }

    /// The order buys 10 at 100, which is 1,000 more, and the position is 5.
    static let table: [Row] = [
        Row(
            rule: .orderQuantityAboveLimit,
            pass: { $0.orderQuantityMax = Quantity(units: 10) },
            fail: { $0.orderQuantityMax = Quantity(units: 9) },
            value: 10 * unit
        ),
        Row(
            rule: .positionValueAboveLimit,
            pass: { $0.positionValueMax = Money(units: 1500) },
            fail: { $0.positionValueMax = Money(units: 1499) },
            value: 1500 * unit
        ),
        Row(
            rule: .grossExposureAboveLimit,
            pass: { $0.grossExposureMax = Money(units: 2200) },
            fail: { $0.grossExposureMax = Money(units: 2199) },
            value: 2200 * unit
        ),
        Row(
            rule: .netExposureAboveLimit,
            pass: { $0.netExposureMax = Money(units: 1800) },
            fail: { $0.netExposureMax = Money(units: 1799) },
            value: 1800 * unit
        ),
        Row(
            rule: .concentrationAboveLimit,
            pass: { $0.concentrationMax = BasisPoints(3750) },
            fail: { $0.concentrationMax = BasisPoints(3749) },
            value: 3750 * unit
        ),
        Row(
            rule: .dayLossAboveLimit,
            pass: { $0.dayLossMax = Money(units: 300) },
            fail: { $0.dayLossMax = Money(units: 299) },
            value: 300 * unit
        ),
        Row(
            rule: .drawdownAboveLimit,
            pass: { $0.drawdownMax = BasisPoints(2000) },
            fail: { $0.drawdownMax = BasisPoints(1999) },
            value: 2000 * unit
        ),
        Row(
            rule: .ordersPerSecondAboveLimit,
            pass: { $0.ordersPerSecondMax = 1 },
            fail: { $0.ordersPerSecondMax = 0 },
            value: unit
        ),
        Row(
            rule: .openOrdersAboveLimit,
            pass: { $0.openOrdersMax = 1 },
            fail: { $0.openOrdersMax = 0 },
            value: unit
        ),
    ]

    private static func state(_ change: (inout AccountLimitsSet) -> Void = { _ in }) -> RiskState {
        var limits = RiskFixture.limits()
        change(&limits)
        return folded(RiskBook.self, [.limitsSet(limits)])
    }

    private static func question(_ change: (inout RiskQuestion) -> Void = { _ in }) -> RiskQuestion {
        RiskFixture.question { question in
            question.position = Quantity(units: 5)
            question.valuation = worth
            question.effectiveAt = Timestamp(nanos: 5_000_000_000)
            change(&question)
        }
    }

    @Test("a limit passes what equals it and refuses the next, with its numbers", arguments: table)
    func bounds(row: Row) throws {
        let passed = try RiskFixture.assessed(Self.question(), Self.state(row.pass))
        #expect(passed.verdict == .approved)
        let check = try #require(passed.checks.last)
        #expect(check.rule == row.rule && check.value == row.value && check.limit == row.value)
        let failed = try RiskFixture.assessed(Self.question(), Self.state(row.fail))
        #expect(failed.failed == [row.rule])
    }

    @Test("a verdict names no limit that is not set")
    func leavesOthersAlone() throws {
        let rules = try RiskFixture.assessed(Self.question(), Self.state()).checks.compactMap(\.rule)
        #expect(
            rules == [
                .killSwitchPulled, .priceUnavailable, .orderValueAboveLimit, .priceOutsideCollar,
                .balanceTooLarge, .buyingPowerExceeded,
            ]
        )
    }

    @Test("a figure that cannot be computed refuses a buy and lets a sale pass")
    func refusesUnknown() throws {
        let state = Self.state { $0.grossExposureMax = Money(units: 1_000_000) }
        #expect(
            try RiskFixture.assessed(Self.question { $0.valuation = nil }, state).failed
                == [.grossExposureAboveLimit]
        )
        #expect(try RiskFixture.assessed(RiskFixture.sale(), state).failed == [])
    }

    @Test("limits hold between their dates, the latest version first")
    func datesLimits() throws {
        var state = Self.state()
        var later = RiskFixture.limits(orderValueMax: Money(units: 1))
        later.effectiveFrom = BusinessDate(days: 10)
        later.effectiveTo = BusinessDate(days: 19)
        guard case .limitsSet(let fact) = try decided(RiskBook.self, .setLimits(later), state).first else {
            Issue.record("expected limits")
            return
        }
        RiskBook.evolve(&state, by: .limitsSet(fact))
        #expect(fact.version == 2)
        for (day, version) in [(9, 1), (10, 2), (19, 2), (20, 1)] as [(Int32, UInt32)] {
            let verdict = try RiskFixture.assessed(
                Self.question { $0.today = BusinessDate(days: day) },
                state
            )
            #expect(verdict.limitsVersion == version)
            #expect((verdict.verdict == .refused) == (version == 2))
        }
        guard
            case .limitsSet(let last) = try decided(RiskBook.self, .setLimits(RiskFixture.limits()), state)
                .first
        else { return }
        RiskBook.evolve(&state, by: .limitsSet(last))
        #expect(last.version == 3)
        #expect(state.limits(on: BusinessDate(days: 15))?.version == 3)
        later.effectiveTo = BusinessDate(days: 9)
        #expect(throws: Rejection(.limitsOutOfOrder, limit: 10 * Self.unit, value: 9 * Self.unit)) {
            try decided(RiskBook.self, .setLimits(later), state)
        }
    }

    @Test("more limits with dates than are remembered are refused, and none is forgotten")
    func boundsDates() throws {
        var state = Self.state()
        for day in 0..<16 as Range<Int32> {
            var dated = RiskFixture.limits(orderValueMax: Money(units: 1))
            dated.effectiveFrom = BusinessDate(days: day)
            dated.version = UInt32(day) + 2
            RiskBook.evolve(&state, by: .limitsSet(dated))
        }
        var more = RiskFixture.limits()
        more.effectiveFrom = BusinessDate(days: 99)
        #expect(throws: Rejection(.tooManyItems, limit: 16 * Self.unit)) {
            try decided(RiskBook.self, .setLimits(more), state)
        }
        #expect(state.limits(on: BusinessDate(days: 0))?.version == 2)
        #expect(try decided(RiskBook.self, .setLimits(RiskFixture.limits()), state).count == 1)
    }

    static let approvals: [(String, [String], Rejection?)] = [
        ("", [], nil), ("", ["p1"], nil), ("one-person", ["p1"], nil), ("two-persons", ["p1", "p2"], nil),
        ("one-person", [""], Rejection(.approvalMissing, limit: unit, value: 0)),
        ("two-persons", ["p1", "p1"], Rejection(.approvalMissing, limit: 2 * unit, value: unit)),
        ("nobody", ["p1", "p2"], Rejection(.approvalMissing)),
        (
            "one-person", Array(repeating: "p", count: 9),
            Rejection(.tooManyItems, limit: 8 * unit, value: 9 * unit)
        ),
    ]

    @Test("limits name the policy that they were approved by, and have its approvals", arguments: approvals)
    func checksApprovals(policy: String, approvers: [String], refusal: Rejection?) throws {
        var limits = RiskFixture.limits()
        limits.approvalPolicy = policy
        limits.approvers = approvers
        do throws(Rejection) {
            var decision = Decision<RiskEvent>()
            try RiskBook.decide(.setLimits(limits), given: Self.state(), into: &decision)
            #expect(refusal == nil)
            guard case .limitsSet(let fact) = decision.events.first else { return }
            #expect(fact.approvers == approvers && fact.approvalPolicy == policy)
        } catch {
            #expect(error == refusal)
        }
    }

    @Test("orders are counted by the second of their effective time")
    func countsSeconds() throws {
        var state = Self.state { $0.ordersPerSecondMax = 2 }
        for _ in 0..<2 { state.count(at: Timestamp(nanos: 5_999_999_999)) }
        #expect(try RiskFixture.assessed(Self.question(), state).failed == [.ordersPerSecondAboveLimit])
        let later = Self.question { $0.effectiveAt = Timestamp(nanos: 6_000_000_000) }
        #expect(try RiskFixture.assessed(later, state).failed == [])
    }

    /// Milliseconds after the first order, its parent and that of the second, and whether it is a duplicate.
    static let repeats: [(Int64, OrderID, OrderID, Bool)] = [
        (0, .none, .none, true), (999, .none, .none, true), (1000, .none, .none, false),
        (10, Sample.order, Sample.order, false), (10, .none, Sample.order, true),
        (10, Sample.order, .none, true),
    ]

    @Test(
        "an equal order within the window is a duplicate unless both are slices of one parent",
        arguments: repeats
    )
    func findsDuplicates(millis: Int64, first: OrderID, second: OrderID, isDuplicate: Bool) throws {
        var state = Self.state { $0.duplicateWindowMillis = 1000 }
        #expect(state.looksForDuplicates)
        state.remember(
            RecentOrder(
                at: Timestamp(nanos: 5_000_000_000),
                Sample.instrument,
                isBuy: true,
                Quantity(units: 10),
                limitPrice: Price(units: 100),
                parent: first
            )
        )
        let question = Self.question {
            $0.effectiveAt = Timestamp(nanos: 5_000_000_000 + millis * 1_000_000)
            $0.parent = second
        }
        #expect(try RiskFixture.assessed(question, state).failed == (isDuplicate ? [.duplicateOrder] : []))
        let other = Self.question { $0.quantity = Quantity(units: 9) }
        #expect(try RiskFixture.assessed(other, state).failed == [])
    }
}
