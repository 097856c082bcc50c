import BifrostKernel
import EventMessages
import EventRegistry
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import SwiftProtobuf
import Testing

/// Golden files are never edited, so fields that came after them are held against the generated code here.
@Suite("generated code reads what fees added to events")
struct FeeFieldTests {
    private func read<P: EventPayload, M: SwiftProtobuf.Message>(_ payload: P, as type: M.Type) throws -> M {
        let bytes = WireEncoder.encode(payload)
        #expect(try WireDecoder.decode(P.self, bytes) == payload)
        let message = try M(serializedBytes: bytes)
        #expect(try message.serializedBytes() as [UInt8] == bytes)
        return message
    }

    private static let rates = [
        FeeRate(),
        FeeRate(
            .borrow,
            rate: Extreme.rate,
            perShare: Extreme.lowPrice,
            maximum: Extreme.money,
            on: [.buy, .sell]
        ),
        FeeRate(.taf, perShare: .zero, maximum: .zero, on: [.sell]),
    ]

    @Test("a schedule with all that it can take")
    func schedules() throws {
        var fact = FeeScheduleSet()
        fact.perShare = .zero
        fact.minimum = .zero
        fact.maximum = Extreme.lowMoney
        fact.fees = Self.rates
        fact.currency = Extreme.yen
        fact.source = Extreme.text
        let message = try read(fact, as: Bifrost_V1_FeeScheduleSet.self)
        #expect(message.hasPerShare && message.hasMinimum && message.currency == "JPY")
        #expect(message.fees.map(\.kind) == [.sec, .borrow, .taf])
        #expect(message.fees.map(\.sides) == [[], [.buy, .sell], [.sell]])
        #expect(message.fees.map(\.hasPerShare) == [false, true, true])
        let json = JSONPrinter.text(of: fact)
        #expect(json.contains(#""sides":["BUY","SELL"]"#) && json.contains(#""kind":"TAF""#))
    }

    @Test("a verdict with the terms that its reservation includes")
    func verdicts() throws {
        var terms = FeeTerms()
        terms.minimum = Extreme.money
        terms.fees = Self.rates
        var fact = RiskAssessed()
        fact.extraFees = .terms(terms)
        let message = try read(fact, as: Bifrost_V1_RiskAssessed.self)
        #expect(message.feeTerms.fees.count == 3 && !message.feeTerms.hasPerShare)
        #expect(!(try read(RiskAssessed(), as: Bifrost_V1_RiskAssessed.self).hasFeeTerms))
    }

    @Test("fees of trades, of their corrections and in the books")
    func trades() throws {
        let fees = [Fee(), Fee(.tax, Extreme.lowMoney, Extreme.yen)]
        var executed = OrderExecuted()
        executed.fees = fees
        #expect(
            try read(executed, as: Bifrost_V1_OrderExecuted.self).fees.map(\.kind) == [.commission, .tax]
        )
        var corrected = ExecutionCorrected()
        corrected.fees = fees
        #expect(try read(corrected, as: Bifrost_V1_ExecutionCorrected.self).fees.count == 2)
        var busted = ExecutionBusted()
        busted.commission = .zero
        #expect(try read(busted, as: Bifrost_V1_ExecutionBusted.self).hasCommission)
        #expect(!(try read(ExecutionBusted(), as: Bifrost_V1_ExecutionBusted.self).hasCommission))
        var booked = TradeBooked()
        booked.fees = fees
        var line = Posting(.expense, .usd, Extreme.money)
        line.feeKind = .cat
        booked.postings = [line, Posting(.expense, .usd, .zero)]
        let message = try read(booked, as: Bifrost_V1_TradeBooked.self)
        #expect(message.postings.map(\.feeKind) == [.cat, .unspecified] && message.fees.count == 2)
        var put = TradeCorrected()
        put.fees = fees
        #expect(try read(put, as: Bifrost_V1_TradeCorrected.self).fees.count == 2)
    }

    @Test("a side that is none is refused")
    func sides() throws {
        var message = Bifrost_V1_FeeRate()
        message.kind = .sec
        message.sides = [.sellShort]
        #expect(throws: WireError.outOfRange(field: 5)) {
            try WireDecoder.decode(FeeRate.self, try message.serializedBytes() as [UInt8])
        }
    }
}
