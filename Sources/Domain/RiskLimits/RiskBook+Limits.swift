public import BifrostKernel

/// What an account's positions are worth at the latest official marks, in its currency.
public struct Valuation: Hashable, Sendable {
    /// Long positions at their marks, in units of 10⁻⁹.
    public var long: Int128 = 0
    /// Short positions at their marks, above zero.
    public var short: Int128 = 0
    /// Settled cash and positions.
    public var equity: Int128 = 0
    /// Equity less that of the last close and what was paid in since.
    public var dayProfit: Int128 = 0
    /// The highest equity at a close, moved by what was paid in and out since.
    public var peak: Int128 = 0
    /// Cash that open buys hold back in other currencies than the order's.
    public var reservedElsewhere: Int128 = 0
    /// Nothing.
    public init() {}
}

/// An approved order, as long as another one may be its duplicate.
public struct RecentOrder: Hashable, Sendable {
    /// When it took effect.
    public private(set) var at: Timestamp
    /// What it trades.
    public private(set) var instrument: InstrumentID
    /// Which way.
    public private(set) var isBuy: Bool
    /// How much.
    public private(set) var quantity: Quantity
    /// The worst price that it takes, `nil` without a limit.
    public private(set) var limitPrice: Price?
    /// The order that it is a slice of, or none.
    public private(set) var parent: OrderID
    /// Puts the parts together.
    public init(
        at: Timestamp,
        _ instrument: InstrumentID,
        isBuy: Bool,
        _ quantity: Quantity,
        limitPrice: Price?,
        parent: OrderID
    ) {
        self.at = at
        self.instrument = instrument
        self.isBuy = isBuy
        self.quantity = quantity
        self.limitPrice = limitPrice
        self.parent = parent
    }
}

/// How many orders an account sent lately: kept from facts, for limits that count by the second.
public struct OrderPace: Hashable, Sendable {
    /// Most orders that are looked through for a duplicate.
    static let recentMax = 64
    /// The second of the last approved order, counted from 1970.
    public internal(set) var second: Int64 = 0
    /// Approved orders in that second.
    public internal(set) var count: UInt32 = 0
    /// The latest approved orders, oldest first, where the limits look for duplicates.
    public internal(set) var recent: [RecentOrder] = []

    /// No orders.
    public init() {}

    func count(at time: Timestamp) -> UInt32 { time.second == second ? count : 0 }
}

extension Timestamp {
    fileprivate var second: Int64 { nanos / 1_000_000_000 }
}

extension AccountLimitsSet {
    /// Whether they hold on `date`.
    func holds(on date: BusinessDate) -> Bool {
        (effectiveFrom.map { $0 <= date } ?? true) && (effectiveTo.map { date <= $0 } ?? true)
    }

    /// Whether they look at what the account's positions are worth.
    public var needsValuation: Bool {
        grossExposureMax != nil || netExposureMax != nil || concentrationMax != nil || dayLossMax != nil
            || drawdownMax != nil
    }

    /// Whether they say more than every account's limits do.
    var isSpecial: Bool {
        needsValuation || positionValueMax != nil || ordersPerSecondMax != nil || openOrdersMax != nil
            || orderQuantityMax != nil || duplicateWindowMillis != nil
    }
}

extension RiskState {
    /// The limits that hold on `date`: the latest version of those that do.
    public func limits(on date: BusinessDate) -> AccountLimitsSet? {
        // Limits without dates have ended all that came before them, so those with dates are later.
        datedLimits.last { $0.holds(on: date) } ?? limits
    }

    /// Whether the limits that hold on `date` look at what the positions are worth.
    public func needsValuation(on date: BusinessDate) -> Bool {
        guard datedLimits.isEmpty else { return limits(on: date)?.needsValuation ?? false }
        return standing.look { $0.needsValuation } ?? false
    }

    /// Counts an approved order.
    public mutating func count(at time: Timestamp) {
        let count = pace.count(at: time)
        pace.count = count == .max ? count : count + 1
        pace.second = time.second
    }

    /// Whether the limits look for duplicates.
    public var looksForDuplicates: Bool {
        standing.look { $0.duplicateWindowMillis != nil } ?? false
            || datedLimits.contains { $0.duplicateWindowMillis != nil }
    }

    /// Remembers an approved order that another one may repeat.
    public mutating func remember(_ order: RecentOrder) {
        if pace.recent.count == OrderPace.recentMax { pace.recent.removeFirst() }
        pace.recent.append(order)
    }
}

/// The limits that only some accounts have. A check stands in a verdict only where its limit is set.
extension RiskBook {
    static func checkSpecial(
        _ question: RiskQuestion,
        _ limits: AccountLimitsSet,
        adds: Bool,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        if let most = limits.orderQuantityMax {
            let whole = Int128(question.quantity.nanos) + Int128(question.filled.nanos)
            add(.orderQuantityAboveLimit, whole, Int128(most.nanos), &fact)
        }
        // Other terms of an order are not one order more.
        if state.reservationByID[question.order] == nil { checkPace(question, limits, state, &fact) }
        // What only reduces a position makes none of these figures larger.
        if adds { checkExposure(question, limits, state, &fact) }
    }

    /// What counts orders.
    private static func checkPace(
        _ question: RiskQuestion,
        _ limits: AccountLimitsSet,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        if let most = limits.ordersPerSecondMax {
            let count = Int128(state.pace.count(at: question.effectiveAt)) + 1
            add(.ordersPerSecondAboveLimit, count * unit, Int128(most) * unit, &fact)
        }
        if let most = limits.openOrdersMax {
            let count = Int128(state.reservationByID.count) + 1
            add(.openOrdersAboveLimit, count * unit, Int128(most) * unit, &fact)
        }
        if let window = limits.duplicateWindowMillis { checkDuplicate(question, window, state, &fact) }
    }

    static let unit = Int128(Decimals.nanosPerUnit)

    static func add(
        _ rule: RejectionCode,
        _ value: Int128?,
        _ limit: Int128,
        _ fact: inout RiskAssessed
    ) {
        // A figure that cannot be computed refuses an order that adds risk.
        let passed = value.map { $0 <= limit } ?? false
        fact.checks.append(RuleCheck(rule, passed: passed, limit: limit, value: value))
    }

    /// Slices of one parent repeat each other and are no duplicates.
    private static func checkDuplicate(
        _ question: RiskQuestion,
        _ windowMillis: UInt32,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        let window = Int128(windowMillis) * 1_000_000
        let twin = state.pace.recent.last { (recent: RecentOrder) -> Bool in
            recent.instrument == question.instrument && recent.isBuy == question.isBuy
                && recent.quantity == question.quantity && recent.limitPrice == question.limitPrice
                && (question.parent == .none || recent.parent != question.parent)
        }
        let distance = twin.map { Int128(question.effectiveAt.nanos) - Int128($0.at.nanos) }
        let isDuplicate = distance.map { $0.magnitude < window.magnitude } ?? false
        fact.checks.append(
            RuleCheck(.duplicateOrder, passed: !isDuplicate, limit: window, value: distance)
        )
    }

    /// An amount of the order's currency in the account's; `nil` without a rate.
    private static func translated(_ nanos: Int128, _ question: RiskQuestion) -> Int128? {
        question.isForeign ? question.exchangeRate?.converted(nanos, .awayFromZero) : nanos
    }

    static func checkExposure(
        _ question: RiskQuestion,
        _ limits: AccountLimitsSet,
        _ state: RiskState,
        _ fact: inout RiskAssessed
    ) {
        let exposure =
            question.margin.map { self.exposure(question, $0, state, fact) }
            ?? exposure(question, state, fact)
        // Within Int128: a reach of 3 × 10¹⁸ and a price of 10¹⁸.
        let value = question.referencePrice.flatMap {
            translated(exposure.reach * Int128($0.nanos) / unit, question)
        }
        if let most = limits.positionValueMax {
            add(.positionValueAboveLimit, value.map { abs($0) }, most.nanos, &fact)
        }
        let worth = question.valuation
        if let most = limits.grossExposureMax {
            add(.grossExposureAboveLimit, exposure.gross, most.nanos, &fact)
        }
        if let most = limits.netExposureMax {
            add(.netExposureAboveLimit, exposure.net, most.nanos, &fact)
        }
        if let most = limits.concentrationMax {
            let share = value.flatMap { value in worth.flatMap { Self.share(abs(value), of: $0.equity) } }
            add(.concentrationAboveLimit, share, Int128(most.micros) * 1000, &fact)
        }
        if let most = limits.dayLossMax {
            add(.dayLossAboveLimit, worth.map { max(-$0.dayProfit, 0) }, most.nanos, &fact)
        }
        if let most = limits.drawdownMax {
            // An account that never closed a day has fallen from nothing.
            let fall = worth.flatMap { worth in
                worth.peak > 0 ? Self.share(max(worth.peak - worth.equity, 0), of: worth.peak) : 0
            }
            add(.drawdownAboveLimit, fall, Int128(most.micros) * 1000, &fact)
        }
    }

    /// What the account's positions and open buys with the order come to.
    private static func exposure(
        _ question: RiskQuestion,
        _ state: RiskState,
        _ fact: RiskAssessed
    ) -> Exposure {
        let buys = Int128((state.pendingBuys[question.instrument] ?? .zero).nanos)
        let kept = state.kept(by: question.drawsFrom, beside: fact)
        let pending = buys - Int128(question.freedBuys.nanos) + Int128((kept?.held.buys ?? .zero).nanos)
        let reserved = (state.reservedCash[question.currency] ?? .zero).nanos
        let held = reserved - question.freedCash.nanos + (kept?.held.cash ?? .zero).nanos
        let own = translated(held + fact.reservedCash.nanos, question)
        let open = own.map { $0 + (question.valuation?.reservedElsewhere ?? 0) }
        var exposure = Exposure()
        exposure.reach = Int128(question.position.nanos) + pending + Int128(question.quantity.nanos)
        exposure.gross = open.flatMap { open in question.valuation.map { $0.long + $0.short + open } }
        exposure.net = open.flatMap { open in question.valuation.map { abs($0.long - $0.short + open) } }
        return exposure
    }

    /// `part` of `whole` in basis points, in units of 10⁻⁹; `nil` of nothing, the largest number beyond the
    /// bounds.
    static func share(_ part: Int128, of whole: Int128) -> Int128? {
        guard whole > 0 else { return nil }
        let scale: Int128 = whole > 1_000_000_000_000_000_000_000_000 ? 1_000_000 : 1
        let (product, overflow) = (part / scale).multipliedReportingOverflow(by: 10_000_000_000_000)
        return overflow ? .max : product / (whole / scale)
    }
}

extension RecentOrder: WireFields {
    /// An empty one, to be read over.
    public init() {
        self.init(at: Timestamp(nanos: 0), .none, isBuy: false, .zero, limitPrice: nil, parent: .none)
    }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.time(1, "at", &at)
        try visitor.instrument(2, "instrument", &instrument)
        try visitor.flag(3, "isBuy", &isBuy)
        try visitor.quantity(4, "quantity", &quantity)
        try visitor.price(5, "limitPrice", &limitPrice)
        try visitor.order(6, "parent", &parent)
    }
}

extension OrderPace: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.int(1, "second", &second)
        try visitor.uint(2, "count", &count)
        try visitor.list(3, "recent", &recent)
    }
}
