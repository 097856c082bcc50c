internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import ProjectionKit
internal import RiskLimits
internal import Sagas

/// A rule that refused, or that let pass with a warning.
public struct AuditFinding: Sendable {
    let position: Int64
    let check: RuleCheck

    static let columns = ["rule", "position", "place", "outcome", "limit_value", "found_value"]

    /// Those of an event, in its own order; rules that let pass without a word leave none.
    static func findings(in fact: RecordedFact) -> [AuditFinding] {
        checks(of: fact.event).filter { !$0.passed || $0.warned }.map {
            AuditFinding(position: fact.header.position, check: $0)
        }
    }

    private static func checks(of event: DomainEvent) -> [RuleCheck] {
        switch event {
        case .risk(.assessed(let fact)): fact.checks
        case .risk(.reassessed(let fact)): fact.checks
        case .compliance(.assessed(let fact)): fact.checks
        case .order(.rejected(let fact)): refusal(fact.code, fact.limit, fact.value)
        case .commandRejected(let fact): refusal(fact.code, fact.limit, fact.value)
        default: []
        }
    }

    private static func refusal(_ code: RejectionCode?, _ limit: Int128?, _ value: Int128?) -> [RuleCheck] {
        guard let code else { return [] }
        return [RuleCheck(code, passed: false, limit: limit, value: value)]
    }

    func write(to tuple: inout TupleWriter, _ place: Int32) {
        tuple.text(check.rule?.name ?? "UNKNOWN")
        tuple.int64(position)
        tuple.int32(place)
        tuple.text(check.passed ? "WARNED" : "REFUSED")
        tuple.amount(check.limit)
        tuple.amount(check.value)
    }
}
