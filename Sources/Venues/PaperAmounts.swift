internal import BifrostKernel
internal import Orders

/// What a trade costs, each figure rounded once to what can be paid.
struct PaperAmounts: Equatable {
    /// Price × quantity, rounded half away from zero.
    let settlement: Money
    /// What the trade adds to the commission of its order.
    let commission: Money
    /// Fees beside it, each rounded up.
    let fees: [Fee]

    /// What a trade of `entry` on `date` costs beside its other trades, in place of the one called
    /// `replaced`; `nil` when a figure leaves the bounds of money.
    init?(
        _ price: Price,
        _ quantity: Quantity,
        of entry: PaperBook.Entry,
        on date: BusinessDate,
        _ rules: PaperRules,
        replacing replaced: String? = nil
    ) {
        let (currency, isSale) = (entry.terms.currency, entry.terms.side != .buy)
        // Counted in minor units, so that the figure is not rounded twice: at most 10³⁶ / 10¹⁵, then × 10¹².
        let minorUnitNanos = currency.minorUnitNanos
        let product = Int128(price.nanos) * Int128(quantity.nanos)
        let settled = Self.divide(product, by: Int128(Decimals.nanosPerUnit) * minorUnitNanos)
        guard let settlement = Money(exactly: settled * minorUnitNanos) else { return nil }
        var charge = entry.charge(rules, replacing: replaced)
        let schedule = rules.schedule(on: date)
        charge.order.add(settlement: settlement, quantity, on: date, schedule)
        guard let commission = charge.due,
            let fees = schedule.fees(price, quantity, settlement: settlement, isSale: isSale, currency)
        else { return nil }
        self.settlement = settlement
        self.commission = commission
        self.fees = fees
    }

    /// What the trade does to cash, `nil` beyond the bounds of money.
    func cashFlow(_ side: Side) -> Money? {
        (side == .buy ? -settlement : settlement).adding(-commission)?.adding(Money(clamping: -fees.nanos))
    }

    private static func divide(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        guard remainder.magnitude * 2 >= divisor.magnitude else { return quotient }
        return quotient + (value < 0 ? -1 : 1)
    }
}

/// The commission of an order as its trades stand, and what those bear of it already.
struct PaperCharge {
    var order: OrderCommission
    /// In units of 10⁻⁹.
    var borne: Int128 = 0

    /// What the trade that changes the order bears; `nil` beyond the bounds of money.
    var due: Money? { order.amount.flatMap { Money(exactly: $0.nanos - borne) } }
}

extension PaperBook.Entry {
    /// The commission of the trades that stand, by the schedules of their dates, without the one called
    /// `replaced`.
    func charge(_ rules: PaperRules, replacing replaced: String? = nil) -> PaperCharge {
        var charge = PaperCharge(order: OrderCommission(terms.currency))
        for fact in story {
            guard case .executed(let execution) = fact, execution.report.venueExecutionID != replaced else {
                continue
            }
            let report = execution.report
            let schedule = rules.schedule(on: report.tradeDate)
            switch revision(of: report.venueExecutionID) {
            case .busted(let bust): charge.borne += (bust.fact.commission ?? .zero).nanos
            case .corrected(let correction):
                let now = correction.fact
                charge.borne += now.commission.nanos
                charge.order.add(
                    settlement: now.settlementAmount,
                    now.quantity,
                    on: report.tradeDate,
                    schedule
                )
            default:
                charge.borne += report.commission.nanos
                charge.order.add(
                    settlement: report.settlementAmount,
                    report.quantity,
                    on: report.tradeDate,
                    schedule
                )
            }
        }
        return charge
    }

    private func revision(of trade: String) -> PaperFact? {
        story.first { $0.revision?.revisedVenueExecutionID == trade }
    }
}
