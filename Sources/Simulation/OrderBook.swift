internal import BifrostKernel
internal import Orders

/// One order by the words of the log alone.
struct OrderBook {
    let placed: OrderPlaced
    var currency = Currency.usd
    /// Whether risk let it pass.
    var isJudged = false
    var isApproved = false
    var waitsForReview = false
    var isClosed = false
    var isCancelAsked = false
    var filled: Int128 = 0
    /// What was taken back of it and does not live again.
    var lapsed: Int128 = 0
    /// The terms in force, and the request that they came with.
    private(set) var terms: AmendedTerms {
        didSet { if isAdjusted { termsOnTheirWay.append(oldValue) } }
    }
    private(set) var requestInForce: UInt32 = 0
    /// Other terms that were asked for and not answered.
    var pending: [UInt32: OrderReplaceRequested] = [:]
    var approvedRequests: Set<UInt32> = []
    /// The terms that the venue confirmed last, with their request, while it has not answered an adjustment.
    private var confirmed: (terms: AmendedTerms, request: UInt32)?
    /// Whether an ex-date gave it other terms.
    private(set) var isAdjusted = false
    /// Terms that held since, which an instruction that was not carried yet may still have.
    var termsOnTheirWay: [AmendedTerms] = []
    /// How far a limit is from its stop since each ex-date that the venue has not refused.
    private var offsets: [(request: UInt32, offset: Price?)] = []
    /// What the log says is held back for it.
    var held = Held()
    /// The other order of a pair of which one cancels the other, or none.
    var partner = OrderID.none
    /// Whether it is worked by slices, what was said that they traded, and what it and they may hold back.
    var isAtWork = false
    var toldOfSlices: Int128 = 0
    var budget = Held()
    /// What a slice holds back that was its parent's.
    var drawn = Held()
    /// The commission that what it holds back includes.
    private var rate = BasisPoints(0)
    /// The prices and commissions that any of its terms were held back at.
    private var bounds: Bounds?

    struct Held: Equatable {
        var cash: Int128 = 0
        var shares: Int128 = 0
        var buys: Int128 = 0
        /// What a short sale may still take from the position.
        var shorts: Int128 = 0
        /// What a unit of a buy or a short sale is held back at.
        var price: Int64 = 0
        var isNothing: Bool { shares == 0 && buys == 0 && shorts == 0 }

        /// The cheaper covers first, of one price the smaller.
        func comesBefore(_ other: Held) -> Bool { (price, buys) < (other.price, other.buys) }

        /// Of a pair the larger counts, once.
        func larger(_ other: Held) -> Held {
            var larger = Held()
            larger.cash = max(cash, other.cash)
            larger.shares = max(shares, other.shares)
            larger.buys = max(buys, other.buys)
            larger.shorts = max(shorts, other.shorts)
            larger.price = max(price, other.price)
            return larger
        }
    }

    private struct Bounds {
        var prices: ClosedRange<Int64>
        var rates: ClosedRange<BasisPoints>
        /// Whether the terms never changed, so that there is one right amount.
        var isExact = true
    }

    init(_ placed: OrderPlaced) {
        self.placed = placed
        terms = placed.firstTerms
    }

    /// Its special terms without those that concern its group, which no venue hears of.
    var ownSpecial: SpecialTerms {
        var special = placed.special
        special.group = .none
        special.contingency = nil
        return special
    }

    /// What would be left by terms of that quantity.
    func rest(of quantity: Quantity) -> Int128 {
        isClosed ? 0 : max(Int128(quantity.nanos) - filled - lapsed, 0)
    }

    /// What is left by the terms in force.
    var left: Int128 { rest(of: terms.quantity) }
    /// The most that is left by any terms that may be in force.
    var reach: Int128 { pending.values.reduce(left) { max($0, rest(of: $1.terms.quantity)) } }
    var isOpen: Bool { (isApproved || waitsForReview) && reach > 0 }

    mutating func close() {
        isClosed = true
        waitsForReview = false
        pending = [:]
    }

    mutating func amend(_ request: UInt32, _ terms: AmendedTerms) {
        if !isClosed { pending[request] = nil }
        if let before = confirmed, request == 0 || request > before.request {
            confirmed = request < requestInForce ? (terms, max(request, before.request)) : nil
        }
        if request == 0 || request > requestInForce {
            self.terms = terms
            bounds?.isExact = false
            if let limit = terms.limitPrice { allow(limit.nanos) }
        }
        requestInForce = max(requestInForce, request)
        settleRequests()
    }

    /// How far the limit of a trailing stop-limit is from its stop now.
    var limitOffset: Price? { offsets.isEmpty ? placed.special.limitOffset : offsets.last?.offset }

    /// An ex-date puts other terms in force, and the venue is asked for them.
    mutating func adjust(_ fact: OrderAdjusted) {
        var request = OrderReplaceRequested()
        request.order = fact.order
        request.request = fact.request
        request.terms = fact.terms
        let isAtVenue = isApproved && !isAtWork
        if isAtVenue, confirmed == nil { confirmed = (terms, requestInForce) }
        terms = fact.terms
        isAdjusted = true
        offsets.append((fact.request, fact.limitOffset))
        requestInForce = max(requestInForce, fact.request)
        pending = isAtVenue ? [fact.request: request] : [:]
        approvedRequests.insert(fact.request)
        bounds?.isExact = false
        // What has no limit is held back for at a price that is of the new units from now on.
        guard let least = bounds?.prices.lowerBound else { return }
        var price = Int128(least) - Int128(fact.dividend?.nanos ?? 0)
        if fact.numerator > 0 { price = price * Int128(fact.denominator) / Int128(fact.numerator) - 1 }
        allow(Int64(clamping: max(price, 1)))
        if let limit = terms.limitPrice { allow(limit.nanos) }
    }

    /// The venue would not have other terms; those of an ex-date hold no more.
    mutating func refuse(_ request: UInt32) {
        pending[request] = nil
        guard let before = confirmed, request == requestInForce else { return }
        (terms, requestInForce) = before
        offsets.removeAll { $0.request > before.request }
        confirmed = nil
        if let limit = terms.limitPrice { allow(limit.nanos) }
        settleRequests()
    }

    mutating func restate(_ fact: OrderRestated) {
        lapsed = max(lapsed - Int128(fact.reinstated.nanos), 0)
        if let terms = fact.terms { amend(0, terms) }
    }

    /// A fill of all that the terms in force allow answers the requests that want no more.
    mutating func settleRequests() {
        guard left == 0 else { return }
        pending = pending.filter { Int128($0.value.terms.quantity.nanos) > filled }
    }

    /// Risk let these terms pass.
    mutating func judge(at price: Price, _ commission: BasisPoints) {
        if isJudged { bounds?.isExact = false }
        isJudged = true
        rate = commission
        guard var bounds else {
            bounds = Bounds(prices: price.nanos...price.nanos, rates: commission...commission)
            return
        }
        let rates = bounds.rates
        bounds.rates = min(rates.lowerBound, commission)...max(rates.upperBound, commission)
        self.bounds = bounds
        allow(price.nanos)
    }

    /// Terms at this price may be the dearest, or the cheapest.
    mutating func allow(_ price: Int64) {
        guard let prices = bounds?.prices, price > 0, bounds?.isExact == false else { return }
        bounds?.prices = min(prices.lowerBound, price)...max(prices.upperBound, price)
    }

    /// The least and the most that has to be held back: the same but for an order whose terms changed, which
    /// holds the larger of what its old and its new terms need, at the price of either.
    var need: (least: Held, most: Held) {
        guard let bounds, isOpen else { return (Held(), Held()) }
        guard placed.side != .sell else {
            let shares = Held(shares: reach)
            return (shares, shares)
        }
        let (most, least) = (bounds.prices.upperBound, bounds.rates.lowerBound)
        let dearest = cash(most, reach, bounds.rates.upperBound)
        if bounds.isExact { return (both(dearest), both(dearest)) }
        var cheapest = cash(floor(terms, bounds), left, least)
        // An answer settles the matter, where the terms have a price.
        let isPriced = placed.side == .buy && terms.limitPrice ?? .zero > .zero
        if pending.isEmpty, isPriced, least == bounds.rates.upperBound {
            return (both(cheapest), both(cheapest))
        }
        for request in pending.values {
            let rest = rest(of: request.terms.quantity)
            cheapest = max(cheapest, cash(floor(request.terms, bounds), rest, least))
        }
        return (both(cheapest), both(dearest))
    }

    /// What it holds back, without what the parent of cheaper slices has beside what its rest needs.
    var needed: Held {
        guard isAtWork else { return held }
        var needed = held
        let most = Books.need(Int128(held.price), max(held.buys, held.shorts), rate, currency)
        needed.cash = min(held.cash, most)
        return needed
    }

    private func both(_ cash: Int128) -> Held {
        placed.side == .buy ? Held(cash: cash, buys: reach) : Held(cash: cash, shorts: reach)
    }

    private func floor(_ terms: AmendedTerms, _ bounds: Bounds) -> Int64 {
        terms.limitPrice.map { max($0.nanos, 0) } ?? bounds.prices.lowerBound
    }

    private func cash(_ price: Int64, _ quantity: Int128, _ rate: BasisPoints) -> Int128 {
        Books.need(Int128(price), quantity, rate, currency)
    }
}

extension OrderBook: CustomStringConvertible {
    /// What decides what is left of it and what that needs.
    var description: String {
        let limit = terms.limitPrice.map { " at \($0.text)" } ?? ""
        let asked = pending.values.sorted { $0.request < $1.request }.map {
            "\($0.request): \($0.terms.quantity.text) at \($0.terms.limitPrice?.text ?? "any price")"
        }
        return "\(placed.side.name) \(placed.type.name) \(terms.quantity.text)\(limit)"
            + " by request \(requestInForce), filled \(filled), lapsed \(lapsed), asked for \(asked)"
    }
}
