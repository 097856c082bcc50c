internal import BifrostKernel
internal import EventStore
internal import PortfolioViewProjection
internal import Portfolios
internal import ProjectionKit
internal import ReadModels
internal import References
internal import Replays
internal import Sagas

/// What an account earned: profit and loss since it was opened, and returns over some of its closed days.
struct ReturnView: Sendable {
    let results: [ResultFigures]
    let figures: ReturnFigures

    var json: JSON {
        [
            "results": .array(results.map(Self.row)),
            "first": .optional(figures.first?.text),
            "last": .optional(figures.last?.text),
            "days": .count(Int64(figures.days)),
            "opening": .string(figures.opening.text),
            "closing": .string(figures.closing.text),
            "paidIn": .string(figures.paidIn.text),
            "paidOut": .string(figures.paidOut.text),
            "gain": .string(figures.gain.text),
            "timeWeighted": .optional(figures.timeWeighted.text),
            "timeWeightedAnnual": .optional(figures.timeWeightedAnnual?.text),
            "moneyWeighted": .optional(figures.moneyWeighted.text),
            "drawdown": .optional(figures.drawdown.text),
            "drawdownMax": .optional(figures.drawdownMax.text),
            "undefined": .optional(figures.timeWeighted.reason ?? figures.moneyWeighted.reason),
            "estimatedDays": .count(Int64(figures.estimatedDays)),
        ]
    }

    private static func row(_ result: ResultFigures) -> JSON {
        [
            "currency": .string(result.currency), "contributed": .string(result.contributed),
            "realised": .string(result.realised), "unrealised": .string(result.unrealised),
            "income": .string(result.income), "expense": .string(result.expense),
            "total": .string(result.total), "equity": .string(result.equity),
        ]
    }

    /// The same by folding the log through a position: the rows of the read model as its projection makes
    /// them, positions as they are replayed.
    ///
    /// Blocks.
    static func fold(
        _ account: AccountID,
        from first: BusinessDate,
        through last: BusinessDate,
        position: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> ReturnView {
        let folded = try FoldedPortfolio(account, through: position, log, shard)
        let positions = try HoldingView.books(account, ReplayPoint(position: position), log, shard)
        let results = folded.cash.map { cash in
            let held = positions?.positions.filter {
                positions?.state.currencyByID[$0.instrument] == cash.currency
            }
            return ResultFigures(cash, held ?? [])
        }
        let days = folded.days.filter { $0.date <= last }
        return ReturnView(
            results: results,
            figures: ReturnFigures(days.filter { $0.date >= first }, after: days.last { $0.date < first })
        )
    }
}

extension ResultFigures {
    /// What view `results` has of a currency.
    fileprivate init(_ cash: CashRow, _ held: [PositionView]) {
        let value = held.reduce(Int128(0)) { $0 + $1.value.nanos }
        let unrealised = held.reduce(Int128(0)) { $0 + $1.unrealised.nanos }
        func sum(_ ledgers: LedgerAccount...) -> Int128 {
            ledgers.reduce(0) { $0 + cash.sum($1).nanos }
        }
        let earned = -sum(.realisedProfit, .income, .expense, .rounding)
        let money = sum(
            .cashSettled,
            .cashReceivable,
            .cashPayable,
            .dividendsReceivable,
            .interestAccrued,
            .feesAccrued
        )
        self.init(
            currency: cash.currency.code,
            contributed: Money(clamping: -sum(.contributedEquity)).text,
            realised: Money(clamping: -sum(.realisedProfit)).text,
            unrealised: Money(clamping: unrealised).text,
            income: Money(clamping: -sum(.income)).text,
            expense: Money(clamping: sum(.expense)).text,
            total: Money(clamping: earned + unrealised).text,
            equity: Money(clamping: money + value).text
        )
    }
}

/// The rows that the read model `portfolio` has of one account, folded in memory by its own projection.
struct FoldedPortfolio {
    /// In order of currency.
    private(set) var cash: [CashRow] = []
    /// The closed days, oldest first.
    private(set) var days: [ReturnDay] = []

    init(
        _ account: AccountID,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) {
        var facts: [RecordedFact] = []
        var imported: Set<InstrumentID> = []
        func read(
            _ selection: LogSelection,
            where concerns: (EventPages.Read) -> Bool
        ) throws(ReadError) {
            try EventPages.read(log, shard, selection, through: through) { read in
                // The projection looks at what an event says, and not at its bytes.
                if concerns(read) { facts.append(RecordedFact(read.header, payload: [], read.event)) }
            }
        }
        for kind in [StreamKind.account, .portfolio] {
            let stream = StreamOrdinal(kind, of: account.id)
            try read(.stream(AccountOrdinal(account), stream, afterVersion: 0)) {
                if case .portfolio(.positionImported(let lot)) = $0.event { imported.insert(lot.instrument) }
                return true
            }
        }
        // Of global facts only what a lot was worth when it came in matters here.
        if !imported.isEmpty {
            try read(.stream(.none, .reference, afterVersion: 0)) {
                guard case .reference(.copied(_, .marksRecorded(let marks))) = $0.event else { return false }
                return marks.marks.contains { imported.contains($0.instrument) }
            }
            facts.sort { $0.header.position < $1.header.position }
        }
        var rows = RowCache<PortfolioRow>()
        for fact in facts {
            for key in PortfolioProjection.keys(of: fact) where !rows.contains(key) { rows.put(key, nil) }
            do throws(ProjectionFault) {
                try PortfolioProjection.apply(fact, to: &rows)
            } catch {
                throw .corrupt("position \(fact.header.position): \(error)")
            }
        }
        rows.takeAppended { if case .day(let row) = $0 { days.append(ReturnDay(row)) } }
        rows.takeChanges { row, _, _ in
            if case .cash(let row) = row { cash.append(row) }
            return 0
        }
        cash.sort { $0.currency < $1.currency }
    }
}
