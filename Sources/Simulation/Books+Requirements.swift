internal import BifrostKernel
internal import Orders
internal import References
internal import Sagas

/// What positions and open orders of a margin account require, by the words of docs/rules.md.
extension Books {
    /// To open a position, or to keep it.
    enum Requirement {
        case initial
        case maintenance
    }

    /// What `units` at `price` require in dollars, in units of 10⁻⁹.
    static func required(_ kind: Requirement, _ units: Int128, at price: Int64, isMarginable: Bool) -> Int128
    {
        let size = abs(units)
        let value = up(size * Int128(price), 1_000_000_000)
        let half = up(value, 2)
        if units > 0 {
            if !isMarginable { return value }
            return kind == .initial ? half : up(value, 4)
        }
        let keep: Int128
        if price < 5_000_000_000 {
            keep = max(up(size * 5, 2), value)
        } else {
            keep = max(size * 5, isMarginable ? up(value * 3, 10) : value)
        }
        return kind == .initial ? max(half, keep) : keep
    }

    private func isMarginable(_ instrument: InstrumentID, on day: BusinessDate) -> Bool {
        facts.terms(instrument, on: day)?.marginable ?? false
    }

    /// What the positions require at the prices that `price` gives in the account's currency; `nil` where one
    /// has none.
    func requiredByPositions(
        _ account: Account,
        _ kind: Requirement,
        on day: BusinessDate,
        price: (InstrumentID) -> Int64?
    ) -> Int128? {
        var sum: Int128 = 0
        // ORDER: a sum and a refusal, whichever comes first.
        for (instrument, holding) in account.holdings where holding.units != 0 {
            guard let price = price(instrument) else { return nil }
            let isMarginable = isMarginable(instrument, on: day)
            sum += Self.required(kind, holding.units, at: price, isMarginable: isMarginable)
        }
        return sum
    }

    /// What open orders require beside the positions, with `added` for the order `judged`, whose parent keeps
    /// what is told: both of a pair as one, buys as far as they do more than cover, the cheapest covering
    /// first, and all fees.
    func requiredByOrders(
        _ account: Account,
        judged: OrderID = .none,
        _ added: OrderBook.Held? = nil,
        besides partner: OrderID = .none,
        _ instrument: InstrumentID = .none,
        keeping kept: (parent: OrderID, held: OrderBook.Held)? = nil,
        on day: BusinessDate
    ) -> Int128 {
        var all: [(instrument: InstrumentID, held: OrderBook.Held)] = []
        if let added {
            all.append((instrument, added.larger(orders[partner]?.held ?? OrderBook.Held())))
        }
        // ORDER: they are sums, and are sorted where that counts.
        for order in orders.values where order.placed.account == account.opened.account {
            let id = order.placed.order
            let held = kept?.parent == id ? kept?.held ?? order.held : order.needed
            guard id != judged, added == nil || id != partner, !held.isNothing else { continue }
            var other = heldByPartner(of: order)
            if order.partner == judged { other = OrderBook.Held() }
            if !other.isNothing, order.partner < id { continue }
            all.append((order.placed.instrument, held.larger(other)))
        }
        var sum: Int128 = 0
        var cover = account.holdings.mapValues { max(-$0.units, 0) }
        for (instrument, held) in all.sorted(by: { $0.held.comesBefore($1.held) }) {
            let units = held.buys + held.shorts
            if units == 0 { continue }
            let value = Self.up(units * Int128(held.price), 1_000_000_000)
            sum += max(held.cash - value, 0)
            let covering = min(cover[instrument] ?? 0, held.buys)
            cover[instrument] = (cover[instrument] ?? 0) - covering
            let opening = held.buys - covering - held.shorts
            if opening == 0 { continue }
            let isMarginable = isMarginable(instrument, on: day)
            sum += Self.required(.initial, opening, at: held.price, isMarginable: isMarginable)
        }
        return sum
    }

    /// The latest official price of an instrument in the account's currency.
    func standingPrice(_ instrument: InstrumentID, _ account: Account) -> Int64? {
        facts.mark(instrument, on: openDay).map {
            let price = worth(Int128($0.nanos), currency(instrument), account) { facts.rates[$0]?.price }
            return Int64(clamping: price ?? 0)
        }
    }

    /// The initial requirement of positions and open orders, but for the order `judged`.
    func initialRequirement(_ account: Account, without judged: OrderID = .none, on day: BusinessDate)
        -> Int128?
    {
        let positions = requiredByPositions(account, .initial, on: day) { standingPrice($0, account) }
        return positions.map { $0 + requiredByOrders(account, judged: judged, on: day) }
    }
}
