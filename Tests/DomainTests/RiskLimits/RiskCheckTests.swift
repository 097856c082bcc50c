import BifrostKernel
import RiskLimits
import Testing

@Suite("Risk checks")
struct RiskCheckTests {
    /// Each row breaks one rule less from the front, so the table fixes which rule is named first.
    static let order: [RiskRow] = [
        RiskRow(
            "a buy that breaks everything but the bounds",
            given: [.limitsSet(RiskFixture.limits()), RiskFixture.killed],
            question: RiskFixture.question {
                $0.quantity = Quantity(units: 1_000_000_000)
                $0.limitPrice = Price(units: 111)
                $0.position = Quantity(nanos: 1)
            },
            failed: [
                .killSwitchPulled, .orderValueAboveLimit, .priceOutsideCollar, .balanceTooLarge,
                .buyingPowerExceeded,
            ]
        ),
        RiskRow(
            "a buy without a price",
            given: [.limitsSet(RiskFixture.limits()), RiskFixture.killed],
            question: RiskFixture.question {
                $0.quantity = Quantity(units: 1_000)
                $0.referencePrice = nil
            },
            failed: [.killSwitchPulled, .priceUnavailable, .orderValueAboveLimit, .buyingPowerExceeded]
        ),
        RiskRow(
            "a buy too large and too dear",
            question: RiskFixture.question {
                $0.quantity = Quantity(units: 1_000)
                $0.limitPrice = Price(units: 111)
            },
            failed: [.orderValueAboveLimit, .priceOutsideCollar, .buyingPowerExceeded]
        ),
        RiskRow(
            "a buy too dear without cash",
            question: RiskFixture.question {
                $0.limitPrice = Price(units: 111)
                $0.settledCash = .zero
            },
            failed: [.priceOutsideCollar, .buyingPowerExceeded]
        ),
        RiskRow(
            "a buy that reserves beyond the bounds",
            question: RiskFixture.question {
                $0.limitPrice = nil
                $0.quantity = Quantity(nanos: 1)
                $0.referencePrice = Price(nanos: Price.nanosMax)
            },
            failed: [.notionalTooLarge]
        ),
        RiskRow(
            "a buy beyond the largest position without cash",
            question: RiskFixture.question {
                $0.settledCash = .zero
                $0.position = Quantity(nanos: Quantity.nanosMax)
            },
            failed: [.balanceTooLarge, .buyingPowerExceeded]
        ),
        RiskRow(
            "a buy without cash",
            question: RiskFixture.question { $0.settledCash = .zero },
            failed: [.buyingPowerExceeded]
        ),
        RiskRow(
            "a sale too large, too cheap and of what is not there",
            question: RiskFixture.sale {
                $0.quantity = Quantity(units: 1_000)
                $0.limitPrice = Price(cents: 8_999)
                $0.referencePrice = Price(units: 100)
                $0.position = .zero
            },
            failed: [.orderValueAboveLimit, .priceOutsideCollar, .positionInsufficient]
        ),
        RiskRow(
            "a sale of what is not there",
            question: RiskFixture.sale { $0.position = .zero },
            failed: [.positionInsufficient]
        ),
        RiskRow("a good buy", question: RiskFixture.question(), failed: []),
        RiskRow("a good sale", question: RiskFixture.sale(), failed: []),
    ]

    @Test(
        "rules are checked in one order: switch, price, value, collar, bounds, buying power or position",
        arguments: order
    )
    func checks(row: RiskRow) throws {
        let fact = try RiskFixture.assessed(row.question, given: row.given)
        #expect(fact.failed == row.failed)
        #expect(fact.verdict == (row.failed.isEmpty ? .approved : .refused))
        if fact.verdict == .refused {
            #expect(fact.reservedCash == .zero)
            #expect(fact.reservedShares == .zero)
            #expect(fact.pendingBuys == .zero)
        }
    }

    static let collars: [(Bool, Int64, Int64, Bool)] = [
        (true, 10_000, 11_000, true), (true, 10_000, 11_001, false), (true, 10_000, 1, true),
        (false, 10_000, 9_000, true), (false, 10_000, 8_999, false), (false, 10_000, 99_999, true),
        (true, 1, 1, true), (true, 1, 2, false), (false, 1, 1, true),
    ]

    @Test("the collar holds on the harmful side alone, up to and with its bound", arguments: collars)
    func holdsCollar(isBuy: Bool, reference: Int64, limit: Int64, passes: Bool) throws {
        let fact = try RiskFixture.assessed(
            RiskFixture.question {
                $0.isBuy = isBuy
                $0.quantity = Quantity(units: 1)
                $0.position = Quantity(units: 1)
                $0.referencePrice = Price(cents: reference)
                $0.limitPrice = Price(cents: limit)
            }
        )
        #expect(fact.failed == (passes ? [] : [.priceOutsideCollar]))
    }

    @Test("the largest order value is allowed, one more is not", arguments: [10_000, 10_001] as [Int64])
    func limitsValue(value: Int64) throws {
        let fact = try RiskFixture.assessed(
            RiskFixture.question {
                $0.quantity = Quantity(units: 1)
                $0.limitPrice = Price(units: value)
                $0.referencePrice = Price(units: value)
                $0.settledCash = Money(units: 1_000_000)
            }
        )
        let check = fact.checks.first { $0.rule == .orderValueAboveLimit }
        #expect(check?.passed == (value == 10_000))
        #expect(check?.limit == 10_000_000_000_000)
        #expect(check?.value == Int128(value) * 1_000_000_000)
    }

    /// Whether a sale is on the account's own switch, the shard's, or without a price.
    static let warnings: [RiskRow] = [
        RiskRow(
            "the account's switch",
            given: [.limitsSet(RiskFixture.limits()), RiskFixture.killed],
            question: RiskFixture.sale(),
            failed: [],
            warned: [.killSwitchPulled]
        ),
        RiskRow(
            "the shard's switch",
            question: RiskFixture.sale { $0.shardKilled = true },
            failed: [],
            warned: [.killSwitchPulled]
        ),
        RiskRow(
            "no price",
            question: RiskFixture.sale { $0.referencePrice = nil },
            failed: [],
            warned: [.priceUnavailable]
        ),
        RiskRow(
            "no price, at the market",
            question: RiskFixture.sale {
                $0.referencePrice = nil
                $0.limitPrice = nil
            },
            failed: [],
            warned: [.priceUnavailable]
        ),
        RiskRow(
            "a buy on the shard's switch",
            question: RiskFixture.question { $0.shardKilled = true },
            failed: [.killSwitchPulled]
        ),
        RiskRow(
            "a buy without a price",
            question: RiskFixture.question { $0.referencePrice = nil },
            failed: [.priceUnavailable]
        ),
    ]

    @Test("what only reduces passes a pulled switch and a missing price with a warning", arguments: warnings)
    func warns(row: RiskRow) throws {
        let fact = try RiskFixture.assessed(row.question, given: row.given)
        #expect(fact.failed == row.failed)
        #expect(fact.warned == row.warned)
    }

    @Test("a price that is not positive is no price", arguments: [0, -1, -Price.nanosMax] as [Int64])
    func needsPositivePrice(nanos: Int64) throws {
        for limit in [nil, Price(units: 100)] {
            let buy = try RiskFixture.assessed(
                RiskFixture.question {
                    $0.referencePrice = Price(nanos: nanos)
                    $0.limitPrice = limit
                }
            )
            #expect(buy.failed == [.priceUnavailable])
            let sale = try RiskFixture.assessed(
                RiskFixture.sale {
                    $0.referencePrice = Price(nanos: nanos)
                    $0.limitPrice = limit
                }
            )
            #expect(sale.failed == [])
            #expect(sale.warned == [.priceUnavailable])
        }
    }

    @Test("a refusal names the limit and the number")
    func namesNumbers() throws {
        let buy = try RiskFixture.assessed(RiskFixture.question { $0.settledCash = Money(cents: 99_999) })
        let power = buy.checks.first { $0.rule == .buyingPowerExceeded }
        #expect(power?.limit == 999_990_000_000)
        #expect(power?.value == 1_000_000_000_000)
        let sale = try RiskFixture.assessed(RiskFixture.sale { $0.position = Quantity(units: 9) })
        let position = sale.checks.first { $0.rule == .positionInsufficient }
        #expect(position?.limit == 9_000_000_000)
        #expect(position?.value == 10_000_000_000)
    }

    @Test("a verdict names the version of the limits and the fees")
    func namesVersions() throws {
        var limits = RiskFixture.limits()
        limits.version = 7
        let fact = try RiskFixture.assessed(
            RiskFixture.question { $0.feeVersion = 3 },
            given: [.limitsSet(limits)]
        )
        #expect(fact.limitsVersion == 7)
        #expect(fact.feeVersion == 3)
    }

    @Test("limits are counted from one and must let something pass")
    func setsLimits() {
        var wanted = RiskFixture.limits()
        wanted.version = 99
        let first = RiskFixture.limits()
        var second = first
        second.version = 2
        expect(RiskBook.self, given: [], when: .setLimits(wanted), then: [.limitsSet(first)])
        expect(
            RiskBook.self,
            given: [.limitsSet(first)],
            when: .setLimits(wanted),
            then: [.limitsSet(second)]
        )
        wanted.orderValueMax = .zero
        expect(
            RiskBook.self,
            given: [],
            when: .setLimits(wanted),
            refused: Rejection(.amountNotPositive, value: 0)
        )
    }

    @Test("a switch that is pulled or released already has no effect")
    func pullsOnce() {
        var released = KillSwitchReleased()
        released.account = Sample.account
        expect(RiskBook.self, given: [], when: .pullKillSwitch(Sample.account), then: [RiskFixture.killed])
        expect(RiskBook.self, given: [RiskFixture.killed], when: .pullKillSwitch(Sample.account), then: [])
        expect(RiskBook.self, given: [], when: .releaseKillSwitch(Sample.account), then: [])
        expect(
            RiskBook.self,
            given: [RiskFixture.killed],
            when: .releaseKillSwitch(Sample.account),
            then: [.killSwitchReleased(released)]
        )
    }
}
