internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// Margin accounts: what their requirements are computed from, and which of their orders only reduce.
extension Shard {
    /// Refuses a short sale elsewhere than in a margin account, and a locate on anything but a short sale.
    static func checkMarking(_ wanted: PlaceOrder, _ entry: AccountEntry) throws(Rejection) {
        if wanted.side.isShort {
            guard entry.opened.kind == .margin else { throw Rejection(.shortSaleNeedsMargin) }
        } else if wanted.special.locate != nil {
            throw Rejection(.locateUnexpected)
        }
    }

    /// What risk is told of an order of a margin account beside what it is told of every order.
    static func marginQuestion(
        _ placed: OrderPlaced,
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState
    ) -> MarginQuestion {
        let ask = placed.seen.ask.flatMap { $0 > .zero ? $0 : nil }
        return MarginQuestion(
            sheet: marginSheet(
                entry,
                placed.instrument,
                on: state.businessDate(at: posed.effectiveAt),
                state
            ),
            isShort: placed.side.isShort,
            ask: ask,
            ownerFree: ownerFree(placed.instrument, entry, state)
        )
    }

    /// The account's positions and open orders at the latest official marks.
    static func marginSheet(
        _ entry: AccountEntry,
        _ traded: InstrumentID = .none,
        on date: BusinessDate,
        _ state: ShardState
    ) -> MarginSheet {
        let books = entry.portfolio
        var lines: [InstrumentID: MarginLine] = [:]
        func add(_ instrument: InstrumentID) {
            guard lines[instrument] == nil else { return }
            let currency = books.currencyByID[instrument] ?? entry.opened.currency
            let mark = standingPrice(instrument, state).flatMap {
                worth(Int128($0.nanos), of: currency, in: entry.opened.currency, state)
            }
            lines[instrument] = MarginLine(
                position: books.position(instrument),
                mark: mark.map { Price(nanos: Int64(min($0, Int128(Price.nanosMax)))) },
                cost: books.cost(instrument),
                marginable: isMarginable(instrument, on: date, state)
            )
        }
        // ORDER: a dictionary is filled, whichever comes first.
        for instrument in books.positionByID.keys { add(instrument) }
        // ORDER: the same.
        for held in entry.risk.reservationByID.values { add(held.instrument) }
        if traded != .none { add(traded) }
        return MarginSheet(
            rates: MarginRegime.rates(on: date),
            lines: lines,
            equity: valuation(entry, ordering: entry.opened.currency, state)?.equity
        )
    }

    static func isMarginable(_ instrument: InstrumentID, on date: BusinessDate, _ state: ShardState) -> Bool {
        state.reference.terms(of: instrument, on: date)?.marginable ?? false
    }

    /// What the owner has of the instrument over all accounts, less what they have on offer as long sales, in
    /// units of 10⁻⁹; `entry` is the account as the decision sees it.
    private static func ownerFree(
        _ instrument: InstrumentID,
        _ entry: AccountEntry,
        _ state: ShardState
    ) -> Int128 {
        func free(_ entry: AccountEntry) -> Int128 {
            let offered = entry.risk.reservedShares[instrument] ?? .zero
            return Int128(entry.portfolio.position(instrument).nanos) - Int128(offered.nanos)
        }
        var sum = free(entry)
        for account in state.accountsByOwner[entry.opened.owner] ?? []
        where account != entry.opened.account {
            guard let other = state.accountByID[account] else { continue }
            sum += free(other)
        }
        return sum
    }

    /// Whether an order can only make a position smaller, when it asks for `wanted` or else for what it
    /// holds back; what it, the other order of its pair and the parent that it is a slice of hold back is
    /// left out of what is open.
    ///
    /// A sale of another account reduces, because risk lets none sell more than it has.
    static func reduces(
        _ placed: OrderPlaced,
        _ entry: AccountEntry,
        wanted: Quantity? = nil,
        sharing other: OrderID = .none,
        _ state: ShardState
    ) -> Bool {
        guard entry.opened.kind == .margin else { return placed.side != .buy }
        guard placed.side == .buy else { return !placed.side.isShort }
        let own = entry.risk.reservationByID[placed.order]?.buys
        let shared = entry.risk.buysHeld(by: placed.order, sharing: other)
        let parents = entry.risk.reservationByID[work(of: placed, state)]?.buys ?? .zero
        let open = Int128((entry.risk.pendingBuys[placed.instrument] ?? .zero).nanos)
        let free = Int128(shared.nanos) + Int128(parents.nanos)
        let short = -Int128(entry.portfolio.position(placed.instrument).nanos) - open + free
        return Int128((wanted ?? own ?? placed.quantity).nanos) <= short
    }

    /// What compliance is told of a short sale; `nil` of any other order.
    static func shortSale(_ placed: OrderPlaced, _ instrument: InstrumentRegistered) -> ShortSale? {
        guard placed.side.isShort else { return nil }
        return ShortSale(shortable: instrument.shortable, locate: placed.special.locate)
    }
}
