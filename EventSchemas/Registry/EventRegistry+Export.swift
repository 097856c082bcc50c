public import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
public import Sagas

extension EventRegistry {
    /// Every payload type, in ascending order of its number.
    public static let payloadTypes: [any EventPayload.Type] = [
        ShardOpened.self, WriterStarted.self, CommandRejected.self, CommandHadNoEffect.self, DayRolled.self,
        SweepAdvanced.self, DayCloseContinued.self, SessionOpened.self, SessionClosed.self,
        OwnerRegistered.self, AccountOpened.self, PersonLinked.self, PersonErased.self,
        InstrumentRegistered.self, OfficialMarksRecorded.self, RestrictionChanged.self, FeeScheduleSet.self,
        TradingDaysDeclared.self, ReferenceFactCopied.self,
        InstrumentTermsChanged.self, InstrumentStatusChanged.self, OfficialRatesRecorded.self,
        InterestRatesSet.self,
        CorporateActionAnnounced.self,
        OrderPlaced.self, OrderApproved.self, OrderRejected.self, OrderAcknowledged.self, OrderExecuted.self,
        ExecutionConflicted.self, OrderCancelRequested.self, OrderCancelled.self, OrderCancelRejected.self,
        OrderExpired.self, OrderReplaceRequested.self, OrderReplaced.self, OrderReplaceRejected.self,
        OrderTriggered.self, OrderDoneForDay.self, OrderSuspended.self, OrderResumed.self,
        OrderRestated.self, OrderHeldForReview.self, ExecutionCorrected.self, ExecutionBusted.self,
        ExternalOrderFound.self,
        OrderReviewed.self, OrderReplaceApproved.self, OrderStatusRequested.self, OrderParked.self,
        OrderResolved.self,
        OrderAdjusted.self, OrderWorkBegan.self, OrderWorkProgressed.self, OrderWorkCompleted.self,
        AccountLimitsSet.self, RiskAssessed.self, ReservationChanged.self, KillSwitchPulled.self,
        KillSwitchReleased.self, OpenOrderReassessed.self,
        MarginCallIssued.self, MarginCallMet.self,
        ComplianceAssessed.self,
        CashDeposited.self, CashWithdrawn.self, TradeBooked.self, DayClosed.self, ReconciliationBroke.self,
        TradeSettled.self, TradeCorrected.self,
        DividendAccrued.self, DividendPaid.self, PositionAdjusted.self, InterestAccrued.self,
        BreakResolved.self, InterestPaid.self, PositionImported.self, CashConverted.self,
        TradeSuspended.self, SuspendedTradeAssigned.self, SuspendedTradeRevised.self,
        CorporateActionWithdrawn.self, CorporateActionRevisionMissed.self, InstrumentChangeWithdrawn.self,
        RebalanceStarted.self, RebalanceAdvanced.self, RebalanceLegRefused.self,
        GroupStarted.self, GroupAdvanced.self, GroupLegRefused.self, GroupFlagged.self,
    ]

    /// The name of an event type in the published schema, `nil` when this build does not know the number.
    public static func name(type: UInt32) -> String? {
        payloadTypes.first { $0.eventType == type }.map { String(describing: $0.eventName) }
    }

    /// The payload of `event` as JSON text; a copied fact shows as what it says too, in the field `fact`.
    public static func json(_ event: DomainEvent) -> String {
        if case .reference(.copied(let copy, let fact)) = event {
            return JSONPrinter.text(of: copy, adding: "fact", json(.reference(fact)))
        }
        var visitor = JSONVisitor()
        visit(event, &visitor)
        return visitor.text
    }
}

private struct JSONVisitor: PayloadVisitor {
    var text = ""
    mutating func visit<P: EventPayload>(_ payload: P) { text = JSONPrinter.text(of: payload) }
}
