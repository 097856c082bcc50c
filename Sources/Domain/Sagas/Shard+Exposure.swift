public import BifrostKernel
internal import Portfolios
internal import References
public import RiskLimits

/// One holding as limits see it.
public struct ExposureLine: Hashable, Sendable {
    /// What is held.
    public let instrument: InstrumentID
    /// Its symbol today, its id where the shard knows none.
    public let symbol: String
    /// Its sector, empty where it has none.
    public let sector: String
    /// The currency of its mark and value.
    public let currency: Currency
    /// Long positive.
    public let quantity: Quantity
    /// Its official mark in units of today, `nil` where it has none.
    public let mark: Price?
    /// The day of the mark.
    public let markDate: BusinessDate?
    /// Whether there is no mark, or the account closed a day after that of the mark.
    public let isStale: Bool
    /// Quantity at its mark; zero without a mark.
    public let value: Money
}

/// Cash that open orders hold back in one currency.
public struct ReservedCash: Hashable, Sendable {
    /// The currency.
    public let currency: Currency
    /// How much.
    public let amount: Money
}

/// Units that open sales of an instrument hold back.
public struct ReservedUnits: Hashable, Sendable {
    /// What it is.
    public let instrument: InstrumentID
    /// Its symbol today, its id where the shard knows none.
    public let symbol: String
    /// How much of it.
    public let quantity: Quantity
}

/// What an account is exposed to, what binds it and how far that is used, at one moment.
public struct AccountExposure: Sendable {
    /// The currency of the account and of its limits.
    public let currency: Currency
    /// The open day.
    public let date: BusinessDate
    /// The holdings, in order of symbol.
    public let lines: [ExposureLine]
    /// What the positions are worth in the account's currency as the checks take it; `nil` when one has no
    /// mark, or a currency no rate.
    public let valuation: Valuation?
    /// The version of the limits that hold, `nil` where there are none.
    public let limitsVersion: UInt32?
    /// Each limit that stands between orders, with its use.
    public let uses: [RuleCheck]
    /// Cash that open orders hold back, in order of currency.
    public let reservedCash: [ReservedCash]
    /// Units that open orders hold back, in order of symbol.
    public let reservedUnits: [ReservedUnits]
    /// The number of orders that hold something back.
    public let openOrders: Int
    /// Whether the account's own kill switch is pulled.
    public let killed: Bool
    /// The margin call that is not covered yet.
    public let marginCall: MarginCallIssued?
    /// Whether the whole shard's kill switch is pulled.
    public let shardKilled: Bool
}

/// Holdings of one currency, or of one sector of it, at their marks.
public struct ExposureSum: Hashable, Sendable {
    /// The currency of all amounts here.
    public let currency: Currency
    /// The sector, empty for instruments without one; of a whole currency empty too.
    public let sector: String
    /// Long positions, in units of 10⁻⁹.
    public private(set) var long: Int128 = 0
    /// Short positions, above zero.
    public private(set) var short: Int128 = 0
    /// The number of positions.
    public private(set) var positions = 0
    /// Long and short together.
    public var gross: Int128 { long + short }
    /// Long less short.
    public var net: Int128 { long - short }

    fileprivate mutating func add(_ line: ExposureLine) {
        if line.value < .zero { short -= line.value.nanos } else { long += line.value.nanos }
        positions += 1
    }
}

extension AccountExposure {
    /// The holdings by currency, in its order.
    public var byCurrency: [ExposureSum] { sums { _ in "" } }
    /// The holdings by currency and sector, in their order.
    public var bySector: [ExposureSum] { sums(\.sector) }

    private func sums(_ sector: (ExposureLine) -> String) -> [ExposureSum] {
        var sums: [ExposureSum] = []
        for line in lines {
            let name = sector(line)
            let index = sums.firstIndex { $0.currency == line.currency && $0.sector == name } ?? sums.count
            if index == sums.count { sums.append(ExposureSum(currency: line.currency, sector: name)) }
            sums[index].add(line)
        }
        return sums.sorted { ($0.currency, $0.sector) < ($1.currency, $1.sector) }
    }
}

extension Shard {
    /// The exposure of an account at a time, by the figures that its next order would be judged by; `nil`
    /// where there is no such account.
    public static func exposure(
        of account: AccountID,
        in state: ShardState,
        at time: Timestamp
    ) -> AccountExposure? {
        guard let entry = state.accountByID[account] else { return nil }
        let base = entry.opened.currency
        let today = state.businessDate(at: time)
        let worth = valuation(entry, ordering: base, state)
        var uses = RiskBook.uses(
            standing(entry, state),
            in: base,
            worth,
            isMargin: entry.opened.kind == .margin,
            on: today,
            entry.risk
        )
        if entry.opened.kind == .margin {
            let sheet = marginSheet(entry, on: today, state)
            let needed = entry.risk.initialRequirement(sheet)
            let passed = sheet.equity.map { needed <= $0 } ?? false
            uses.append(
                RuleCheck(.initialMarginExceeded, passed: passed, limit: sheet.equity, value: needed)
            )
        }
        return AccountExposure(
            currency: base,
            date: today,
            lines: entry.portfolio.instruments.map { line($0, entry, today, state) }
                .sorted { ($0.symbol, $0.instrument) < ($1.symbol, $1.instrument) },
            valuation: worth,
            limitsVersion: entry.risk.limits(on: today)?.version,
            uses: uses,
            reservedCash: entry.risk.reservedCash.filter { $0.value != .zero }
                .map { ReservedCash(currency: $0.key, amount: $0.value) }
                .sorted { $0.currency < $1.currency },
            reservedUnits: entry.risk.reservedShares.filter { $0.value != .zero }
                .map { held in
                    let symbol = symbol(of: held.key, on: today, state)
                    return ReservedUnits(instrument: held.key, symbol: symbol, quantity: held.value)
                }
                .sorted { ($0.symbol, $0.instrument) < ($1.symbol, $1.instrument) },
            openOrders: entry.risk.reservationByID.count,
            killed: entry.risk.killed,
            marginCall: entry.risk.marginCall,
            shardKilled: state.killed
        )
    }

    /// What the account has, and what its open orders are for.
    private static func standing(_ entry: AccountEntry, _ state: ShardState) -> [StandingPosition] {
        let base = entry.opened.currency
        let ordered = entry.risk.reservationByID.values.map(\.instrument)
        // ORDER: they are sorted.
        return Set(entry.portfolio.instruments).union(ordered).sorted().map { instrument in
            let currency = currency(of: instrument, entry, state)
            return StandingPosition(
                instrument,
                currency,
                entry.portfolio.position(instrument),
                mark: standingPrice(instrument, state),
                rate: currency == base
                    ? nil : state.reference.exchange.rate(currency, in: base)?.rate
            )
        }
    }

    private static func currency(
        of instrument: InstrumentID,
        _ entry: AccountEntry,
        _ state: ShardState
    ) -> Currency {
        entry.portfolio.currencyByID[instrument] ?? state.reference.instrumentByID[instrument]?.currency
            ?? entry.opened.currency
    }

    private static func symbol(
        of instrument: InstrumentID,
        on date: BusinessDate,
        _ state: ShardState
    ) -> String {
        state.reference.terms(of: instrument, on: date)?.symbol.text ?? instrument.id.text
    }

    private static func line(
        _ instrument: InstrumentID,
        _ entry: AccountEntry,
        _ today: BusinessDate,
        _ state: ShardState
    ) -> ExposureLine {
        let terms = state.reference.terms(of: instrument, on: today)
        let mark = standingPrice(instrument, state)
        let date = state.reference.markByID[instrument]?.date
        let quantity = entry.portfolio.position(instrument)
        let closed = entry.portfolio.closedDay?.date
        return ExposureLine(
            instrument: instrument,
            symbol: symbol(of: instrument, on: today, state),
            sector: terms?.sector ?? "",
            currency: currency(of: instrument, entry, state),
            quantity: quantity,
            mark: mark,
            markDate: date,
            isStale: date.map { date in closed.map { date < $0 } ?? false } ?? true,
            value: mark.map { Money.notional($0, quantity, .halfAwayFromZero) } ?? .zero
        )
    }
}
