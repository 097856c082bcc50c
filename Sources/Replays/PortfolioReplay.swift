internal import BifrostKernel
public import EventStore
internal import Portfolios
internal import References
public import Sagas

/// Folds one account's events into its books, at any position and as of any date.
///
/// A position asks what was known: events are folded in the order of the log. A date asks what was true:
/// bookings of that business date and before are folded in the order in which they took effect, and lots and
/// realised profit are derived from them in that order, whenever they became known.
public struct PortfolioReplay {
    private struct Booking {
        let effectiveAt: Timestamp
        let position: Int64
        let event: PortfolioEvent
    }

    private let point: ReplayPoint
    private var state = Portfolio.initial
    private var waiting: [Booking] = []
    private var days: [DayClosed] = []
    /// The last business date that was seen: what is known by position has the names of that day.
    private var today = BusinessDate(days: 0)

    private init(_ point: ReplayPoint) { self.point = point }

    /// The books of `account` at `point`.
    public static func fold(
        _ log: any EventLog,
        _ shard: ShardNumber,
        _ account: AccountOpened,
        _ point: ReplayPoint
    ) throws(ReplayError) -> PortfolioView {
        let walk = LogWalk(log, shard)
        let end = try walk.end(point.position)
        var replay = PortfolioReplay(point)
        try walk.events(.account(AccountOrdinal(account.account), after: 0), upTo: end) {
            event throws(ReplayError) in
            guard case .portfolio(let fact) = try walk.decode(event),
                point.date.map({ Self.counts(fact, event.header.businessDate, $0) }) ?? true
            else { return true }
            replay.take(fact, event.header)
            return true
        }
        replay.settle()
        replay.today = try walk.event(at: end)?.header.businessDate ?? replay.today
        let reference = try ReferenceReplay.fold(log, shard, upTo: end, asOf: point.date)
        return replay.view(account, end, reference)
    }

    /// Whether the event tells something about `date`: a correction does by its trade, whenever it came.
    private static func counts(_ event: PortfolioEvent, _ day: BusinessDate, _ date: BusinessDate) -> Bool {
        if case .tradeCorrected(let fact) = event { return fact.tradeDate <= date }
        return day <= date
    }

    private mutating func take(_ event: PortfolioEvent, _ header: EventHeader) {
        if case .dayClosed(let day) = event { days.append(day) }
        if point.date == nil {
            Portfolio.evolve(&state, by: event, at: header.effectiveAt)
        } else {
            waiting.append(Booking(effectiveAt: header.effectiveAt, position: header.position, event: event))
        }
    }

    private mutating func settle() {
        waiting.sort { ($0.effectiveAt, $0.position) < ($1.effectiveAt, $1.position) }
        // A trade that was reported after the end of its day is of a later one: its corrections count with
        // it, and wait for it where a clock put them in front.
        var early: [Booking] = []
        for booking in waiting {
            if isOfNoTrade(booking.event) {
                early.append(booking)
            } else {
                Portfolio.evolve(&state, by: booking.event, at: booking.effectiveAt)
            }
        }
        for booking in early where !isOfNoTrade(booking.event) {
            Portfolio.evolve(&state, by: booking.event, at: booking.effectiveAt)
        }
        waiting = []
    }

    private func isOfNoTrade(_ event: PortfolioEvent) -> Bool {
        guard case .tradeCorrected(let fact) = event else { return false }
        return !state.hasBooked(fact.execution, of: fact.instrument)
    }

    /// Profit derived from the lots in effective order; what was booked at a time may rest on trades of later
    /// dates.
    private func derived(_ currency: Currency) -> Int128 {
        // ORDER: a sum.
        state.tradesByID.reduce(0) { state.currencyByID[$1.key] == currency ? $0 + $1.value.realised : $0 }
    }

    /// Of what there is a position.
    private var held: [InstrumentID] {
        if point.date == nil { return state.instruments }
        return state.lotsByID.filter { $0.value.units != 0 }.keys.sorted()
    }

    /// The position; at a date that of its lots, because what was booked late came in the units of a later
    /// day.
    private func quantity(_ instrument: InstrumentID) -> Quantity {
        guard point.date != nil, let lots = state.lotsByID[instrument] else {
            return state.position(instrument)
        }
        return Int64(exactly: lots.units).flatMap { Quantity(exactly: $0) } ?? state.position(instrument)
    }

    private func view(_ account: AccountOpened, _ end: Int64, _ reference: ReferenceBook) -> PortfolioView {
        let currency = account.currency
        let money = Commodity.money(currency)
        let positions = held.map { holding($0, reference) }.sorted {
            ($0.symbol, $0.instrument) < ($1.symbol, $1.instrument)
        }
        let own = positions.filter { state.currencyByID[$0.instrument] == currency }
        let value = own.reduce(Int128(0)) { $0 + $1.value.nanos }
        let cost = own.reduce(Int128(0)) { $0 + $1.cost.nanos }
        let booked = (state.realised[currency] ?? .zero).nanos
        let foreign = foreign(account, positions, reference)
        let cash = state.ledger.lines.compactMap { line -> (currency: Currency, amount: Money)? in
            guard line.key.account == .cashSettled, case .money(let currency) = line.key.commodity else {
                return nil
            }
            return (currency, Money(clamping: line.balance))
        }
        return PortfolioView(
            account: account,
            position: end,
            asOf: point.date,
            cash: cash.isEmpty ? [(currency, .zero)] : cash,
            receivable: state.receivable(currency),
            payable: state.payable(currency),
            positions: positions,
            realised: Money(clamping: point.date == nil ? booked : derived(currency)),
            unrealised: Money(clamping: value - cost),
            fees: Money(clamping: state.ledger.expense(currency)),
            feesByKind: state.fees(currency),
            contributions: Money(clamping: -state.ledger.balance(.contributedEquity, money)),
            foreign: foreign,
            translation: days.last?.translation,
            equity: Money(
                clamping: state.money(in: currency) + value
                    + foreign.reduce(Int128(0)) { $0 + ($1.value ?? .zero).nanos }
            ),
            days: days,
            state: state
        )
    }

    private func foreign(
        _ account: AccountOpened,
        _ positions: [PositionView],
        _ reference: ReferenceBook
    ) -> [TranslatedBalance] {
        let rates = state.foreignCurrencies(beside: account.currency).map { currency in
            let standing = reference.exchange.rate(currency, in: account.currency)
            return RateSeen(currency, standing?.rate, of: standing?.date)
        }
        let marks = positions.map { MarkSeen($0.instrument, $0.mark, stale: $0.isStale) }
        return state.translated(marks: marks, rates: rates).filter { !$0.isEmpty }
    }

    private func holding(_ instrument: InstrumentID, _ reference: ReferenceBook) -> PositionView {
        let quantity = quantity(instrument)
        let cost = state.cost(instrument)
        let mark = reference.markByID[instrument].map { mark in
            reference.adjusted(mark, of: instrument) { state.appliedActions.contains($0.action) }
        }
        let value = mark.map { Money.notional($0.price, quantity, .halfAwayFromZero) } ?? .zero
        let present = point.date ?? days.last?.date
        return PositionView(
            instrument: instrument,
            symbol: reference.terms(of: instrument, on: point.date ?? today)?.symbol.text
                ?? instrument.id.text,
            quantity: quantity,
            cost: cost,
            averageCost: Self.average(cost, quantity),
            mark: mark?.price,
            markDate: mark?.date,
            isStale: mark.map { $0.date < present ?? $0.date } ?? true,
            value: value,
            unrealised: Money(clamping: value.nanos - cost.nanos)
        )
    }

    /// Cost / quantity, rounded half away from zero; both have the same sign.
    private static func average(_ cost: Money, _ quantity: Quantity) -> Price {
        guard quantity != .zero else { return .zero }
        let scaled = cost.nanos.magnitude * UInt128(Decimals.nanosPerUnit)
        let whole = UInt128(quantity.nanos.magnitude)
        let rounded = min((scaled + whole / 2) / whole, UInt128(Price.nanosMax))
        return Price(
            nanos: Int64(rounded) * (cost.nanos.signum() * Int128(quantity.nanos.signum()) < 0 ? -1 : 1)
        )
    }
}
