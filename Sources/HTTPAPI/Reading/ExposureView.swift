internal import BifrostKernel
public import ReadModels
internal import Replays
internal import RiskLimits
public import Sagas

/// What an account is exposed to and how far its limits are used, as answers and the command line show it.
public struct ExposureView: Sendable {
    static let columns = [
        "symbol", "instrument", "sector", "currency", "quantity", "mark", "markDate", "stale", "value",
    ]

    let exposure: AccountExposure

    /// Shows this.
    public init(_ exposure: AccountExposure) { self.exposure = exposure }

    /// The holdings, one by one.
    var rows: [JSON] { exposure.lines.map(Self.row) }

    /// The whole answer; the drawdown is that of all closed days.
    public func json(_ drawdown: (now: ReturnFigure, most: ReturnFigure)) -> JSON {
        let worth = exposure.valuation
        func money(_ nanos: Int128?) -> JSON { .optional(nanos.map { Decimals.text($0) }) }
        return [
            "currency": .string(exposure.currency.code),
            "date": .string(exposure.date.text),
            "long": money(worth?.long),
            "short": money(worth?.short),
            "gross": money(worth.map { $0.long + $0.short }),
            "net": money(worth.map { $0.long - $0.short }),
            "equity": money(worth?.equity),
            "leverage": .optional(exposure.leverage),
            "drawdown": .optional(drawdown.now.text),
            "drawdownMax": .optional(drawdown.most.text),
            "positions": .array(rows),
            "currencies": .array(exposure.byCurrency.map(Self.currency)),
            "sectors": .array(exposure.bySector.map(Self.sector)),
            "reserved": reserved,
            "limitsVersion": exposure.limitsVersion.map { .count(Int64($0)) } ?? .null,
            "limits": .array(exposure.limitUses.map(Self.limit)),
            "killSwitch": .bool(exposure.killed),
            "shardKillSwitch": .bool(exposure.shardKilled),
            "callDeficit": .optional(exposure.marginCall?.deficit.text),
        ]
    }

    private static func row(_ line: ExposureLine) -> JSON {
        [
            "symbol": .string(line.symbol), "instrument": .string(line.instrument.id.text),
            "sector": .optional(line.sector.isEmpty ? nil : line.sector),
            "currency": .string(line.currency.code), "quantity": .string(line.quantity.text),
            "mark": .optional(line.mark?.text), "markDate": .optional(line.markDate?.text),
            "stale": .bool(line.isStale), "value": .string(line.value.text),
        ]
    }

    private static func currency(_ sum: ExposureSum) -> JSON {
        [
            "currency": .string(sum.currency.code), "long": .string(Decimals.text(sum.long)),
            "short": .string(Decimals.text(sum.short)), "gross": .string(Decimals.text(sum.gross)),
            "net": .string(Decimals.text(sum.net)), "positions": .count(Int64(sum.positions)),
        ]
    }

    private static func sector(_ sum: ExposureSum) -> JSON {
        [
            "currency": .string(sum.currency.code),
            "sector": .optional(sum.sector.isEmpty ? nil : sum.sector),
            "gross": .string(Decimals.text(sum.gross)), "net": .string(Decimals.text(sum.net)),
            "positions": .count(Int64(sum.positions)),
        ]
    }

    private var reserved: JSON {
        [
            "cash": .array(
                exposure.reservedCash.map {
                    ["currency": .string($0.currency.code), "amount": .string($0.amount.text)]
                }
            ),
            "units": .array(
                exposure.reservedUnits.map {
                    [
                        "symbol": .string($0.symbol), "instrument": .string($0.instrument.id.text),
                        "quantity": .string($0.quantity.text),
                    ]
                }
            ),
            "openOrders": .count(Int64(exposure.openOrders)),
        ]
    }

    private static func limit(_ use: LimitUse) -> JSON {
        [
            "rule": .string(use.rule), "unit": .string(use.unit), "limit": .optional(use.limit),
            "used": .optional(use.used), "fraction": .optional(use.fraction),
            "exceeded": .bool(use.isExceeded),
        ]
    }
}
