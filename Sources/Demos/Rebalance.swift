internal import BifrostKernel
internal import Portfolios

/// Equal weights in whole shares at the day's closes.
struct Rebalance {
    /// One order that the rebalance wants.
    struct Leg: Equatable {
        let index: Int
        let shares: Int64
    }

    /// What is kept back in cash: 0.25 % of equity.
    static let buffer = BasisPoints(25)
    /// What the paper venue takes: 5 basis points of the traded amount.
    static let commission = BasisPoints(5)

    let closes: [Price]
    let instruments: [InstrumentID]

    /// What the account is worth at the closes.
    func equity(_ state: PortfolioState) -> Money {
        zip(instruments, closes).reduce(state.cash(.usd)) { sum, pair in
            sum + Money.notional(pair.1, state.position(pair.0), .halfAwayFromZero)
        }
    }

    /// Shares wanted less shares held, for each instrument.
    func differences(_ state: PortfolioState) -> [Int64] {
        let equity = equity(state)
        let investable = equity.nanos - (equity.basisPoints(Self.buffer, .awayFromZero) ?? .zero).nanos
        return zip(instruments, closes).map { instrument, close in
            let target = investable / Int128(closes.count) / Int128(close.nanos)
            let held = state.position(instrument).nanos / Decimals.nanosPerUnit
            return Int64(clamping: target) - held
        }
    }

    /// What to sell, by the account at the start of the day.
    func sells(_ start: PortfolioState) -> [Leg] {
        differences(start).enumerated().filter { $0.element < 0 }.map {
            Leg(index: $0.offset, shares: -$0.element)
        }
    }

    /// What to buy with the cash that is there after the sells, less the buffer and the fees: all that is
    /// wanted, or the same share of each when the cash does not reach.
    func buys(start: PortfolioState, afterSells: PortfolioState) -> [Leg] {
        let wanted = differences(start).enumerated().filter { $0.element > 0 }
        let buffer = equity(start).basisPoints(Self.buffer, .awayFromZero) ?? .zero
        let budget = afterSells.cash(.usd) - buffer
        guard budget > .zero else { return [] }
        let needed = wanted.reduce(Int128(0)) { $0 + cost($1.offset, $1.element).nanos }
        return wanted.compactMap { index, shares in
            let affordable = needed <= budget.nanos ? shares : Int64(Int128(shares) * budget.nanos / needed)
            return affordable > 0 ? Leg(index: index, shares: affordable) : nil
        }
    }

    /// Price × shares and the commission, both rounded up to a cent, as risk will hold it back.
    private func cost(_ index: Int, _ shares: Int64) -> Money {
        let amount = Money.notional(closes[index], Quantity(units: shares), .awayFromZero)
            .rounded(to: .usd, .awayFromZero)
        let fee = amount.basisPoints(Self.commission, .awayFromZero) ?? .zero
        return amount + fee.rounded(to: .usd, .awayFromZero)
    }
}
