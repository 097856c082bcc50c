internal import BifrostKernel

/// The form of an order: what can be judged from its terms and its instrument's alone.
///
/// The order of the checks is part of the contract: quantity, lot, limit price, stop price, trailing
/// distance, minimum quantity, display quantity, expire date or time, and last what does not go together.
extension Order {
    static func checkForm(_ placed: OrderPlaced, _ terms: InstrumentTerms) throws(Rejection) {
        try check(placed.quantity, terms)
        try check(
            placed.limitPrice,
            isWanted: placed.type.hasLimitPrice,
            terms,
            missing: .limitPriceMissing,
            unexpected: .limitPriceUnexpected
        )
        guard placed.hasSpecialTerms || !placed.isPlain else { return }
        let special = placed.special
        try check(
            special.stopPrice,
            isWanted: placed.type.hasStopPrice,
            terms,
            missing: .stopPriceMissing,
            unexpected: .stopPriceUnexpected
        )
        try checkDistance(
            placed.type,
            special.trailingAmount,
            special.trailingRate,
            special.limitOffset,
            terms
        )
        try checkParts(special, of: placed.quantity, terms)
        try checkDate(placed, special, terms)
        try checkCombination(placed, special)
    }

    /// The terms of a replacement, judged as those of a new order of the same type would be.
    static func checkForm(
        _ wanted: AmendedTerms,
        of placed: OrderPlaced,
        filled: Quantity,
        _ terms: InstrumentTerms
    ) throws(Rejection) {
        try check(wanted.quantity, terms)
        guard wanted.quantity > filled else {
            throw Rejection(
                .quantityBelowFilled,
                limit: Int128(filled.nanos),
                value: Int128(wanted.quantity.nanos)
            )
        }
        var whole = placed
        whole.quantity = wanted.quantity
        whole.limitPrice = wanted.limitPrice
        whole.special.stopPrice = wanted.stopPrice
        whole.special.trailingAmount = wanted.trailingAmount
        whole.special.trailingRate = wanted.trailingRate
        // The date was judged when the order was placed.
        try checkForm(whole, InstrumentTerms(tickSize: terms.tickSize, lotSize: terms.lotSize))
    }

    private static func check(_ quantity: Quantity, _ terms: InstrumentTerms) throws(Rejection) {
        guard quantity > .zero else { throw Rejection(.quantityNotPositive, value: Int128(quantity.nanos)) }
        guard quantity.nanos % terms.lotSize.nanos == 0 else {
            throw Rejection(
                .quantityNotLotMultiple,
                limit: Int128(terms.lotSize.nanos),
                value: Int128(quantity.nanos)
            )
        }
    }

    private static func check(
        _ price: Price?,
        isWanted: Bool,
        _ terms: InstrumentTerms,
        missing: RejectionCode,
        unexpected: RejectionCode
    ) throws(Rejection) {
        guard let price else {
            if isWanted { throw Rejection(missing) }
            return
        }
        guard isWanted else { throw Rejection(unexpected, value: Int128(price.nanos)) }
        guard price > .zero else { throw Rejection(.priceNotPositive, value: Int128(price.nanos)) }
        guard price.nanos % terms.tickSize.nanos == 0 else {
            throw Rejection(
                .priceNotTickMultiple,
                limit: Int128(terms.tickSize.nanos),
                value: Int128(price.nanos)
            )
        }
    }

    /// A trailing order has one distance, an amount on the tick or a share below the whole, and no other
    /// order has any; a trailing stop-limit has the distance of its limit as well.
    private static func checkDistance(
        _ type: OrderType,
        _ amount: Price?,
        _ rate: BasisPoints?,
        _ offset: Price?,
        _ terms: InstrumentTerms
    ) throws(Rejection) {
        let value = amount.map { Int128($0.nanos) } ?? rate.map { Int128($0.micros) * 1000 }
        guard (amount != nil) != (rate != nil) || !type.isTrailing, type.isTrailing || value == nil else {
            throw Rejection(.trailingDistanceInvalid, value: value)
        }
        if let amount {
            guard amount > .zero, amount.nanos % terms.tickSize.nanos == 0 else {
                throw Rejection(
                    .trailingDistanceInvalid,
                    limit: Int128(terms.tickSize.nanos),
                    value: Int128(amount.nanos)
                )
            }
        }
        if let rate {
            guard rate > BasisPoints(0), rate < BasisPoints(10_000) else {
                throw Rejection(
                    .trailingDistanceInvalid,
                    limit: 10_000_000_000_000,
                    value: Int128(rate.micros) * 1000
                )
            }
        }
        let isOffsetRight: Bool =
            switch (type, offset) {
            case (.trailingStopLimit, let offset?):
                offset >= .zero && offset.nanos % terms.tickSize.nanos == 0
            case (_, let offset): type != .trailingStopLimit && offset == nil
            }
        guard isOffsetRight else {
            throw Rejection(.trailingDistanceInvalid, value: offset.map { Int128($0.nanos) })
        }
    }

    /// Parts of an order are above zero, multiples of the lot, and at most the whole.
    private static func checkParts(
        _ special: SpecialTerms,
        of quantity: Quantity,
        _ terms: InstrumentTerms
    ) throws(Rejection) {
        let parts: [(Quantity?, RejectionCode)] = [
            (special.minimumQuantity, .minimumQuantityInvalid),
            (special.displayQuantity, .displayQuantityInvalid),
        ]
        for (part, code) in parts {
            guard let part else { continue }
            guard part > .zero, part <= quantity, part.nanos % terms.lotSize.nanos == 0 else {
                throw Rejection(code, limit: Int128(quantity.nanos), value: Int128(part.nanos))
            }
        }
    }

    /// An order has an expire date if it is good till one, and it is not before today; both are counted in
    /// days since 1970-01-01.
    private static func checkDate(
        _ placed: OrderPlaced,
        _ special: SpecialTerms,
        _ terms: InstrumentTerms
    ) throws(Rejection) {
        let unit = Int128(Decimals.nanosPerUnit)
        let today = Int128(terms.today.days) * unit
        if try checkMoment(placed, special, terms) { return }
        guard placed.timeInForce == .goodTillDate else {
            guard let date = special.expireDate else { return }
            throw Rejection(.expireDateInvalid, value: Int128(date.days) * unit)
        }
        guard let date = special.expireDate else { throw Rejection(.expireDateInvalid, limit: today) }
        guard date >= terms.today else {
            throw Rejection(.expireDateInvalid, limit: today, value: Int128(date.days) * unit)
        }
    }

    /// Whether the order ends at a moment; one that does has no date, and its moment is to come.
    private static func checkMoment(
        _ placed: OrderPlaced,
        _ special: SpecialTerms,
        _ terms: InstrumentTerms
    ) throws(Rejection) -> Bool {
        guard let moment = special.expireAt else { return false }
        let value = Int128(moment.nanos)
        guard placed.timeInForce == .goodTillDate else { throw Rejection(.expireTimeInvalid, value: value) }
        guard special.expireDate == nil else { throw Rejection(.expireDateAndTime, value: value) }
        guard moment > terms.moment else {
            throw Rejection(.expireTimeInvalid, limit: Int128(terms.moment.nanos), value: value)
        }
        return true
    }

    private static func checkCombination(_ placed: OrderPlaced, _ special: SpecialTerms) throws(Rejection) {
        if special.worked { try checkWorked(placed, special) }
        let isImmediate = placed.timeInForce == .immediateOrCancel || placed.timeInForce == .fillOrKill
        let rests = placed.type == .limit && !isImmediate
        // An order for an auction lives until it, and one that waits for a price cannot trade at once.
        let fits =
            placed.type.isForAuction
            ? placed.timeInForce == .day
            : !(isImmediate && (placed.type.hasStopPrice || placed.type.isTrailing))
        let isShown = special.displayQuantity == nil || rests
        guard fits, isShown, rests || !special.postOnly else { throw Rejection(.termsConflict) }
    }
}

extension OrderType {
    /// Whether it names the worst price that it takes.
    public var hasLimitPrice: Bool {
        switch self {
        case .limit, .stopLimit, .limitOnOpen, .limitOnClose: true
        case .market, .stop, .trailingStop, .trailingStopLimit, .marketOnOpen, .marketOnClose: false
        }
    }
    /// Whether it names the price at which it becomes an order.
    public var hasStopPrice: Bool { self == .stop || self == .stopLimit }
    /// Whether its stop follows the market.
    public var isTrailing: Bool { self == .trailingStop || self == .trailingStopLimit }
    /// Whether it is for an auction.
    public var isForAuction: Bool {
        switch self {
        case .marketOnOpen, .limitOnOpen, .marketOnClose, .limitOnClose: true
        default: false
        }
    }
}

extension OrderPlaced {
    /// Whether it is a market or limit order for the day.
    var isPlain: Bool { (type == .market || type == .limit) && timeInForce == .day }
}
