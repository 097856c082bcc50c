public import BifrostKernel

/// Whether an instrument trades.
public enum InstrumentStatus: UInt8, WireChoice {
    /// It trades.
    case active = 1
    /// No trades for a while; orders are kept.
    case halted = 2
    /// Only orders that reduce a position.
    case closingOnly = 3
    /// No trades any more.
    case delisted = 4
}

/// The smallest step of prices at or above a price.
public struct TickStep: WireFields, Hashable, Sendable {
    /// The lowest price that it holds for, in magnitude.
    public var priceFrom = Price.zero
    /// The step.
    public var tickSize = Price.zero
    /// An empty step.
    public init() {}
    /// Puts the parts together.
    public init(from price: Price, _ tickSize: Price) {
        priceFrom = price
        self.tickSize = tickSize
    }
    /// Visits the fields of `bifrost.v1.TickStep`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.price(1, "priceFrom", &priceFrom)
        try visitor.price(2, "tickSize", &tickSize)
    }
}

/// Business days from trade to settlement, from a trade date on.
public struct SettlementCycle: WireFields, Hashable, Sendable {
    /// The first trade date that it holds for.
    public var validFrom = BusinessDate(days: 0)
    /// Business days from trade to settlement.
    public var settlementDays: UInt32 = 0
    /// An empty cycle.
    public init() {}
    /// Puts the parts together.
    public init(from date: BusinessDate, days: UInt32) {
        validFrom = date
        settlementDays = days
    }
    /// Visits the fields of `bifrost.v1.SettlementCycle`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.date(1, "validFrom", &validFrom)
        try visitor.uint(2, "settlementDays", &settlementDays)
    }
}

extension InstrumentRegistered {
    /// Most steps of a tick table, and most settlement cycles.
    public static let stepsMax = 32
    /// Most business days from trade to settlement.
    public static let settlementDaysMax: UInt32 = 30

    /// The smallest step of prices at `price`: the tick table's where there is one.
    public func tick(at price: Price?) -> Price {
        guard !tickTable.isEmpty, let price else { return tickSize }
        let magnitude = Price(nanos: Int64(price.nanos.magnitude))
        return tickTable.last { $0.priceFrom <= magnitude }?.tickSize ?? tickSize
    }

    /// Business days from a trade on `date` to its settlement.
    public func settlementDays(tradedOn date: BusinessDate) -> UInt32 {
        settlementCycles.last { $0.validFrom <= date }?.settlementDays ?? settlementDays
    }

    /// What is wrong with the terms in themselves, `nil` when nothing is: what registering and changing them
    /// check in this order.
    func fault() -> Rejection? {
        guard tickSize > .zero else { return Rejection(.priceNotPositive, value: Int128(tickSize.nanos)) }
        guard lotSize > .zero else { return Rejection(.quantityNotPositive, value: Int128(lotSize.nanos)) }
        if let late = settlementFault() { return late }
        guard tickTable.count <= Self.stepsMax, settlementCycles.count <= Self.stepsMax else {
            let most = Int128(max(tickTable.count, settlementCycles.count))
            let unit = Int128(Decimals.nanosPerUnit)
            return Rejection(.tooManyItems, limit: Int128(Self.stepsMax) * unit, value: most * unit)
        }
        return stepFault() ?? scaleFault()
    }

    private func settlementFault() -> Rejection? {
        let most = settlementCycles.reduce(settlementDays) { max($0, $1.settlementDays) }
        let value = Int128(most) * Int128(Decimals.nanosPerUnit)
        guard most <= Self.settlementDaysMax else {
            let limit = Int128(Self.settlementDaysMax) * Int128(Decimals.nanosPerUnit)
            return Rejection(.settlementUnsupported, limit: limit, value: value)
        }
        return nil
    }

    private func stepFault() -> Rejection? {
        var from: Price?
        for step in tickTable {
            guard step.tickSize > .zero, step.priceFrom >= .zero, from.map({ step.priceFrom > $0 }) ?? true
            else { return Rejection(.instrumentTermsInvalid, value: Int128(step.priceFrom.nanos)) }
            from = step.priceFrom
        }
        var since: BusinessDate?
        for cycle in settlementCycles {
            guard since.map({ cycle.validFrom > $0 }) ?? true else {
                let day = Int128(cycle.validFrom.days) * Int128(Decimals.nanosPerUnit)
                return Rejection(.instrumentTermsInvalid, value: day)
            }
            since = cycle.validFrom
        }
        return nil
    }

    /// A scale says how many digits a price or a quantity has: every step must be a multiple of its last one.
    private func scaleFault() -> Rejection? {
        for (scale, steps) in [
            (priceScale, [tickSize.nanos] + tickTable.map(\.tickSize.nanos)),
            (quantityScale, [lotSize.nanos]),
        ] {
            guard let scale else { continue }
            guard scale <= 9 else {
                let unit = Int128(Decimals.nanosPerUnit)
                return Rejection(.instrumentTermsInvalid, limit: 9 * unit, value: Int128(scale) * unit)
            }
            var digit: Int64 = 1
            for _ in scale..<9 { digit *= 10 }
            for step in steps where step % digit != 0 {
                return Rejection(.instrumentTermsInvalid, limit: Int128(digit), value: Int128(step))
            }
        }
        if fractionable, lotSize.nanos >= Decimals.nanosPerUnit {
            let limit = Int128(Decimals.nanosPerUnit)
            return Rejection(.instrumentTermsInvalid, limit: limit, value: Int128(lotSize.nanos))
        }
        return nil
    }
}
