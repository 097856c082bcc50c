public import BifrostKernel

/// What a slice holds back of what its parent order held.
public struct Draw: Hashable, Sendable {
    /// The parent order.
    public internal(set) var parent: OrderID
    /// The units that were the parent's.
    public internal(set) var units = Quantity.zero
    /// The cash that was the parent's.
    public internal(set) var cash = Money.zero
}

/// What a worked order keeps when a slice has drawn from it.
struct KeptByParent {
    /// The worked order.
    let parent: OrderID
    /// What it holds back then.
    let held: Reservation
}

/// Orders that are worked by slices: a slice holds back out of what its parent holds back.
///
/// What a slice needs beyond that is judged as new. What it does not trade it gives back, while the parent
/// holds anything; the parent never holds more than its rest needs beside its slices.
extension RiskBook {
    /// Judges a slice as if what its parent holds back were free: what it needs beyond that is new.
    static func judgeSlice(
        _ question: RiskQuestion,
        _ state: RiskState,
        _ judge: (RiskQuestion, RiskState) -> RiskAssessed
    ) -> RiskAssessed {
        guard let parent = state.reservationByID[question.drawsFrom] else { return judge(question, state) }
        var question = question
        question.free(parent)
        question.freedShorts = parent.shorts
        var fact = judge(question, state)
        if fact.verdict == .approved { fact.drawnFrom = question.drawsFrom }
        return fact
    }

    /// What the parent of an approved slice holds back from then on, in the state before the slice does;
    /// `nil` where it draws nothing.
    public static func drawn(by fact: RiskAssessed, _ state: RiskState) -> ReservationChanged? {
        guard fact.verdict == .approved, let parent = state.reservationByID[fact.drawnFrom] else {
            return nil
        }
        let rest = parent.less(state.growth(fact))
        return rest == parent ? nil : rest.changed(fact.drawnFrom, from: parent)
    }

    /// What the parent of a slice holds back after `fact` of the slice; `nil` where that stays.
    static func followed(_ fact: ReservationChanged, _ state: RiskState) -> ReservationChanged? {
        guard let draw = state.drawByID[fact.order], let held = state.reservationByID[fact.order],
            let parent = state.reservationByID[draw.parent]
        else { return nil }
        var after = parent
        let left = draw.left(after: fact)
        // What traded is spent; the rest goes back, to where it came from.
        if fact.reason != .consumed {
            let units = draw.units - left.units
            if held.shares > .zero {
                after.shares = after.shares.adding(units) ?? after.shares
            } else if held.shorts > .zero {
                after.shorts = after.shorts.adding(units) ?? after.shorts
            } else {
                after.buys = after.buys.adding(units) ?? after.buys
            }
            after.cash = Money(clamping: after.cash.nanos + draw.cash.nanos - left.cash.nanos)
        }
        var slices = state.slices(of: draw.parent)
        slices.units += Int128(left.units.nanos) - Int128(draw.units.nanos)
        slices.cash += fact.remainingCash.nanos - held.cash.nanos
        after.trim(beside: slices)
        return after == parent ? nil : after.changed(draw.parent, from: parent)
    }

    /// What a worked order of which `leaves` remain holds back beside its slices, at `price` where its terms
    /// have one; never more units than so far, and `nil` where it stays so.
    static func trimmed(_ order: OrderID, leaves: Quantity, price: Price?, _ state: RiskState)
        -> ReservationChanged?
    {
        guard let held = state.reservationByID[order] else { return nil }
        let slices = state.slices(of: order)
        let most = Quantity(exactly: Int64(clamping: max(Int128(leaves.nanos) - slices.units, 0))) ?? .zero
        var after = held
        after.shares = min(held.shares, most)
        after.buys = min(held.buys, most)
        after.shorts = min(held.shorts, most)
        if let price, price > .zero { after.price = price }
        after.trim(beside: slices)
        return after == held ? nil : after.changed(order, from: held)
    }
}

extension RiskState {
    /// What the slices of an order drew, and what they hold back in cash.
    func slices(of parent: OrderID) -> (units: Int128, cash: Int128) {
        var sum: (units: Int128, cash: Int128) = (0, 0)
        // ORDER: sums, whichever slice comes first.
        for (slice, draw) in drawByID where draw.parent == parent {
            sum.units += Int128(draw.units.nanos)
            sum.cash += (reservationByID[slice]?.cash ?? .zero).nanos
        }
        return sum
    }

    /// What an approved order holds back beside what it holds back already.
    fileprivate func growth(_ fact: RiskAssessed) -> (units: Quantity, cash: Money) {
        let after = Reservation(fact)
        guard let before = reservationByID[fact.order] else { return (after.units, after.cash) }
        return (max(after.units - before.units, .zero), max(after.cash - before.cash, .zero))
    }

    /// What the parent of a slice keeps beside what `fact` says of the slice, `nil` of any other order: both
    /// count.
    func kept(by parent: OrderID, beside fact: RiskAssessed) -> KeptByParent? {
        guard parent != .none, let held = reservationByID[parent] else { return nil }
        return KeptByParent(parent: parent, held: held.less(growth(fact)))
    }

    /// Takes from its parent what an approved slice holds back, before it does.
    ///
    /// Both together may be beyond the bounds of a sum. The fact of the parent, which comes next, says the
    /// same.
    mutating func draw(_ fact: RiskAssessed) {
        guard let parent = reservationByID[fact.drawnFrom] else { return }
        let growth = growth(fact)
        var draw = drawByID[fact.order] ?? Draw(parent: fact.drawnFrom)
        draw.units = draw.units.adding(min(growth.units, parent.units)) ?? draw.units
        draw.cash = Money(clamping: draw.cash.nanos + min(growth.cash, parent.cash).nanos)
        drawByID[fact.order] = draw
        change(parent.less(growth).changed(fact.drawnFrom, from: parent))
    }

    /// Keeps no more in mind than the slice still holds back.
    mutating func keepDraw(_ fact: ReservationChanged) {
        guard let left = drawByID[fact.order]?.left(after: fact) else { return }
        drawByID[fact.order] = fact.units > .zero ? left : nil
    }
}

extension RiskQuestion {
    /// Counts as free what the order gives up for what it asks, or may draw.
    mutating func free(_ held: Reservation) {
        freedCash = Money(clamping: freedCash.nanos + held.cash.nanos)
        freedShares = freedShares.changed(from: .zero, to: held.shares)
        freedBuys = freedBuys.changed(from: .zero, to: held.buys)
    }
}

extension Draw {
    /// What of it is left when the slice holds back no more than `fact` says.
    fileprivate func left(after fact: ReservationChanged) -> Draw {
        var left = self
        left.units = min(units, fact.units)
        left.cash = min(cash, fact.remainingCash)
        return left
    }
}

extension ReservationChanged {
    /// What may still trade.
    fileprivate var units: Quantity { max(remainingShares, remainingBuys, remainingShorts ?? .zero) }
}

extension Reservation {
    /// What may still trade: an order has one side, and the others are zero.
    fileprivate var units: Quantity { max(shares, buys, shorts) }

    /// What is left when a slice takes that much, or all that there is.
    fileprivate func less(_ need: (units: Quantity, cash: Money)) -> Reservation {
        var rest = self
        rest.shares = max(shares - need.units, .zero)
        rest.buys = max(buys - need.units, .zero)
        rest.shorts = max(shorts - need.units, .zero)
        rest.cash = max(cash - need.cash, .zero)
        return rest
    }

    /// Frees what the rest of the order does not need beside what its slices hold back.
    fileprivate mutating func trim(beside slices: (units: Int128, cash: Int128)) {
        guard cash > .zero,
            let whole = Quantity(exactly: Int64(clamping: Int128(units.nanos) + slices.units)),
            let need = requirement(price, whole, hasTraded: false)
        else { return }
        cash = max(min(cash, Money(clamping: need.nanos - slices.cash)), .zero)
    }

    /// The fact that an order holds back this from now on, and may get back what its slices hold.
    fileprivate func changed(_ order: OrderID, from before: Reservation) -> ReservationChanged {
        var fact = ReservationChanged()
        fact.order = order
        fact.reason = .drawn
        fact.remainingCash = cash
        fact.remainingShares = shares
        fact.remainingBuys = buys
        fact.reservedPrice = price == before.price ? nil : price
        fact.remainingShorts = max(shorts, before.shorts) > .zero ? shorts : nil
        return fact
    }
}

extension Draw: WireFields {
    /// Nothing.
    public init() { self.init(parent: .none) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "parent", &parent)
        try visitor.quantity(2, "units", &units)
        try visitor.money(3, "cash", &cash)
    }
}
