import BifrostKernel
import ComplianceRules
import EventMessages
import Foundation
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import SwiftProtobuf
import Testing

@Suite("generated code reads the values that were written")
struct OracleFieldTests {
    @Test("an order's terms")
    func orderPlaced() throws {
        let order = try Oracle.read(Bifrost_V1_OrderPlaced.self, .rich)
        #expect(order.orderID == data(Extreme.order.id))
        #expect(order.accountID == data(Extreme.account.id))
        #expect(order.instrumentID == data(Extreme.instrument.id))
        #expect(order.clientOrderID == Extreme.clientName?.text)
        #expect(order.side == .sell && order.type == .limit && order.timeInForce == .day)
        #expect(order.quantity == Quantity.nanosMax)
        #expect(order.hasLimitPrice && order.limitPrice == -Price.nanosMax)
        #expect(!order.hasStopPrice)
        #expect(order.symbol == Extreme.symbol.text)
        #expect(order.book == Extreme.text)
        #expect(order.capacity == .risklessPrincipal)
        #expect(order.seen.hasLast && order.seen.last == 0)
        #expect(order.seen.at == .max)
        let sparse = try Oracle.read(Bifrost_V1_OrderPlaced.self, .sparse)
        #expect(sparse.orderID.isEmpty && !sparse.hasLimitPrice && sparse.hasSeen && !sparse.seen.hasBid)
    }

    @Test("an order's special terms, which its golden bytes do not have")
    func specialTerms() throws {
        var placed = OrderPlaced()
        placed.type = .trailingStopLimit
        placed.timeInForce = .fillOrKill
        placed.special.stopPrice = Extreme.lowPrice
        placed.special.trailingAmount = .zero
        placed.special.trailingRate = BasisPoints(0)
        placed.special.limitOffset = Extreme.price
        placed.special.minimumQuantity = .zero
        placed.special.displayQuantity = Extreme.quantity
        placed.special.reduceOnly = true
        placed.special.postOnly = true
        placed.special.expireDate = BusinessDate(days: 0)
        let bytes = WireEncoder.encode(placed)
        #expect(try WireDecoder.decode(OrderPlaced.self, bytes) == placed)
        let order = try Bifrost_V1_OrderPlaced(serializedBytes: bytes)
        #expect(try order.serializedBytes() as [UInt8] == bytes)
        #expect(order.unknownFields.data.isEmpty)
        #expect(order.type == .trailingStopLimit && order.timeInForce == .fillOrKill)
        #expect(order.stopPrice == -Price.nanosMax && order.limitOffset == Price.nanosMax)
        #expect(order.hasTrailingAmount && order.trailingAmount == 0)
        #expect(order.hasTrailingMicroBasisPoints && order.trailingMicroBasisPoints == 0)
        #expect(order.hasMinimumQuantity && order.minimumQuantity == 0)
        #expect(order.displayQuantity == Quantity.nanosMax)
        #expect(order.reduceOnly && order.postOnly)
        #expect(order.hasExpireDate && order.expireDate == 0)
    }

    @Test("an execution")
    func orderExecuted() throws {
        let execution = try Oracle.read(Bifrost_V1_OrderExecuted.self, .rich)
        #expect(execution.executionID == data(Extreme.execution))
        #expect(execution.tradeDate == .max)
        #expect(execution.price == -Price.nanosMax)
        #expect(execution.currency == "JPY")
        #expect(number(execution.settlementAmount) == -Money.nanosMax)
        #expect(number(execution.commission) == Money.nanosMax)
        #expect(execution.venuePosition == -Quantity.nanosMax)
        #expect(execution.afterClose && execution.overfilled)
        let conflict = try Oracle.read(Bifrost_V1_ExecutionConflicted.self, .rich)
        #expect(conflict.report == execution)
    }

    @Test("both halves of an amount are always there")
    func money() throws {
        let sparse = try Oracle.read(Bifrost_V1_CashDeposited.self, .sparse)
        #expect(sparse.amount.hasHigh && sparse.amount.hasLow)
        #expect(sparse.amount.high == 0 && sparse.amount.low == 0)
        let booked = try Oracle.read(Bifrost_V1_TradeBooked.self, .rich)
        #expect(booked.realised.high == -1 && booked.realised.low == .max)
        #expect(booked.closedCost.high == 1 && booked.closedCost.low == 0)
        #expect(booked.tradeDate == .min && booked.settlementDate == .max)
        #expect(booked.postings.map { number($0.amount) } == [Money.nanosMax, -Int128(Quantity.nanosMax), 0])
        #expect(booked.postings[1].instrumentID == data(Extreme.instrument.id))
    }

    @Test("numbers of rules take all 128 bits, and are absent where a rule has none")
    func checks() throws {
        let assessed = try Oracle.read(Bifrost_V1_RiskAssessed.self, .rich)
        #expect(number(assessed.checks[0].limit) == .max && number(assessed.checks[0].value) == .min)
        #expect(assessed.checks[0].rule == .venueUnpriced && assessed.checks[0].warned)
        #expect(assessed.checks[1].hasLimit && number(assessed.checks[1].limit) == 0)
        #expect(!assessed.checks[2].hasLimit && assessed.checks[2].rule == .unspecified)
        #expect(assessed.commissionMicroBasisPoints == 1_000_000_000_000)
    }

    @Test("days are the first, then distances")
    func days() throws {
        let declared = try Oracle.read(Bifrost_V1_TradingDaysDeclared.self, .rich)
        var day: Int64 = 0
        let days = declared.days.map { distance -> Int64 in
            day += distance
            return day
        }
        #expect(days == [Int64(Int32.min), -1, 0, 1, 64, Int64(Int32.max)])
    }

    @Test("a copied fact holds the bytes of its source")
    func copied() throws {
        let copy = try Oracle.read(Bifrost_V1_ReferenceFactCopied.self, .rich)
        #expect(copy.sourcePosition == UInt64(Int64.max))
        let marks = try Bifrost_V1_OfficialMarksRecorded(serializedBytes: copy.payload)
        #expect(marks == (try Oracle.read(Bifrost_V1_OfficialMarksRecorded.self, .rich)))
    }

    @Test("enumerations have the numbers and the words of the schema")
    func choices() {
        same(Side.self, Bifrost_V1_Side.self)
        same(OrderType.self, Bifrost_V1_OrderType.self)
        same(TimeInForce.self, Bifrost_V1_TimeInForce.self)
        same(Capacity.self, Bifrost_V1_Capacity.self)
        same(Judge.self, Bifrost_V1_Judge.self)
        same(Verdict.self, Bifrost_V1_Verdict.self)
        same(ReservationReason.self, Bifrost_V1_ReservationReason.self)
        same(LedgerAccount.self, Bifrost_V1_LedgerAccount.self)
        same(BreakKind.self, Bifrost_V1_BreakKind.self)
        same(DayCount.self, Bifrost_V1_DayCount.self)
        same(ShardClock.self, Bifrost_V1_ShardClock.self)
        same(AccountKind.self, Bifrost_V1_AccountKind.self)
        same(InstrumentStatus.self, Bifrost_V1_InstrumentStatus.self)
        same(ReassessmentOutcome.self, Bifrost_V1_ReassessmentOutcome.self)
    }

    private func same<C: WireChoice, E: SwiftProtobuf.Enum>(_ ours: C.Type, _ theirs: E.Type) {
        for choice in C.allCases {
            #expect(choice.rawValue != 0)
            let other = E(rawValue: Int(choice.rawValue))
            #expect(other.map { String(describing: $0) } == String(describing: choice), "\(ours)")
        }
    }

    private func number(_ money: Bifrost_V1_Money) -> Int128 { Int128(money.high) << 64 | Int128(money.low) }

    private func data(_ id: Identifier) -> Data {
        Data(
            [id.high, id.low].flatMap { half in
                (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - $0 * 8)) }
            }
        )
    }
}
