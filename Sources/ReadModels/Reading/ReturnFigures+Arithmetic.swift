// Time-weighted: the product of (closeₜ + paid outₜ) / (closeₜ₋₁ + paid inₜ), less one. What comes in counts
// from the beginning of its day and what goes out to the end of it, so that money never earns before it is
// there and a day on which all is taken out has its return.
//
// Money-weighted: the rate r at which the sum of flowᵢ / (1 + r)^(dᵢ / 365) is zero, dᵢ in calendar days, as
// XIRR of spreadsheets has it. With g = (1 + r)^(1 / 365) every exponent is whole, so that integers do.

internal import BifrostKernel

extension ReturnFigures {
    /// The figures of `days`, ascending, behind a close.
    public init(_ days: [ReturnDay], after before: ReturnDay?) {
        let opening = before?.equity ?? .zero
        let paidIn = days.reduce(Int128(0)) { $0 + $1.paidIn.nanos }
        let paidOut = days.reduce(Int128(0)) { $0 + $1.paidOut.nanos }
        let closing = days.last?.equity ?? opening
        let start = before?.date.days ?? days.first.map { $0.date.days - 1 } ?? 0
        let length = UInt32(clamping: (days.last?.date.days ?? start) - start)
        let chain = Self.timeWeighted(days, opening)
        let growth = chain.map(\.growth)
        var annual: ReturnFigure?
        if length >= 365, case .success(let growth) = growth {
            annual = growth.annual(days: length).map { .rate($0.rate) } ?? .none(.beyondBounds)
        }
        self.init(
            first: days.first?.date,
            last: days.last?.date,
            days: length,
            opening: opening,
            closing: closing,
            paidIn: Money(clamping: paidIn),
            paidOut: Money(clamping: paidOut),
            gain: Money(clamping: closing.nanos + paidOut - opening.nanos - paidIn),
            timeWeighted: ReturnFigure(growth),
            timeWeightedAnnual: annual,
            moneyWeighted: ReturnFigure(Self.moneyWeighted(days, opening, from: start)),
            drawdown: ReturnFigure(chain.map(\.fall)),
            drawdownMax: ReturnFigure(chain.map(\.lowest)),
            estimatedDays: days.count { $0.isEstimated }
        )
    }

    /// How far the chained returns of all closed days, ascending, are below their highest point, and the
    /// farthest that they were; without the rest of the figures, which cost more.
    public static func drawdown(of days: [ReturnDay]) -> (now: ReturnFigure, most: ReturnFigure) {
        let chain = timeWeighted(days, .zero)
        return (ReturnFigure(chain.map(\.fall)), ReturnFigure(chain.map(\.lowest)))
    }

    /// Daily returns in a row, with how far they are below their highest point.
    private struct GrowthChain {
        private(set) var growth = GrowthFactor.one
        private var peak = GrowthFactor.one
        private(set) var fall = GrowthFactor.one
        private(set) var lowest = GrowthFactor.one

        /// Adds a day; `false` when that leaves the bounds.
        mutating func add(_ factor: GrowthFactor) -> Bool {
            guard let next = growth.times(factor) else { return false }
            growth = next
            peak = max(peak, growth)
            fall = GrowthFactor.ratio(growth.units, peak.units) ?? .one
            lowest = min(lowest, fall)
            return true
        }
    }

    private static func timeWeighted(
        _ days: [ReturnDay],
        _ opening: Money
    ) -> Result<GrowthChain, NoReturnError> {
        guard !days.isEmpty else { return .failure(.init(.noDays)) }
        var chain = GrowthChain()
        var start = opening.nanos
        for day in days {
            let (before, after) = (start + day.paidIn.nanos, day.equity.nanos + day.paidOut.nanos)
            start = day.equity.nanos
            // Nothing was there, and nothing came of it.
            if before == 0, after == 0 { continue }
            guard before > 0 else { return .failure(.init(.nothingInvested(day.date))) }
            guard after >= 0 else { return .failure(.init(.belowZero(day.date))) }
            guard let factor = GrowthFactor.ratio(after.magnitude, before.magnitude), chain.add(factor) else {
                return .failure(.init(.beyondBounds))
            }
        }
        return .success(chain)
    }

    /// A flow of the owner: what is paid into the account is below zero.
    private struct Flow {
        let day: UInt32
        let nanos: Int128
    }

    /// Flows are scaled to about as much, so that rounding is not seen in twelve decimals of a rate; a
    /// hundred thousand of them still have a sum.
    private static let largest = UInt128(100_000_000_000_000_000) * 1_000_000_000_000_000

    private static func scaled(_ flows: [Flow]) -> [Flow] {
        let most = flows.reduce(UInt128(1)) { max($0, $1.nanos.magnitude) }
        let factor = Int128(max(largest / most, 1))
        return flows.map { Flow(day: $0.day, nanos: $0.nanos * factor) }
    }

    private static func flows(_ days: [ReturnDay], _ opening: Money, from start: Int32) -> [Flow] {
        var flows: [Flow] = []
        func add(_ date: Int32, _ nanos: Int128) {
            let day = UInt32(clamping: date - start)
            if let last = flows.last, last.day == day {
                flows[flows.count - 1] = Flow(day: day, nanos: last.nanos + nanos)
            } else if nanos != 0 {
                flows.append(Flow(day: day, nanos: nanos))
            }
        }
        add(start, -opening.nanos)
        var before = start
        for day in days {
            // What comes in counts from the close before, as it does in the time-weighted return.
            add(before, -day.paidIn.nanos)
            add(day.date.days, day.paidOut.nanos)
            before = day.date.days
        }
        add(before, days.last?.equity.nanos ?? 0)
        return scaled(flows.filter { $0.nanos != 0 })
    }

    private static func moneyWeighted(
        _ days: [ReturnDay],
        _ opening: Money,
        from start: Int32
    ) -> Result<GrowthFactor, NoReturnError> {
        guard !days.isEmpty else { return .failure(.init(.noDays)) }
        let flows = flows(days, opening, from: start)
        guard flows.contains(where: { $0.nanos < 0 }), flows.contains(where: { $0.nanos > 0 }) else {
            return .failure(.init(.oneWay))
        }
        guard let daily = solve(flows) else { return .failure(.init(.noRate)) }
        guard let yearly = daily.power(365) else { return .failure(.init(.beyondBounds)) }
        return .success(yearly)
    }

    /// Yearly growths at which the sign is looked at, outwards from 1, in thousandths: the root nearest to no
    /// gain is the one that is told where there are several.
    private static let gridUp: [UInt128] = [
        1_050, 1_100, 1_200, 1_500, 2_000, 5_000, 10_000, 100_000, 1_000_000, 100_000_000,
    ]

    /// The daily growth at which the flows are worth nothing, `nil` when there is none on the grid.
    private static func solve(_ flows: [Flow]) -> GrowthFactor? {
        guard let atOne = sign(flows, .one) else { return nil }
        if atOne == 0 { return .one }
        var (low, high) = (GrowthFactor.one, GrowthFactor.one)
        for step in gridUp {
            let up = GrowthFactor(units: GrowthFactor.unitsPerOne / 1_000 * step).root(365)
            let down = GrowthFactor(units: GrowthFactor.unitsPerOne / step * 1_000).root(365)
            if let there = sign(flows, up), there != atOne { return bisect(flows, high, up, atOne) }
            if let there = sign(flows, down), there != atOne { return bisect(flows, low, down, atOne) }
            (low, high) = (down, up)
        }
        return nil
    }

    private static func bisect(
        _ flows: [Flow],
        _ near: GrowthFactor,
        _ far: GrowthFactor,
        _ signNear: Int
    ) -> GrowthFactor? {
        var (near, far) = (near.units, far.units)
        while max(near, far) - min(near, far) > 1 {
            let middle = min(near, far) + (max(near, far) - min(near, far)) / 2
            guard let there = sign(flows, GrowthFactor(units: middle)) else { return nil }
            if there == signNear { near = middle } else { far = middle }
        }
        return GrowthFactor(units: far)
    }

    /// The sign of what all flows come to at a daily growth: at the first day for growth above 1, at the last
    /// for growth below, so that every factor is at most 1; `nil` beyond 128 bits.
    private static func sign(_ flows: [Flow], _ growth: GrowthFactor) -> Int? {
        guard let last = flows.last?.day else { return 0 }
        let isGain = growth >= .one
        let base = isGain ? GrowthFactor.ratio(GrowthFactor.unitsPerOne, growth.units) : growth
        guard let base else { return nil }
        var sum: Int128 = 0
        var factor = GrowthFactor.one
        var at: UInt32 = isGain ? 0 : last
        for flow in isGain ? flows : flows.reversed() {
            let gap = isGain ? flow.day - at : at - flow.day
            at = flow.day
            guard let step = base.power(gap), let next = factor.times(step),
                let worth = next.applied(to: flow.nanos)
            else { return nil }
            factor = next
            let (total, overflow) = sum.addingReportingOverflow(worth)
            guard !overflow else { return nil }
            sum = total
        }
        return Int(sum.signum())
    }
}

/// Why there is no figure, as an error of a result.
private struct NoReturnError: Error {
    let reason: NoReturn
    init(_ reason: NoReturn) { self.reason = reason }
}

extension ReturnFigure {
    fileprivate init(_ growth: Result<GrowthFactor, NoReturnError>) {
        switch growth {
        case .success(let growth): self = .rate(growth.rate)
        case .failure(let error): self = .none(error.reason)
        }
    }
}
