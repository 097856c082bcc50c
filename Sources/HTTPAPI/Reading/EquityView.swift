internal import BifrostKernel
internal import EventStore
internal import Portfolios
internal import ReadModels
internal import Sagas

/// What an account was worth at the close of each day.
enum EquityView {
    static let columns = [
        "date", "position", "currency", "equity", "settledCash", "positionValue", "realised", "unrealised",
        "staleMarks",
    ]
    /// Most days in one answer: more than forty years.
    static let daysMax = 11_000
    /// The first day of year 1 and the last of year 9999, before and behind which nothing was closed.
    static let dayMin = BusinessDate(days: -719_162)
    static let dayMax = BusinessDate(days: 2_932_896)

    /// The closes from `from` to `to` that the log up to position `through` has, oldest first; a day that was
    /// closed again stands once, as it was closed last.
    ///
    /// Blocks.
    static func list(
        _ account: AccountID,
        from: BusinessDate?,
        to: BusinessDate?,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [JSON] {
        var rows: [(date: BusinessDate, json: JSON)] = []
        let stream = StreamOrdinal(.portfolio, of: account.id)
        let selection = LogSelection.stream(AccountOrdinal(account), stream, afterVersion: 0)
        let isClose: (EventHeader) -> Bool = { $0.type == DayClosed.eventType }
        try EventPages.read(log, shard, selection, through: through, where: isClose) { read in
            guard case .portfolio(.dayClosed(let fact)) = read.event, fact.date >= from ?? fact.date,
                fact.date <= to ?? fact.date
            else { return }
            while let last = rows.last, last.date >= fact.date { rows.removeLast() }
            rows.append((fact.date, row(fact, read.header.position)))
        }
        return rows.suffix(daysMax).map(\.json)
    }

    /// A point of the curve as the portfolio's read model has it.
    static func row(_ point: EquityPoint) -> JSON {
        [
            "date": .string(point.date), "position": .count(point.position),
            "currency": .string(point.currency),
            "equity": .string(point.equity), "settledCash": .string(point.settledCash),
            "positionValue": .string(point.positionValue), "realised": .string(point.realised),
            "unrealised": .string(point.unrealised), "staleMarks": .count(point.staleMarks),
        ]
    }

    private static func row(_ fact: DayClosed, _ position: Int64) -> JSON {
        [
            "date": .string(fact.date.text), "position": .count(position),
            "currency": .string(fact.currency.code),
            "equity": .string(fact.equity.text), "settledCash": .string(fact.settledCash.text),
            "positionValue": .string(fact.positionValue.text), "realised": .string(fact.realised.text),
            "unrealised": .string(fact.unrealised.text), "staleMarks": .count(Int64(fact.staleMarks)),
        ]
    }
}
