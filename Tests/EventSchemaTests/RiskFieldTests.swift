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

/// Golden files are never edited, so fields that came after them are held against the generated code here.
@Suite("generated code reads fields that are younger than their golden files")
struct RiskFieldTests {
    private func read<P: EventPayload, M: SwiftProtobuf.Message>(_ payload: P, as type: M.Type) throws -> M {
        let bytes = WireEncoder.encode(payload)
        #expect(try WireDecoder.decode(P.self, bytes) == payload)
        let message = try M(serializedBytes: bytes)
        #expect(try message.serializedBytes() as [UInt8] == bytes)
        return message
    }

    @Test("limits")
    func limits() throws {
        var limits = AccountLimitsSet()
        limits.effectiveFrom = Extreme.lowDate
        limits.effectiveTo = BusinessDate(days: 0)
        limits.approvers = ["", Extreme.text]
        limits.approvalPolicy = "two-persons"
        limits.grossExposureMax = Extreme.money
        limits.netExposureMax = .zero
        limits.positionValueMax = Extreme.money
        limits.concentrationMax = Extreme.rate
        limits.dayLossMax = Extreme.lowMoney
        limits.drawdownMax = BasisPoints(0)
        limits.ordersPerSecondMax = .max
        limits.openOrdersMax = 0
        limits.orderQuantityMax = Extreme.quantity
        limits.duplicateWindowMillis = 1000
        let message = try read(limits, as: Bifrost_V1_AccountLimitsSet.self)
        #expect(message.effectiveFrom == .min && message.hasEffectiveTo && message.effectiveTo == 0)
        #expect(message.approvers == ["", Extreme.text] && message.approvalPolicy == "two-persons")
        #expect(message.hasNetExposureMax && message.hasGrossExposureMax && message.hasDayLossMax)
        #expect(message.concentrationMaxMicroBasisPoints == 1_000_000_000_000)
        #expect(message.hasDrawdownMaxMicroBasisPoints && message.drawdownMaxMicroBasisPoints == 0)
        #expect(message.ordersPerSecondMax == .max && message.hasOpenOrdersMax && message.openOrdersMax == 0)
        #expect(message.orderQuantityMax == Quantity.nanosMax && message.duplicateWindowMillis == 1000)
        #expect(!(try read(AccountLimitsSet(), as: Bifrost_V1_AccountLimitsSet.self).hasGrossExposureMax))
    }

    @Test("a reservation's price")
    func reservations() throws {
        var changed = ReservationChanged()
        changed.reason = .replaced
        changed.reservedPrice = .zero
        let message = try read(changed, as: Bifrost_V1_ReservationChanged.self)
        #expect(message.reason == .replaced && message.hasReservedPrice && message.reservedPrice == 0)
    }

    @Test("what margin accounts have")
    func margin() throws {
        var assessed = RiskAssessed()
        assessed.pendingShorts = .zero
        let verdict = try read(assessed, as: Bifrost_V1_RiskAssessed.self)
        #expect(verdict.hasPendingShorts && verdict.pendingShorts == 0)
        var changed = ReservationChanged()
        changed.remainingShorts = Extreme.quantity
        let rest = try read(changed, as: Bifrost_V1_ReservationChanged.self)
        #expect(rest.remainingShorts == Quantity.nanosMax)
        var opened = AccountOpened()
        opened.kind = .margin
        opened.marginRegime = MarginRegime.regulationT
        let account = try read(opened, as: Bifrost_V1_AccountOpened.self)
        #expect(account.kind == .margin && account.marginRegime == "us-reg-t-1")
        var closed = DayClosed()
        closed.initialRequirement = Extreme.money
        closed.maintenanceRequirement = .zero
        closed.marginExcess = Extreme.lowMoney
        let day = try read(closed, as: Bifrost_V1_DayClosed.self)
        #expect(day.hasInitialRequirement && day.hasMaintenanceRequirement && day.hasMarginExcess)
        #expect(!(try read(DayClosed(), as: Bifrost_V1_DayClosed.self).hasMarginExcess))
    }

    @Test("a short sale and its locate")
    func shortSales() throws {
        var placed = OrderPlaced()
        placed.side = .sellShortExempt
        placed.special.locate = Extreme.clientName
        let order = try read(placed, as: Bifrost_V1_OrderPlaced.self)
        #expect(order.side == .sellShortExempt && order.locateID == Extreme.clientName?.text)
        var cleared = ComplianceAssessed()
        cleared.locate = Extreme.clientName
        let clearance = try read(cleared, as: Bifrost_V1_ComplianceAssessed.self)
        #expect(clearance.locateID == Extreme.clientName?.text)
    }

    @Test("hours of days, and days that are due")
    func days() throws {
        var declared = TradingDaysDeclared()
        declared.days = [BusinessDate(days: 1), BusinessDate(days: 2)]
        declared.hours = [SessionHours(Extreme.lowTime, Extreme.time), SessionHours()]
        let message = try read(declared, as: Bifrost_V1_TradingDaysDeclared.self)
        #expect(message.hours.map(\.opensAt) == [.min, 0] && message.hours.map(\.closesAt) == [.max, 0])
        var rolled = DayRolled()
        rolled.through = BusinessDate(days: 0)
        #expect(try read(rolled, as: Bifrost_V1_DayRolled.self).hasThrough)
    }

    @Test("terms of an instrument")
    func terms() throws {
        var terms = InstrumentRegistered()
        terms.tickTable = [TickStep(from: Extreme.price, Extreme.lowPrice)]
        terms.priceScale = 0
        terms.quantityScale = .max
        terms.sector = Extreme.text
        terms.marginable = true
        terms.shortable = true
        terms.fractionable = true
        terms.settlementCycles = [SettlementCycle(from: Extreme.date, days: 2)]
        let message = try read(terms, as: Bifrost_V1_InstrumentRegistered.self)
        #expect(message.tickTable[0].priceFrom == Price.nanosMax)
        #expect(message.hasPriceScale && message.priceScale == 0 && message.quantityScale == .max)
        #expect(message.sector == Extreme.text && message.marginable && message.shortable)
        #expect(message.fractionable && message.settlementCycles[0].settlementDays == 2)
    }
}
