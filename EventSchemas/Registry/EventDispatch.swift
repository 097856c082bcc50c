internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
public import Sagas

/// The switch over all events; kept apart so that adding one is a compile error in exactly one place.
@usableFromInline enum EventDispatch {
    @usableFromInline static func visit<V: PayloadVisitor>(_ event: DomainEvent, _ visitor: inout V) {
        switch event {
        case .shardOpened(let payload): visitor.visit(payload)
        case .writerStarted(let payload): visitor.visit(payload)
        case .commandRejected(let payload): visitor.visit(payload)
        case .commandHadNoEffect(let payload): visitor.visit(payload)
        case .dayRolled(let payload): visitor.visit(payload)
        case .sweepAdvanced(let payload): visitor.visit(payload)
        case .dayCloseContinued(let payload): visitor.visit(payload)
        case .sessionOpened(let payload): visitor.visit(payload)
        case .sessionClosed(let payload): visitor.visit(payload)
        case .ownerRegistered(let payload): visitor.visit(payload)
        case .accountOpened(let payload): visitor.visit(payload)
        case .person(.linked(let payload)): visitor.visit(payload)
        case .person(.erased(let payload)): visitor.visit(payload)
        case .rebalance(.started(let payload)): visitor.visit(payload)
        case .rebalance(.advanced(let payload)): visitor.visit(payload)
        case .rebalance(.legRefused(let payload)): visitor.visit(payload)
        case .group(.started(let payload)): visitor.visit(payload)
        case .group(.advanced(let payload)): visitor.visit(payload)
        case .group(.legRefused(let payload)): visitor.visit(payload)
        case .group(.flagged(let payload)): visitor.visit(payload)
        case .suspense(.suspended(let payload)): visitor.visit(payload)
        case .suspense(.assigned(let payload)): visitor.visit(payload)
        case .suspense(.revised(let payload)): visitor.visit(payload)
        case .reference(let event): visit(event, &visitor)
        case .order(let event): visit(event, &visitor)
        case .risk(let event): visit(event, &visitor)
        case .compliance(.assessed(let payload)): visitor.visit(payload)
        case .portfolio(let event): visit(event, &visitor)
        }
    }

    private static func visit<V: PayloadVisitor>(_ event: ReferenceEvent, _ visitor: inout V) {
        switch event {
        case .instrumentRegistered(let payload): visitor.visit(payload)
        case .marksRecorded(let payload): visitor.visit(payload)
        case .restrictionChanged(let payload): visitor.visit(payload)
        case .feesSet(let payload): visitor.visit(payload)
        case .tradingDaysDeclared(let payload): visitor.visit(payload)
        case .corporateActionAnnounced(let payload): visitor.visit(payload)
        case .corporateActionWithdrawn(let payload): visitor.visit(payload)
        case .corporateActionRevisionMissed(let payload): visitor.visit(payload)
        case .termsChanged(let payload): visitor.visit(payload)
        case .changeWithdrawn(let payload): visitor.visit(payload)
        case .statusChanged(let payload): visitor.visit(payload)
        case .ratesRecorded(let payload): visitor.visit(payload)
        case .interestSet(let payload): visitor.visit(payload)
        case .copied(let payload, _): visitor.visit(payload)
        }
    }

    private static func visit<V: PayloadVisitor>(_ event: OrderEvent, _ visitor: inout V) {
        switch event {
        case .placed(let payload): visitor.visit(payload)
        case .approved(let payload): visitor.visit(payload)
        case .rejected(let payload): visitor.visit(payload)
        case .acknowledged(let payload): visitor.visit(payload)
        case .executed(let payload): visitor.visit(payload)
        case .executionConflicted(let payload): visitor.visit(payload)
        case .cancelRequested(let payload): visitor.visit(payload)
        case .cancelled(let payload): visitor.visit(payload)
        case .cancelRejected(let payload): visitor.visit(payload)
        case .expired(let payload): visitor.visit(payload)
        case .replaceRequested(let payload): visitor.visit(payload)
        case .replaced(let payload): visitor.visit(payload)
        case .replaceRejected(let payload): visitor.visit(payload)
        case .triggered(let payload): visitor.visit(payload)
        case .doneForDay(let payload): visitor.visit(payload)
        case .suspended(let payload): visitor.visit(payload)
        case .resumed(let payload): visitor.visit(payload)
        case .restated(let payload): visitor.visit(payload)
        case .executionCorrected(let payload): visitor.visit(payload)
        case .executionBusted(let payload): visitor.visit(payload)
        case .heldForReview(let payload): visitor.visit(payload)
        case .reviewed(let payload): visitor.visit(payload)
        case .statusRequested(let payload): visitor.visit(payload)
        case .parked(let payload): visitor.visit(payload)
        case .resolved(let payload): visitor.visit(payload)
        case .replaceApproved(let payload): visitor.visit(payload)
        case .externalFound(let payload): visitor.visit(payload)
        case .adjusted(let payload): visitor.visit(payload)
        case .workBegan(let payload): visitor.visit(payload)
        case .workProgressed(let payload): visitor.visit(payload)
        case .workCompleted(let payload): visitor.visit(payload)
        }
    }

    private static func visit<V: PayloadVisitor>(_ event: RiskEvent, _ visitor: inout V) {
        switch event {
        case .limitsSet(let payload): visitor.visit(payload)
        case .assessed(let payload): visitor.visit(payload)
        case .reservationChanged(let payload): visitor.visit(payload)
        case .killSwitchPulled(let payload): visitor.visit(payload)
        case .killSwitchReleased(let payload): visitor.visit(payload)
        case .reassessed(let payload): visitor.visit(payload)
        case .marginCallIssued(let payload): visitor.visit(payload)
        case .marginCallMet(let payload): visitor.visit(payload)
        }
    }

    private static func visit<V: PayloadVisitor>(_ event: PortfolioEvent, _ visitor: inout V) {
        switch event {
        case .deposited(let payload): visitor.visit(payload)
        case .withdrawn(let payload): visitor.visit(payload)
        case .tradeBooked(let payload): visitor.visit(payload)
        case .tradeSettled(let payload): visitor.visit(payload)
        case .tradeCorrected(let payload): visitor.visit(payload)
        case .dayClosed(let payload): visitor.visit(payload)
        case .reconciliationBroke(let payload): visitor.visit(payload)
        case .breakResolved(let payload): visitor.visit(payload)
        case .dividendAccrued(let payload): visitor.visit(payload)
        case .dividendPaid(let payload): visitor.visit(payload)
        case .positionAdjusted(let payload): visitor.visit(payload)
        case .positionImported(let payload): visitor.visit(payload)
        case .interestAccrued(let payload): visitor.visit(payload)
        case .interestPaid(let payload): visitor.visit(payload)
        case .converted(let payload): visitor.visit(payload)
        }
    }
}
