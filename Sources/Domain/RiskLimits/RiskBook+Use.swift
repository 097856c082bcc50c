public import BifrostKernel

/// An instrument that an account has, or may come to have by its open orders, as limits see it.
public struct StandingPosition: Hashable, Sendable {
    /// What it is.
    public var instrument: InstrumentID
    /// The currency that it is priced in.
    public var currency: Currency
    /// Long positive.
    public var quantity: Quantity
    /// Its official mark, `nil` where it has none.
    public var mark: Price?
    /// What a unit of its currency is worth in the account's, where that is another one and has a rate.
    public var rate: ExchangeRate?
    /// Puts the parts together.
    public init(
        _ instrument: InstrumentID,
        _ currency: Currency,
        _ quantity: Quantity,
        mark: Price?,
        rate: ExchangeRate?
    ) {
        self.instrument = instrument
        self.currency = currency
        self.quantity = quantity
        self.mark = mark
        self.rate = rate
    }
}

/// How far limits are used before any further order.
extension RiskBook {
    /// What the checks would compare for an order of nothing: each limit that stands between orders, in the
    /// order of the checks, with how much of it positions and open orders use.
    ///
    /// Of limits of one position the largest counts. A figure that cannot be computed is `nil` and has not
    /// passed, as it refuses what adds risk.
    public static func uses(
        _ positions: [StandingPosition],
        in base: Currency,
        _ valuation: Valuation?,
        isMargin: Bool,
        on date: BusinessDate,
        _ state: RiskState
    ) -> [RuleCheck] {
        guard let limits = state.limits(on: date) else { return [] }
        var fact = RiskAssessed()
        if let most = limits.openOrdersMax {
            add(.openOrdersAboveLimit, Int128(state.reservationByID.count) * unit, Int128(most) * unit, &fact)
        }
        var whole = limits
        (whole.positionValueMax, whole.concentrationMax) = (nil, nil)
        var each = AccountLimitsSet()
        (each.positionValueMax, each.concentrationMax) = (limits.positionValueMax, limits.concentrationMax)
        var largest: [RejectionCode: RuleCheck] = [:]
        var question = RiskQuestion()
        question.valuation = valuation
        for position in positions {
            question.instrument = position.instrument
            question.currency = position.currency
            question.isForeign = position.currency != base
            question.exchangeRate = position.rate
            question.position = position.quantity
            question.referencePrice = position.mark
            for check in ofNothing(question, isMargin: isMargin, each, state) {
                guard let rule = check.rule else { continue }
                largest[rule] = largest[rule].map { larger($0, check) } ?? check
            }
        }
        for (rule, most) in [
            (RejectionCode.positionValueAboveLimit, each.positionValueMax.map(\.nanos)),
            (.concentrationAboveLimit, each.concentrationMax.map { Int128($0.micros) * 1000 }),
        ] {
            guard let most else { continue }
            fact.checks.append(largest[rule] ?? RuleCheck(rule, passed: true, limit: most, value: 0))
        }
        var nothing = RiskQuestion()
        nothing.currency = base
        nothing.valuation = valuation
        fact.checks += ofNothing(nothing, isMargin: isMargin, whole, state)
        return fact.checks
    }

    /// The checks of exposure for an order of nothing; in a margin account of the side that uses more.
    private static func ofNothing(
        _ question: RiskQuestion,
        isMargin: Bool,
        _ limits: AccountLimitsSet,
        _ state: RiskState
    ) -> [RuleCheck] {
        func checks(_ question: RiskQuestion) -> [RuleCheck] {
            var fact = RiskAssessed()
            fact.instrument = question.instrument
            fact.currency = question.currency
            checkExposure(question, limits, state, &fact)
            return fact.checks
        }
        guard isMargin else { return checks(question) }
        let sheet = MarginSheet(rates: MarginRegime.rates(on: question.today), lines: [:], equity: nil)
        func side(isShort: Bool) -> [RuleCheck] {
            var question = question
            question.isBuy = !isShort
            question.margin = MarginQuestion(sheet: sheet, isShort: isShort, ask: nil, ownerFree: 0)
            return checks(question)
        }
        return zip(side(isShort: false), side(isShort: true)).map(larger)
    }

    /// The one of two checks of a rule that uses more; one that cannot be computed before any other.
    private static func larger(_ one: RuleCheck, _ other: RuleCheck) -> RuleCheck {
        guard let left = one.value else { return one }
        guard let right = other.value else { return other }
        return left >= right ? one : other
    }
}
