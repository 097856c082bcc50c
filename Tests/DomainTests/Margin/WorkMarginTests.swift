import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import SeededChoices
import Testing

extension MarginDesk {
    /// An order that is worked here.
    static func worked(_ side: Side, _ units: Int64, at cents: Int64? = 10_000) -> PlaceOrder {
        var wanted = order(side, units, at: cents)
        wanted.special.worked = true
        wanted.timeInForce = .goodTillCancelled
        return wanted
    }

    static func slice(_ parent: OrderID, _ side: Side, _ units: Int64, at cents: Int64? = 10_000)
        -> PlaceOrder
    {
        var wanted = order(side, units, at: cents)
        wanted.parent = parent
        return wanted
    }

    /// Places an order that has to pass.
    mutating func open(_ wanted: PlaceOrder) throws -> OrderID {
        let order = try runner.place(account, wanted)
        try #require(runner.state.openOrders.contains(order), "\(runner.log.suffix(4).map(\.event))")
        try carryOn()
        return order
    }

    mutating func carryOn() throws { try runner.carryWorkOn() }

    /// What positions and open orders require, in whole dollars.
    func required() throws -> Int128 {
        let entry = try runner.account(account)
        var lines: [InstrumentID: MarginLine] = [:]
        for number in 1...3 as ClosedRange<Int64> {
            let instrument = Sample.instrument(number)
            lines[instrument] = MarginLine(
                position: entry.portfolio.position(instrument),
                mark: runner.state.reference.markByID[instrument]?.price,
                cost: entry.portfolio.cost(instrument),
                marginable: true
            )
        }
        let sheet = MarginSheet(rates: MarginRegime.rates(on: World.monday), lines: lines, equity: nil)
        return entry.risk.initialRequirement(sheet) / 1_000_000_000
    }

    func held(_ order: OrderID) throws -> Reservation? {
        try runner.account(account).risk.reservationByID[order]
    }
}

/// Orders of margin accounts that are worked by slices: what the parent requires, its slices require in its
/// place.
@Suite("Worked orders in margin accounts")
struct WorkMarginTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let parent: PlaceOrder
        /// The slice's quantity and price.
        let slice: (units: Int64, cents: Int64?)
        /// What the parent alone requires, what both do, and what the slice adds.
        let alone: Int128, together: Int128, adds: Int128
    }

    static let table: [Row] = [
        Row(
            testDescription: "a slice at its parent's price adds nothing",
            parent: MarginDesk.worked(.buy, 100),
            slice: (40, 10_000),
            alone: 5000,
            together: 5000,
            adds: 0
        ),
        Row(
            testDescription:
                "a cheaper one requires less, and what its parent keeps beside its rest is no fee",
            parent: MarginDesk.worked(.buy, 100),
            slice: (40, 5_000),
            alone: 5000,
            together: 4000,
            adds: -1000
        ),
        Row(
            testDescription: "a dearer one adds the difference",
            parent: MarginDesk.worked(.buy, 100),
            slice: (40, 11_000),
            alone: 5000,
            together: 5200,
            adds: 200
        ),
        Row(
            testDescription: "a market order is held above the market by the collar",
            parent: MarginDesk.worked(.buy, 100),
            slice: (40, nil),
            alone: 5000,
            together: 5200,
            adds: 200
        ),
        Row(
            testDescription: "a short sale is held at 1.03 of the market, so is its slice",
            parent: MarginDesk.worked(.sellShort, 100),
            slice: (40, 10_000),
            alone: 5150,
            together: 5150,
            adds: 0
        ),
        Row(
            testDescription: "a slice of a short sale above that adds the difference",
            parent: MarginDesk.worked(.sellShort, 100),
            slice: (40, 11_300),
            alone: 5150,
            together: 5350,
            adds: 200
        ),
    ]

    @Test("what both require together, and what is judged as new", arguments: table)
    func requires(row: Row) throws {
        var desk = try MarginDesk()
        let parent = try desk.open(row.parent)
        #expect(try desk.required() == row.alone)
        let wanted = MarginDesk.slice(parent, row.parent.side, row.slice.units, at: row.slice.cents)
        let events = try desk.place(wanted)
        #expect(events.isApproved)
        #expect(events.check(.initialMarginExceeded)?.value == row.adds * 1_000_000_000)
        #expect(try desk.required() == row.together)
        let (rest, part) = (try desk.held(parent), try events.risk.flatMap { try desk.held($0.order) })
        let units = Quantity(units: 100 - row.slice.units)
        #expect(rest.map { max($0.buys, $0.shorts) } == units)
        #expect(part.map { max($0.buys, $0.shorts) } == Quantity(units: row.slice.units))
        #expect(part?.shares == .zero && rest?.shares == .zero)
        // Given back, the parent requires what it did.
        let slice = try #require(events.risk?.order)
        try desk.runner.pose(.confirmCancel(desk.account, slice))
        try desk.carryOn()
        #expect(try desk.required() == row.alone)
        #expect(try desk.held(parent).map { max($0.buys, $0.shorts) } == Quantity(units: 100))
    }

    @Test("slices of an order that takes all the equity pass, and nothing else that adds")
    func usesUp() throws {
        var desk = try MarginDesk()
        let parent = try desk.open(MarginDesk.worked(.buy, 200))
        #expect(try desk.place(MarginDesk.order(.buy, 1, at: 10_000)).refusal == .initialMarginExceeded)
        let dear = try desk.place(MarginDesk.slice(parent, .buy, 80, at: 10_900))
        #expect(dear.refusal == .initialMarginExceeded)
        #expect(dear.check(.initialMarginExceeded)?.value == 360_000_000_000)
        #expect(dear.check(.initialMarginExceeded)?.limit == 0)
        let slice = try desk.open(MarginDesk.slice(parent, .buy, 80))
        try desk.fill(slice, at: 10_000)
        try desk.carryOn()
        #expect(try desk.runner.order(parent).leaves == Quantity(units: 120))
        #expect(try desk.required() == 10_000)
        let rest = try desk.open(MarginDesk.slice(parent, .buy, 120))
        try desk.fill(rest, at: 10_000)
        try desk.carryOn()
        #expect(try desk.runner.order(parent).status == .filled)
        #expect(try desk.position() == Quantity(units: 200))
        #expect(try desk.runner.account(desk.account).risk.reservationByID.isEmpty)
    }

    @Test("a worked short sale is sold short slice by slice, each with a locate")
    func sellsShort() throws {
        var desk = try MarginDesk()
        let parent = try desk.open(MarginDesk.worked(.sellShort, 100))
        var wanted = MarginDesk.slice(parent, .sellShort, 60)
        wanted.special.locate = nil
        #expect(try desk.place(wanted).refusal == .locateMissing)
        #expect(try desk.held(parent)?.shorts == Quantity(units: 100), "what was refused is given back")
        #expect(try desk.required() == 5150)
        let slice = try desk.open(MarginDesk.slice(parent, .sellShort, 60))
        try desk.fill(slice, 50, at: 10_000)
        try desk.carryOn()
        #expect(try desk.position() == Quantity(units: -50))
        #expect(try desk.runner.order(parent).cumulative == Quantity(units: 50))
        #expect(try desk.held(parent)?.shorts == Quantity(units: 40))
        #expect(try desk.held(slice)?.shorts == Quantity(units: 10))
        #expect(try desk.required() == 2500 + 2575)
        try desk.runner.pose(.cancelOrder(desk.account, parent))
        try desk.carryOn()
        try desk.runner.pose(.confirmCancel(desk.account, slice))
        try desk.carryOn()
        #expect(try desk.runner.order(parent).status == .cancelled)
        #expect(try desk.required() == 2500)
    }

    @Test("a lower limit of a worked short sale frees nothing that the market's price holds")
    func keepsFloor() throws {
        var desk = try MarginDesk()
        let parent = try desk.open(MarginDesk.worked(.sellShort, 100))
        let slice = try desk.open(MarginDesk.slice(parent, .sellShort, 100))
        var wanted = ReplaceOrder()
        wanted.order = parent
        wanted.limitPrice = Price(cents: 9_500)
        wanted.seen = ReferencePrice(last: Price(cents: 10_000), source: "test", at: Timestamp(nanos: 0))
        #expect(try desk.runner.pose(.replaceOrder(desk.account, wanted)).refusal == nil)
        try desk.runner.pose(.confirmCancel(desk.account, slice))
        try desk.carryOn()
        #expect(try desk.held(parent)?.price == Price(cents: 10_300))
        #expect(try desk.required() == 5150)
    }

    @Test("a sale of what is long and a cover that is worked reduce, and so do their slices")
    func reduces() throws {
        for side in [Side.sell, .buy] {
            var desk = try MarginDesk()
            try desk.trade(MarginDesk.order(side == .sell ? .buy : .sellShort, 50))
            let before = try desk.required()
            let parent = try desk.open(MarginDesk.worked(side, 50))
            try desk.runner.pose(.pullKillSwitch(desk.account))
            #expect(try desk.required() == before)
            let events = try desk.place(MarginDesk.slice(parent, side, 30))
            #expect(events.isApproved, "\(events)")
            #expect(try desk.required() == before)
            let slice = try #require(events.risk?.order)
            try desk.fill(slice, at: 10_000)
            try desk.carryOn()
            #expect(try desk.position() == Quantity(units: side == .sell ? 20 : -20))
        }
    }

    @Test("a slice of a cover passes where only what reduces may trade")
    func closesOnly() throws {
        var desk = try MarginDesk()
        try desk.trade(MarginDesk.order(.sellShort, 50))
        let parent = try desk.open(MarginDesk.worked(.buy, 50))
        var status = InstrumentStatusChanged()
        status.instrument = Sample.instrument(1)
        status.status = .closingOnly
        try World.copy([.statusChanged(status)], into: &desk.runner)
        let events = try desk.place(MarginDesk.slice(parent, .buy, 50))
        #expect(events.isApproved, "\(events)")
        #expect(try desk.place(MarginDesk.order(.buy, 1)).refusal == .instrumentClosingOnly)
    }

    @Test(
        "whatever slices do, both hold back the parent's units, and no more is required than was judged",
        arguments: Seeds.take(30)
    )
    func keeps(seed: UInt64) throws {
        var choices = Generator(seed: seed)
        var desk = try MarginDesk(cash: 100_000)
        let side = choices.one(of: [Side.buy, .sellShort])
        let parent = try desk.open(MarginDesk.worked(side, 100))
        var slices: [OrderID] = []
        for _ in 0..<40 {
            let open = slices.filter { desk.runner.state.openOrders.contains($0) }
            switch choices.int(0...3) {
            case 0, 1:
                let cents = choices.chance(20) ? nil : choices.int64(9_200...10_800)
                let events = try desk.place(
                    MarginDesk.slice(parent, side, choices.int64(1...60), at: cents)
                )
                if events.isApproved, let slice = events.risk?.order { slices.append(slice) }
            case 2 where !open.isEmpty:
                let slice = choices.one(of: open)
                let left = try desk.runner.order(slice).leaves.nanos / 1_000_000_000
                try desk.fill(slice, choices.int64(1...left), at: 10_000)
            case 3 where !open.isEmpty:
                try desk.runner.pose(.confirmCancel(desk.account, choices.one(of: open)))
            default: continue
            }
            try desk.carryOn()
            let entry = try desk.runner.account(desk.account)
            let traded = Int64(try desk.position().nanos.magnitude) / 1_000_000_000
            // Half of what is held, and of what the rest of the order and of each slice is held back at.
            var (units, twice) = (traded, Int128(traded) * 100_000_000_000)
            for held in entry.risk.reservationByID.values {
                let size = max(held.buys, held.shorts).nanos / 1_000_000_000
                units += size
                twice += Int128(size) * Int128(held.price.nanos)
            }
            #expect(try abs(desk.required() - twice / 2_000_000_000) <= 1)
            #expect(units == 100)
        }
        let folded = Invariants.fold(desk.runner.log)
        #expect(Invariants.summary(folded) == Invariants.summary(desk.runner.state))
    }
}
