public import BifrostKernel

/// A position, or an instrument with open orders, as a requirement sees it.
public struct MarginLine: Hashable, Sendable {
    /// Long positive.
    public var position: Quantity
    /// Its official mark, `nil` when it has none.
    public var mark: Price?
    /// What its open lots cost, signed as the position: what counts where there is no mark.
    public var cost: Money
    /// Whether it may be bought on margin.
    public var marginable: Bool
    /// Puts the parts together.
    public init(position: Quantity, mark: Price?, cost: Money, marginable: Bool) {
        self.position = position
        self.mark = mark
        self.cost = cost
        self.marginable = marginable
    }
}

/// What a margin account's requirement is computed from, at one moment.
public struct MarginSheet: Sendable {
    /// The rates of the day.
    public var rates: MarginRates
    /// The instruments with a position or an open order.
    public var lines: [InstrumentID: MarginLine]
    /// Cash, what is to come and to go, and positions at their marks, in units of 10⁻⁹; `nil` when a position
    /// has no mark.
    public var equity: Int128?
    /// Puts the parts together.
    public init(rates: MarginRates, lines: [InstrumentID: MarginLine], equity: Int128?) {
        self.rates = rates
        self.lines = lines
        self.equity = equity
    }

    /// What the positions need, in units of 10⁻⁹; one without a mark needs what it cost.
    public func requirement(_ kind: MarginRequirement) -> Int128 {
        // ORDER: a sum, whichever position comes first.
        lines.values.reduce(0) { sum, line in
            guard line.position != .zero else { return sum }
            guard let mark = line.mark else { return sum + Int128(line.cost.nanos.magnitude) }
            let marginable = line.marginable
            return sum + rates.requirement(kind, line.position, at: mark, marginable: marginable)
        }
    }
}

/// What risk is told of an order of a margin account beside what it is told of every order.
public final class MarginQuestion: Sendable {
    /// The account's positions and its equity.
    public let sheet: MarginSheet
    /// Whether the sale is marked short.
    public let isShort: Bool
    /// The lowest price at which somebody sells, which a short sale may have to be bought back at.
    public let ask: Price?
    /// What the owner has of the instrument in all accounts, less what they have on offer: the part of a sale
    /// that may be marked long, in units of 10⁻⁹.
    public let ownerFree: Int128
    /// Puts the parts together.
    public init(sheet: MarginSheet, isShort: Bool, ask: Price?, ownerFree: Int128) {
        self.sheet = sheet
        self.isShort = isShort
        self.ask = ask
        self.ownerFree = ownerFree
    }
}

extension RiskState {
    /// The initial requirement of positions and open orders, in units of 10⁻⁹.
    ///
    /// A short sale needs its rate of the value that it was reserved at. A buy needs its own of the part that
    /// does more than cover a short position, of which the cheapest buys count as cover; each needs its fees.
    /// Orders of opposite sides are not netted, because either may trade alone; of a pair the larger counts.
    public func initialRequirement(_ sheet: MarginSheet) -> Int128 {
        initialRequirement(sheet, without: .none)
    }

    /// The same without the order `left`, which is as `added` beside `partner`, or not there; the parent that
    /// it draws from has what it keeps.
    func initialRequirement(
        _ sheet: MarginSheet,
        without left: OrderID,
        with added: Reservation? = nil,
        beside partner: OrderID = .none,
        keeping kept: KeptByParent? = nil
    ) -> Int128 {
        var sum = sheet.requirement(.initial)
        var buys: [InstrumentID: [Reservation]] = [:]
        func add(_ held: Reservation) {
            if held.buys > .zero {
                buys[held.instrument, default: []].append(held)
            } else if held.shorts > .zero {
                sum += held.need(-held.shorts, sheet)
            }
        }
        let parents = Set(drawByID.values.map(\.parent)).union(kept.map { [$0.parent] } ?? [])
        let all = heldOnce(without: left, with: added, beside: partner, keeping: kept) { order, held in
            parents.contains(order) ? held.withoutSurplus : held
        }
        for held in all { add(held) }
        // ORDER: sums, and a sort that leaves only equal ones untold: rounding depends on which covers.
        for (instrument, held) in buys {
            var cover = max(-Int128((sheet.lines[instrument]?.position ?? .zero).nanos), 0)
            for buy in held.sorted(by: { ($0.price, $0.buys) < ($1.price, $1.buys) }) {
                let opens = max(Int128(buy.buys.nanos) - cover, 0)
                cover = max(cover - Int128(buy.buys.nanos), 0)
                sum += buy.need(Quantity(nanos: Int64(opens)), sheet)
            }
        }
        return sum
    }
}

extension Reservation {
    /// Without the cash that the parent of cheaper slices keeps beside what its rest needs, which is no fee.
    ///
    /// What others hold beside their value is fees, also where the commission fell since: while new terms are
    /// not in force, the order may trade by those that it has.
    fileprivate var withoutSurplus: Reservation {
        var held = self
        held.cash = min(cash, requirement(price, size, hasTraded: false) ?? cash)
        return held
    }

    /// The initial requirement of that much of the order, and all its fees.
    fileprivate func need(_ quantity: Quantity, _ sheet: MarginSheet) -> Int128 {
        let fees = max(cash.nanos - Money.notional(price, size, .awayFromZero).nanos, 0)
        guard quantity != .zero else { return fees }
        let marginable = sheet.lines[instrument]?.marginable ?? false
        return fees + sheet.rates.requirement(.initial, quantity, at: price, marginable: marginable)
    }
}
