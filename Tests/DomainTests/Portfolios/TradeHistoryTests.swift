import BifrostKernel
import SeededChoices
import Testing

@testable import Portfolios

@Suite("The history of an instrument's trades")
struct TradeHistoryTests {
    private static let trades: Int64 = 12_000

    private static func booked(_ trade: LotTrade) -> BookedTrade {
        var booked = BookedTrade()
        booked.lot = trade
        booked.execution = trade.execution
        return booked
    }

    @Test(
        "a late trade or a bust anywhere in a long one leaves the lots of all trades",
        arguments: Seeds.take(2)
    )
    func late(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var (history, lots) = (TradeHistory(), LotQueue())
        var known: [LotTrade] = []
        for number in 1...Self.trades {
            let units = generator.int64(1...9) * (generator.chance(55) ? 1 : -1)
            let trade = LotDerivationTests.trade(number, units, generator.int64(100...200))
            known.append(trade)
            history.apply(.add(Self.booked(trade)), &lots)
        }
        for step in 1...6 as ClosedRange<Int64> {
            let before = Lots.derive(known)
            let change: TradeHistory.Change
            if step % 2 == 0 {
                let trade = LotDerivationTests.trade(
                    Self.trades + step,
                    5,
                    150,
                    at: generator.int64(1...Self.trades)
                )
                known.append(trade)
                change = .add(Self.booked(trade))
            } else {
                let index = generator.int(0...Int(Self.trades) - 1)
                let place = try #require(history.place(of: known[index].execution))
                known[index].quantity = .zero
                known[index].gross = .zero
                change = .replace(place, Self.booked(known[index]))
            }
            let after = Lots.derive(known)
            #expect(history.effect(of: change, lots).realised == after.realised - before.realised)
            history.apply(change, &lots)
            #expect(lots.lots == after.lots && history.realised == after.realised)
        }
        #expect(Array(history.trades).count == known.count)
    }

    @Test("it keeps few copies of the lots of a position that is only bought")
    func copies() {
        var (history, lots) = (TradeHistory(), LotQueue())
        for number in 1...Self.trades {
            history.apply(.add(Self.booked(LotDerivationTests.trade(number, 1, 100))), &lots)
        }
        let lotBytes = WireEncoder.encode(lots).count
        let tradeBytes = Array(history.trades).reduce(0) { $0 + WireEncoder.encode($1).count + 8 }
        #expect(WireEncoder.encode(history).count < tradeBytes + 4 * lotBytes)
    }

    @Test("what a trade would close is what it closes", arguments: Seeds.take(20))
    func closes(seed: UInt64) {
        var generator = Generator(seed: seed)
        var lots = LotQueue()
        for number in 1...60 as ClosedRange<Int64> {
            let units = generator.int64(1...30) * (generator.chance(50) ? 1 : -1)
            var trade = LotDerivationTests.trade(number, units, generator.int64(100...200))
            trade.method = generator.one(of: LotMethod.allCases)
            if trade.method == .chosen {
                trade.chosen = [ChosenLot(Sample.execution(generator.int64(1...number)), Quantity(units: 3))]
            }
            let expected = lots.closed(by: trade)
            #expect(lots.trade(trade) == expected)
        }
    }
}
