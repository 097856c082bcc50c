import BifrostKernel
import References

/// Schedules as brokers publish them, with rates of the market and their dates.
enum Tariff {
    /// Exchange Act section 31 from 2024-05-22: 27.80 USD per million; FINRA's trading activity fee from
    /// 2024-01-01: 0.000166 USD a share, 8.30 USD a trade at most.
    static let marketFees = [
        FeeRate(.sec, rate: rate("0.278"), on: [.sell]),
        FeeRate(.taf, perShare: price("0.000166"), maximum: money("8.30"), on: [.sell]),
    ]

    static func price(_ text: String) -> Price { (try? Price(text)) ?? .zero }
    static func money(_ text: String) -> Money { (try? Money(text)) ?? .zero }
    /// Basis points.
    static func rate(_ text: String) -> BasisPoints {
        BasisPoints(micros: price(text).nanos / 1000) ?? BasisPoints(0)
    }

    static func terms(
        perShare: String? = nil,
        minimum: String? = nil,
        maximum: String? = nil,
        fees: [FeeRate] = []
    ) -> FeeTerms {
        var terms = FeeTerms()
        terms.perShare = perShare.map(price)
        terms.minimum = minimum.map(money)
        terms.maximum = maximum.map(money)
        terms.fees = fees
        return terms
    }

    /// Half a cent a share, at least 1 and at most 25 an order, and the fees of the market.
    static let full = FeeSchedule(
        BasisPoints(0),
        .terms(terms(perShare: "0.005", minimum: "1", maximum: "25", fees: marketFees))
    )

    static func set(_ schedule: FeeSchedule, from date: BusinessDate) -> FeeScheduleSet {
        var fact = FeeScheduleSet()
        fact.venue = "paper"
        fact.commission = schedule.commission
        fact.validFrom = date
        guard let terms = schedule.extra.terms else { return fact }
        fact.perShare = terms.perShare
        fact.minimum = terms.minimum
        fact.maximum = terms.maximum
        fact.fees = terms.fees
        fact.currency = terms.currency
        fact.source = "test"
        return fact
    }
}
