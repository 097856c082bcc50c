import BifrostKernel
import EventMessages
import Orders
import Portfolios
import Sagas
import SwiftProtobuf
import Testing

/// Golden files are never edited, so fields that came after them are held against the generated code here.
@Suite("generated code reads what the ledger's events got later")
struct LedgerFieldTests {
    private func read<P: EventPayload, M: SwiftProtobuf.Message>(_ payload: P, as type: M.Type) throws -> M {
        let bytes = WireEncoder.encode(payload)
        #expect(try WireDecoder.decode(P.self, bytes) == payload)
        let message = try M(serializedBytes: bytes)
        #expect(try message.serializedBytes() as [UInt8] == bytes)
        return message
    }

    @Test("how a trade chose its lots, and when what it leaves owed is due")
    func trades() throws {
        for (method, published) in [
            (LotMethod.fifo, Bifrost_V1_LotMethod.fifo), (.average, .average), (.chosen, .chosen),
        ] {
            var fact = TradeBooked()
            fact.lotMethod = method
            fact.chosenLots = [ChosenLot(Extreme.execution, Extreme.quantity), ChosenLot()]
            var owed = Posting(.cashPayable, .usd, Extreme.lowMoney)
            owed.settlementDate = BusinessDate(days: 0)
            fact.postings = [owed, Posting(.cashSettled, .usd, .zero)]
            let message = try read(fact, as: Bifrost_V1_TradeBooked.self)
            #expect(message.lotMethod == published)
            #expect(message.chosenLots.map(\.quantity) == [Quantity.nanosMax, 0])
            #expect(message.postings.map(\.hasSettlementDate) == [true, false])
        }
    }

    @Test("the lots that an order names, its method, and the moment that ends it")
    func orders() throws {
        var fact = OrderPlaced()
        fact.special.expireAt = Timestamp(nanos: 0)
        fact.special.lots = [ChosenLot(Extreme.execution, Extreme.quantity), ChosenLot()]
        fact.special.lotMethod = .average
        let message = try read(fact, as: Bifrost_V1_OrderPlaced.self)
        #expect(message.hasExpireAt && message.expireAt == 0)
        #expect(message.chosenLots.map(\.quantity) == [Quantity.nanosMax, 0])
        #expect(message.lotMethod == .average)
        #expect(!(try read(OrderPlaced(), as: Bifrost_V1_OrderPlaced.self).hasExpireAt))
        var rebalance = RebalanceStarted()
        rebalance.lotMethod = .fifo
        #expect(try read(rebalance, as: Bifrost_V1_RebalanceStarted.self).lotMethod == .fifo)
    }

    @Test("the transfer that cash came by, or went")
    func transfers() throws {
        var went = CashWithdrawn()
        went.transfer = Extreme.execution
        var came = CashDeposited()
        came.transfer = Extreme.execution
        let (out, back) = (
            try read(went, as: Bifrost_V1_CashWithdrawn.self),
            try read(came, as: Bifrost_V1_CashDeposited.self)
        )
        #expect(out.transferID.count == 16 && out.transferID == back.transferID)
    }

    @Test("what is to come and to go at the close of a day")
    func days() throws {
        var fact = DayClosed()
        fact.receivable = Extreme.money
        fact.payable = .zero
        let message = try read(fact, as: Bifrost_V1_DayClosed.self)
        #expect(message.hasReceivable && message.hasPayable)
        #expect(!(try read(DayClosed(), as: Bifrost_V1_DayClosed.self).hasReceivable))
    }

    @Test("an order that dividends leave as it is")
    func dividends() throws {
        var fact = OrderPlaced()
        fact.special.doNotReduce = true
        #expect(try read(fact, as: Bifrost_V1_OrderPlaced.self).doNotReduce)
        #expect(!(try read(OrderPlaced(), as: Bifrost_V1_OrderPlaced.self).doNotReduce))
    }

    @Test("what is in other currencies at the close of a day")
    func currencies() throws {
        var fact = DayClosed()
        var balance = TranslatedBalance()
        balance.currency = Extreme.yen
        balance.cash = Extreme.money
        balance.owed = Extreme.lowMoney
        balance.positionValue = Extreme.money
        balance.unrealised = Extreme.lowMoney
        balance.realised = Extreme.money
        balance.rate = Extreme.price
        balance.inverse = true
        balance.rateDate = Extreme.lowDate
        balance.value = .zero
        fact.foreign = [balance, TranslatedBalance()]
        fact.translation = .zero
        fact.staleRates = 0
        let message = try read(fact, as: Bifrost_V1_DayClosed.self)
        #expect(message.foreign.map(\.currency) == ["JPY", "USD"])
        #expect(message.foreign.map(\.hasValue) == [true, false] && message.foreign[0].inverse)
        #expect(message.foreign.map(\.hasRate) == [true, false])
        #expect(message.hasTranslation && message.hasStaleRates)
        #expect(!(try read(DayClosed(), as: Bifrost_V1_DayClosed.self).hasTranslation))
    }

    @Test("an account's lot method")
    func accounts() throws {
        var fact = AccountOpened()
        fact.lotMethod = .average
        #expect(try read(fact, as: Bifrost_V1_AccountOpened.self).lotMethod == .average)
        #expect(try read(AccountOpened(), as: Bifrost_V1_AccountOpened.self).lotMethod == .unspecified)
    }
}
