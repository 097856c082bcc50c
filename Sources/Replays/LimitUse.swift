internal import BifrostKernel
internal import RiskLimits
public import Sagas

/// One limit with how far it is used, for people and for programs; numbers as exact decimals.
public struct LimitUse: Equatable, Sendable {
    /// The code by which it refuses.
    public let rule: String
    /// What it counts: a currency, `BASIS_POINTS` or `ORDERS`.
    public let unit: String
    /// The limit, `nil` where it cannot be computed.
    public let limit: String?
    /// How much of it is used, `nil` where that cannot be computed.
    public let used: String?
    /// Used / limit, rounded down to nine decimals; `nil` without both, and of a limit of nothing.
    public let fraction: String?
    /// Whether more is used than the limit allows, or nobody can say: what adds risk is refused.
    public let isExceeded: Bool

    /// What a check compares.
    init(_ check: RuleCheck, _ currency: Currency) {
        rule = check.rule?.name ?? ""
        unit =
            switch check.rule {
            case .concentrationAboveLimit, .drawdownAboveLimit: "BASIS_POINTS"
            case .openOrdersAboveLimit: "ORDERS"
            default: currency.code
            }
        limit = check.limit.map { Decimals.text($0) }
        used = check.value.map { Decimals.text($0) }
        if let limit = check.limit, let value = check.value, limit > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: Int128(Decimals.nanosPerUnit))
            fraction = overflow ? nil : Decimals.text(product / limit)
        } else {
            fraction = nil
        }
        isExceeded = !check.passed
    }
}

extension AccountExposure {
    /// The limits that stand between orders, in the order of the checks.
    public var limitUses: [LimitUse] { uses.map { LimitUse($0, currency) } }

    /// Gross value of all positions / equity, rounded down to nine decimals; `nil` without equity, and where
    /// it cannot be computed.
    public var leverage: String? {
        guard let valuation, valuation.equity > 0 else { return nil }
        let gross = valuation.long + valuation.short
        let (product, overflow) = gross.multipliedReportingOverflow(by: Int128(Decimals.nanosPerUnit))
        return overflow ? nil : Decimals.text(product / valuation.equity)
    }
}
