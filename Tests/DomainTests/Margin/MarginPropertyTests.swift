import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import SeededChoices
import Testing

/// The initial requirement of an account, computed from its books and open orders by other code: single
/// units, priced one by one.
private struct UnitModel {
    static func requirement(_ entry: AccountEntry, _ state: ShardState) throws -> Int128 {
        var sum: Int128 = 0
        for number in 1...3 as ClosedRange<Int64> {
            let instrument = Sample.instrument(number)
            let position = entry.portfolio.position(instrument).nanos / 1_000_000_000
            if position != 0 {
                let mark = try #require(state.reference.markByID[instrument]).price.cents
                sum += Int128(abs(position)) * (position > 0 ? long(mark) : short(mark))
            }
            var bought: [Int128] = []
            for held in entry.risk.reservationByID.values where held.instrument == instrument {
                let (buys, shorts) = (held.buys.units, held.shorts.units)
                let value = Int128(buys + shorts) * Int128(held.price.nanos)
                if buys + shorts > 0 { sum += held.cash.nanos - value }
                bought += Array(repeating: Int128(held.price.nanos), count: Int(buys))
                sum += Int128(shorts) * short(Int128(held.price.nanos))
            }
            // The cheapest cover what is short.
            for price in bought.sorted().dropFirst(Int(max(-position, 0))) { sum += long(price) }
        }
        return sum
    }

    /// Half of the price, rounded up.
    private static func long(_ price: Int128) -> Int128 { (price + 1) / 2 }
    private static func short(_ price: Int128) -> Int128 {
        let floor: Int128 = price < 5_000_000_000 ? max(2_500_000_000, price) : 5_000_000_000
        return max(floor, (price + 1) / 2, price < 5_000_000_000 ? 0 : (price * 3 + 9) / 10)
    }
}

extension Price {
    /// In units of 10⁻⁹, as wide as sums are.
    fileprivate var cents: Int128 { Int128(nanos) }
}

extension Quantity {
    fileprivate var units: Int64 { nanos / 1_000_000_000 }
}

@Suite("Margin accounts over many steps")
struct MarginPropertyTests {
    /// What any account may get to with an honest venue.
    private static func check(_ runner: ShardRunner) throws {
        try Invariants.check(runner.state)
        for entry in runner.state.accountByID.values {
            try #require(entry.portfolio.isSound)
            guard entry.opened.kind == .cash else { continue }
            try #require(entry.portfolio.cash(.usd) >= .zero)
            try #require(entry.portfolio.positionByID.values.allSatisfy { $0 > .zero })
        }
    }

    private static func order(_ generator: inout Generator) -> PlaceOrder {
        let seen = generator.int64(1...30_000)
        let side = generator.one(of: [Side.buy, .buy, .sell, .sellShort, .sellShort, .sellShortExempt])
        let symbol = generator.one(of: World.symbols)
        let at = generator.chance(50) ? nil : max(1, seen * generator.int64(92...108) / 100)
        return MarginDesk.order(side, generator.int64(1...60), at: at, seen: seen, symbol)
    }

    /// The verdict on an order must show what the model computes, before and with the order.
    private static func judge(
        _ events: [DomainEvent],
        _ account: AccountID,
        before: ShardState,
        after: ShardState
    ) throws {
        guard let check = events.check(.initialMarginExceeded), let fact = events.risk else { return }
        let entry = try #require(before.accountByID[account])
        let required = try UnitModel.requirement(entry, before)
        let cash = entry.portfolio.cash(.usd).nanos
        var equity = cash
        for (instrument, position) in entry.portfolio.positionByID {
            equity +=
                Int128(position.units) * (try #require(before.reference.markByID[instrument]).price.cents)
        }
        try #require(check.limit == equity - required, "equity less what positions and orders need")
        guard fact.verdict == .approved, let later = after.accountByID[account] else { return }
        let with = try UnitModel.requirement(later, after)
        try #require(check.value == with - required, "what the order adds")
        try #require(check.warned || with <= equity, "no order leaves less equity than is needed")
    }

    @Test("verdicts show the requirement computed from scratch, and books balance", arguments: Seeds.take(25))
    func agrees(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var desk = try MarginDesk(cash: 20_000)
        let owner = try desk.runner.account(desk.account).opened.owner
        let others = [
            try desk.runner.open("beta", cash: 5000, .margin, owner: owner),
            try desk.runner.open("gamma", cash: 10_000),
        ]
        let accounts = [desk.account] + others
        for _ in 0..<160 {
            let account = generator.one(of: accounts)
            switch generator.int(0...9) {
            case 0...4:
                var wanted = Self.order(&generator)
                let isCash = try desk.runner.account(account).opened.kind == .cash
                if isCash, wanted.side.isShort { wanted = MarginDesk.order(.sell, 5) }
                let before = desk.runner.state
                let events = try desk.place(wanted, in: account)
                if !isCash {
                    try Self.judge(events, account, before: before, after: desk.runner.state)
                }
            case 5...7:
                let open = desk.runner.state.openOrders.sorted()
                guard !open.isEmpty else { continue }
                let order = generator.one(of: open)
                let state = try desk.runner.order(order)
                guard generator.chance(80), let placed = state.placed else {
                    let holder = try #require(desk.runner.state.orderByID[order]).account
                    try desk.runner.pose(.confirmCancel(holder, order))
                    continue
                }
                let entry = try desk.runner.account(placed.account)
                let held = try #require(entry.risk.reservationByID[order])
                let price = max(held.price.nanos / 10_000_000, 1)
                try desk.fill(order, generator.int64(1...state.leaves.units), at: price)
            case 8:
                let move = ShardRunner.move(Money(units: Int128(generator.int64(1...3000))))
                try desk.runner.pose(
                    generator.chance(40) ? .deposit(account, move) : .withdraw(account, move)
                )
            default:
                let marks = (0..<3).map { _ in generator.int64(50...30_000) }
                if generator.chance(60) { _ = try desk.close(at: marks) }
            }
            try Self.check(desk.runner)
        }
        let whole = Invariants.summary(desk.runner.state)
        #expect(Invariants.summary(Invariants.fold(desk.runner.log)) == whole)
    }

    @Test("a dividend on a short position is owed, and a split keeps what it brought in")
    func ownsCorporateActions() throws {
        var desk = try MarginDesk(cash: 100_000)
        try desk.trade(MarginDesk.order(.sellShort, 25))
        let short = try desk.runner.place(desk.account, MarginDesk.order(.sellShort, 5, at: 12_000))
        var actions: [CorporateActionAnnounced] = []
        for (number, kind) in [(81, .cashDividend), (82, .split)] as [(Int64, CorporateActionKind)] {
            var fact = CorporateActionAnnounced()
            fact.action = Identifier(.command, slot: 0, shard: 0, birth: number)
            fact.instrument = Sample.instrument(1)
            fact.kind = kind
            fact.exDate = World.day(1)
            fact.payDate = World.day(2)
            fact.amountPerUnit = Price(cents: 37)
            (fact.numerator, fact.denominator) = (3, 2)
            fact.cashInLieuPrice = Price(cents: 6667)
            actions.append(fact)
        }
        try World.copy(actions.map { .corporateActionAnnounced($0) }, into: &desk.runner)
        let events = try desk.close(at: [10_000, 10_000, 10_000])
        var accrued: DividendAccrued?
        var adjusted: PositionAdjusted?
        for event in events {
            if case .portfolio(.dividendAccrued(let fact)) = event { accrued = fact }
            if case .portfolio(.positionAdjusted(let fact)) = event { adjusted = fact }
        }
        #expect(accrued?.amount == Money(cents: -25 * 37) && accrued?.quantity == Quantity(units: -25))
        // 25 short become 37.5, of which half a unit is bought back.
        #expect(adjusted?.newQuantity == Quantity(units: -37))
        #expect(adjusted?.fraction == Quantity(nanos: -500_000_000))
        #expect(adjusted?.cashInLieu == Money(cents: -3334))
        let books = try desk.runner.account(desk.account).portfolio
        #expect(books.isSound)
        #expect(books.cash(.usd) == Money(cents: 10_000_000 + 250_000 - 3334))
        #expect(desk.runner.state.sweeps.isEmpty, "a day order is gone")
        #expect(try desk.runner.order(short).status == .expired)
        _ = try desk.close(at: [6667, 10_000, 10_000])
        let paid = try desk.runner.account(desk.account).portfolio
        #expect(paid.cash(.usd) == Money(cents: 10_000_000 + 250_000 - 3334 - 925))
        #expect(paid.money(.expense) == Money(cents: 925))
    }
}
