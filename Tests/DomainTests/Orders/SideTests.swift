import BifrostKernel
import Orders
import Testing

@Suite("Sides and markings")
struct SideTests {
    static let table: [(Side, fix: Character, alpaca: String, isShort: Bool)] = [
        (.buy, "1", "buy", false), (.sell, "2", "sell", false), (.sellShort, "5", "sell", true),
        (.sellShortExempt, "6", "sell", true),
    ]

    @Test("FIX tells how a sale is marked, Alpaca does not", arguments: table)
    func views(side: Side, fix: Character, alpaca: String, isShort: Bool) {
        #expect(side.fix == fix && side.alpaca == alpaca && side.isShort == isShort)
        let traded = side.signed(Quantity(units: 3))
        #expect(traded == Quantity(units: side == .buy ? 3 : -3))
        var placed = OrderPlaced()
        placed.side = side
        let state = folded(Order.self, [.placed(placed)])
        #expect(FIXReport(state).side == fix)
    }
}
