internal import BifrostKernel
internal import Orders

extension PaperBook {
    /// An accepted order.
    struct Entry: Equatable, Sendable {
        enum Outcome: Equatable, Sendable {
            /// Resting, or dropped at the end of its last day.
            case open
            case filled
            case cancelled(at: Timestamp)
        }

        /// The terms that it came with.
        let terms: RoutedOrder
        let number: Int64
        let acceptedAt: Timestamp
        let date: BusinessDate
        /// How many dates the stream had reached when it came.
        let dateNumber: Int64
        /// It came behind the closing price of its date.
        let isAfterClose: Bool
        /// Where it stands in the queue: a number that later comers have a higher one than.
        var place: Int64
        /// The terms in force.
        var live: AmendedTerms
        /// The last request that gave it terms, 0 for none.
        var request: UInt32 = 0
        /// What traded, what was taken back of it included: that does not live again.
        var filled = Quantity.zero
        /// What was taken back.
        var busted = Quantity.zero
        /// What stands before it at its limit.
        var ahead = Quantity.zero
        var isTriggered = false
        /// The limit that a trailing stop-limit got when it woke.
        var trailedLimit: Price?
        /// The highest price since a trailing sale came, the lowest since a trailing buy did.
        var extreme: Price?
        /// What an ex-date made of it last: its parts, and the day before which no price trades it.
        var adjusted: OrderAdjusted?
        var outcome = Outcome.open
        /// What happened to it since it was accepted, in order.
        var story: [PaperFact] = []

        var leaves: Quantity { live.quantity > filled ? live.quantity - filled : .zero }
        var waitsForStop: Bool { !isTriggered && (terms.type.hasStopPrice || terms.type.isTrailing) }
        /// The worst price that it takes once it works.
        var limit: Price? { terms.type == .trailingStopLimit ? trailedLimit : live.limitPrice }
        /// What does not trade at once, or at its auction, is cancelled.
        var endsUnfilled: Bool {
            terms.type.isForAuction || terms.timeInForce == .immediateOrCancel
                || terms.timeInForce == .fillOrKill
        }
        var isForClose: Bool { terms.type == .marketOnClose || terms.type == .limitOnClose }

        /// Whether it takes `price`.
        func takes(_ price: Price) -> Bool {
            guard let limit else { return true }
            return terms.side == .buy ? price <= limit : price >= limit
        }

        /// Whether `price` trades it: what stands before it at its limit trades first.
        func isTraded(by price: Price) -> Bool { takes(price) && (ahead == .zero || price != limit) }

        func isStopReached(by price: Price) -> Bool {
            terms.side == .buy ? price.nanos >= stop : price.nanos <= stop
        }

        mutating func wake(limit: Price?) {
            isTriggered = true
            trailedLimit = limit
        }

        /// The price that wakes it, in units of 10⁻⁹, which the last extreme may put beyond all prices.
        ///
        /// That of a share of the price is rounded towards the extreme's far side: the price reaches it
        /// exactly when it reaches the unrounded one.
        var stop: Int64 {
            guard terms.type.isTrailing else { return live.stopPrice?.nanos ?? 0 }
            let extreme = Int128(extreme?.nanos ?? 0)
            let isBuy = terms.side == .buy
            guard let rate = live.trailingRate else {
                let distance = Int128(live.trailingAmount?.nanos ?? 0)
                return Int64(clamping: isBuy ? extreme + distance : extreme - distance)
            }
            let product = extreme * (Self.whole + (isBuy ? 1 : -1) * Int128(rate.micros))
            let (floor, rest) = product.quotientAndRemainder(dividingBy: Self.whole)
            return Int64(clamping: isBuy && rest > 0 ? floor + 1 : floor)
        }

        /// The limit of a trailing stop-limit that wakes now, within the bounds of prices.
        var limitBehindStop: Price? {
            guard terms.type == .trailingStopLimit else { return nil }
            let offset = Int128(limitOffset?.nanos ?? 0)
            let limit = Int128(stop) + (terms.side == .buy ? offset : -offset)
            return Price(nanos: Int64(min(max(limit, 0), Int128(Price.nanosMax))))
        }

        /// Ten thousand basis points.
        private static let whole: Int128 = 10_000_000_000

        /// Lets its stop follow a price, or the volume of one trade what stands before it; `false` when
        /// neither does.
        mutating func follow(_ quote: PaperQuote) -> Bool {
            if waitsForStop, terms.type.isTrailing, let extreme {
                guard terms.side == .buy ? quote.price < extreme : quote.price > extreme else { return false }
                self.extreme = quote.price
                return true
            }
            guard ahead > .zero, quote.price == limit, let volume = quote.volume, volume > .zero else {
                return false
            }
            ahead = ahead > volume ? ahead - volume : .zero
            return true
        }

        /// Takes the terms of a replacement; its place is the book's to give.
        mutating func amend(_ fact: PaperReplacement) {
            live = fact.terms
            request = fact.request
            guard let adjusted = fact.adjusted else { return }
            self.adjusted = adjusted
            // What it has seen and got so far is of old units as well.
            extreme = extreme.flatMap { adjusted.newPrice($0, up: terms.side == .buy) }
            trailedLimit = trailedLimit.flatMap { adjusted.newPrice($0, up: terms.side == .sell) }
        }

        /// Whether its terms are of a day that has not begun: prices of `date` are of the units before.
        func sleeps(on date: BusinessDate?) -> Bool {
            guard let adjusted else { return false }
            return date.map { $0 < adjusted.exDate } ?? true
        }

        /// The least that may trade at once.
        var minimumQuantity: Quantity? {
            adjusted == nil ? terms.special.minimumQuantity : adjusted?.minimumQuantity
        }
        /// The most that the book shows.
        var displayQuantity: Quantity? {
            adjusted == nil ? terms.special.displayQuantity : adjusted?.displayQuantity
        }
        /// How far the limit of a trailing stop-limit is from its stop.
        var limitOffset: Price? { adjusted == nil ? terms.special.limitOffset : adjusted?.limitOffset }

        /// Whether the replacement sends it to the end of the queue: it wants more, or another price.
        func losesPlace(by wanted: AmendedTerms) -> Bool {
            var same = live
            same.quantity = min(live.quantity, wanted.quantity)
            return same != wanted
        }

        /// What the next price has to be for something to happen to it.
        var watch: Watch {
            if terms.type.isForAuction { return isForClose ? .close : .anyPrice }
            let isBuy = terms.side == .buy
            if waitsForStop { return isBuy ? .atOrAbove(stop) : .atOrBelow(stop) }
            guard let limit else { return .anyPrice }
            let beyond: Int64 = ahead > .zero ? 1 : 0
            return isBuy ? .atOrBelow(limit.nanos - beyond) : .atOrAbove(limit.nanos + beyond)
        }
    }

    /// What the next price has to be for something to happen to an order, in units of 10⁻⁹.
    enum Watch: Equatable, Sendable {
        case atOrBelow(Int64)
        case atOrAbove(Int64)
        case anyPrice
        /// The last price of its date.
        case close

        func isReached(by tick: PaperTick) -> Bool {
            switch self {
            case .atOrBelow(let bound): tick.price.nanos <= bound
            case .atOrAbove(let bound): tick.price.nanos >= bound
            case .anyPrice: true
            case .close: tick.isClosing
            }
        }
    }

    /// An order that waits.
    struct Resting: Equatable, Sendable {
        let place: Int64
        let order: OrderID
        var watch: Watch
        /// Prices change it before they trade it: its stop follows them, or others trade before it.
        var follows: Bool

        init(_ entry: Entry) {
            place = entry.place
            order = entry.terms.order
            watch = entry.watch
            follows = entry.ahead > .zero || entry.waitsForStop && entry.terms.type.isTrailing
        }
    }

    struct Holding: Hashable, Sendable {
        let account: AccountID
        let instrument: InstrumentID
    }

    struct Purse: Hashable, Sendable {
        let account: AccountID
        let currency: Currency
    }
}
