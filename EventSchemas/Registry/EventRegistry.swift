public import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
public import Sagas

/// Something that takes the payload of an event, whichever type it has, without boxing it.
public protocol PayloadVisitor {
    /// Called once with the payload.
    mutating func visit<P: EventPayload>(_ payload: consuming P)
}

/// Every event type with its number: the one place that maps events to stored bytes and back.
public enum EventRegistry {
    /// Hands the payload of `event` to `visitor`.
    @inlinable
    public static func visit<V: PayloadVisitor>(_ event: DomainEvent, _ visitor: inout V) {
        EventDispatch.visit(event, &visitor)
    }

    /// The event that a stored payload holds; older versions are lifted by their upcasters first.
    public static func decode(
        type: UInt32,
        schemaVersion: UInt32,
        payload: [UInt8]
    ) throws(WireError) -> DomainEvent {
        let current = try Upcasters.lift(type: type, version: schemaVersion, payload)
        if let event = try decodeShard(type, current) { return event }
        if let event = try decodeReference(type, current) { return .reference(event) }
        if let event = try decodeOrder(type, current) { return .order(event) }
        if let event = try decodeAccount(type, current) { return event }
        if let event = try decodeRebalance(type, current) { return .rebalance(event) }
        if let event = try decodeGroup(type, current) { return .group(event) }
        if let event = try decodeSuspense(type, current) { return .suspense(event) }
        throw .unknownType(type: type, version: schemaVersion)
    }

    private static func decodeShard(_ type: UInt32, _ bytes: [UInt8]) throws(WireError) -> DomainEvent? {
        switch type {
        case ShardOpened.eventType: .shardOpened(try WireDecoder.decode(ShardOpened.self, bytes))
        case WriterStarted.eventType: .writerStarted(try WireDecoder.decode(WriterStarted.self, bytes))
        case CommandRejected.eventType: .commandRejected(try WireDecoder.decode(CommandRejected.self, bytes))
        case CommandHadNoEffect.eventType:
            .commandHadNoEffect(try WireDecoder.decode(CommandHadNoEffect.self, bytes))
        case DayRolled.eventType: .dayRolled(try WireDecoder.decode(DayRolled.self, bytes))
        case SweepAdvanced.eventType: .sweepAdvanced(try WireDecoder.decode(SweepAdvanced.self, bytes))
        case DayCloseContinued.eventType:
            .dayCloseContinued(try WireDecoder.decode(DayCloseContinued.self, bytes))
        case SessionOpened.eventType: .sessionOpened(try WireDecoder.decode(SessionOpened.self, bytes))
        case SessionClosed.eventType: .sessionClosed(try WireDecoder.decode(SessionClosed.self, bytes))
        case OwnerRegistered.eventType: .ownerRegistered(try WireDecoder.decode(OwnerRegistered.self, bytes))
        case AccountOpened.eventType: .accountOpened(try WireDecoder.decode(AccountOpened.self, bytes))
        case PersonLinked.eventType: .person(.linked(try WireDecoder.decode(PersonLinked.self, bytes)))
        case PersonErased.eventType: .person(.erased(try WireDecoder.decode(PersonErased.self, bytes)))
        default: nil
        }
    }

    private static func decodeReference(_ type: UInt32, _ bytes: [UInt8]) throws(WireError) -> ReferenceEvent?
    {
        switch type {
        case InstrumentRegistered.eventType:
            return .instrumentRegistered(try WireDecoder.decode(InstrumentRegistered.self, bytes))
        case OfficialMarksRecorded.eventType:
            return .marksRecorded(try WireDecoder.decode(OfficialMarksRecorded.self, bytes))
        case RestrictionChanged.eventType:
            return .restrictionChanged(try WireDecoder.decode(RestrictionChanged.self, bytes))
        case FeeScheduleSet.eventType: return .feesSet(try WireDecoder.decode(FeeScheduleSet.self, bytes))
        case TradingDaysDeclared.eventType:
            return .tradingDaysDeclared(try WireDecoder.decode(TradingDaysDeclared.self, bytes))
        case CorporateActionAnnounced.eventType:
            return .corporateActionAnnounced(try WireDecoder.decode(CorporateActionAnnounced.self, bytes))
        case CorporateActionWithdrawn.eventType:
            return .corporateActionWithdrawn(try WireDecoder.decode(CorporateActionWithdrawn.self, bytes))
        case CorporateActionRevisionMissed.eventType:
            return .corporateActionRevisionMissed(
                try WireDecoder.decode(CorporateActionRevisionMissed.self, bytes)
            )
        case InstrumentTermsChanged.eventType:
            return .termsChanged(try WireDecoder.decode(InstrumentTermsChanged.self, bytes))
        case InstrumentChangeWithdrawn.eventType:
            return .changeWithdrawn(try WireDecoder.decode(InstrumentChangeWithdrawn.self, bytes))
        case InstrumentStatusChanged.eventType:
            return .statusChanged(try WireDecoder.decode(InstrumentStatusChanged.self, bytes))
        case OfficialRatesRecorded.eventType:
            return .ratesRecorded(try WireDecoder.decode(OfficialRatesRecorded.self, bytes))
        case InterestRatesSet.eventType:
            return .interestSet(try WireDecoder.decode(InterestRatesSet.self, bytes))
        case ReferenceFactCopied.eventType:
            let copy = try WireDecoder.decode(ReferenceFactCopied.self, bytes)
            let lifted = try Upcasters.lift(type: copy.type, version: copy.schemaVersion, copy.payload)
            // A copy of a copy is no reference fact: only what the reference shard made itself is copied.
            guard copy.type != ReferenceFactCopied.eventType,
                let fact = try decodeReference(copy.type, lifted)
            else {
                throw .unknownType(type: copy.type, version: copy.schemaVersion)
            }
            return .copied(copy, fact)
        default: return nil
        }
    }

    private static func decodeOrder(_ type: UInt32, _ bytes: [UInt8]) throws(WireError) -> OrderEvent? {
        switch type {
        case OrderPlaced.eventType: .placed(try WireDecoder.decode(OrderPlaced.self, bytes))
        case OrderApproved.eventType: .approved(try WireDecoder.decode(OrderApproved.self, bytes))
        case OrderRejected.eventType: .rejected(try WireDecoder.decode(OrderRejected.self, bytes))
        case OrderAcknowledged.eventType: .acknowledged(try WireDecoder.decode(OrderAcknowledged.self, bytes))
        case OrderExecuted.eventType: .executed(try WireDecoder.decode(OrderExecuted.self, bytes))
        case ExecutionConflicted.eventType:
            .executionConflicted(try WireDecoder.decode(ExecutionConflicted.self, bytes))
        case OrderCancelRequested.eventType:
            .cancelRequested(try WireDecoder.decode(OrderCancelRequested.self, bytes))
        case OrderCancelled.eventType: .cancelled(try WireDecoder.decode(OrderCancelled.self, bytes))
        case OrderCancelRejected.eventType:
            .cancelRejected(try WireDecoder.decode(OrderCancelRejected.self, bytes))
        case OrderExpired.eventType: .expired(try WireDecoder.decode(OrderExpired.self, bytes))
        default: try decodeRareOrder(type, bytes)
        }
    }

    private static func decodeRareOrder(_ type: UInt32, _ bytes: [UInt8]) throws(WireError) -> OrderEvent? {
        switch type {
        case OrderReplaceRequested.eventType:
            .replaceRequested(try WireDecoder.decode(OrderReplaceRequested.self, bytes))
        case OrderReplaced.eventType: .replaced(try WireDecoder.decode(OrderReplaced.self, bytes))
        case OrderReplaceRejected.eventType:
            .replaceRejected(try WireDecoder.decode(OrderReplaceRejected.self, bytes))
        case OrderTriggered.eventType: .triggered(try WireDecoder.decode(OrderTriggered.self, bytes))
        case OrderDoneForDay.eventType: .doneForDay(try WireDecoder.decode(OrderDoneForDay.self, bytes))
        case OrderSuspended.eventType: .suspended(try WireDecoder.decode(OrderSuspended.self, bytes))
        case OrderResumed.eventType: .resumed(try WireDecoder.decode(OrderResumed.self, bytes))
        case OrderRestated.eventType: .restated(try WireDecoder.decode(OrderRestated.self, bytes))
        case OrderHeldForReview.eventType:
            .heldForReview(try WireDecoder.decode(OrderHeldForReview.self, bytes))
        case ExecutionCorrected.eventType:
            .executionCorrected(try WireDecoder.decode(ExecutionCorrected.self, bytes))
        case ExecutionBusted.eventType: .executionBusted(try WireDecoder.decode(ExecutionBusted.self, bytes))
        case OrderReviewed.eventType: .reviewed(try WireDecoder.decode(OrderReviewed.self, bytes))
        case OrderReplaceApproved.eventType:
            .replaceApproved(try WireDecoder.decode(OrderReplaceApproved.self, bytes))
        case OrderStatusRequested.eventType:
            .statusRequested(try WireDecoder.decode(OrderStatusRequested.self, bytes))
        case OrderParked.eventType: .parked(try WireDecoder.decode(OrderParked.self, bytes))
        case ExternalOrderFound.eventType:
            .externalFound(try WireDecoder.decode(ExternalOrderFound.self, bytes))
        case OrderResolved.eventType: .resolved(try WireDecoder.decode(OrderResolved.self, bytes))
        case OrderAdjusted.eventType: .adjusted(try WireDecoder.decode(OrderAdjusted.self, bytes))
        case OrderWorkBegan.eventType: .workBegan(try WireDecoder.decode(OrderWorkBegan.self, bytes))
        case OrderWorkProgressed.eventType:
            .workProgressed(try WireDecoder.decode(OrderWorkProgressed.self, bytes))
        case OrderWorkCompleted.eventType:
            .workCompleted(try WireDecoder.decode(OrderWorkCompleted.self, bytes))
        default: nil
        }
    }

    private static func decodeSuspense(_ type: UInt32, _ bytes: [UInt8]) throws(WireError) -> SuspenseEvent? {
        switch type {
        case TradeSuspended.eventType: .suspended(try WireDecoder.decode(TradeSuspended.self, bytes))
        case SuspendedTradeAssigned.eventType:
            .assigned(try WireDecoder.decode(SuspendedTradeAssigned.self, bytes))
        case SuspendedTradeRevised.eventType:
            .revised(try WireDecoder.decode(SuspendedTradeRevised.self, bytes))
        default: nil
        }
    }

    private static func decodeRebalance(_ type: UInt32, _ bytes: [UInt8]) throws(WireError) -> RebalanceEvent?
    {
        switch type {
        case RebalanceStarted.eventType: .started(try WireDecoder.decode(RebalanceStarted.self, bytes))
        case RebalanceAdvanced.eventType: .advanced(try WireDecoder.decode(RebalanceAdvanced.self, bytes))
        case RebalanceLegRefused.eventType:
            .legRefused(try WireDecoder.decode(RebalanceLegRefused.self, bytes))
        default: nil
        }
    }

    private static func decodeGroup(_ type: UInt32, _ bytes: [UInt8]) throws(WireError) -> GroupEvent? {
        switch type {
        case GroupStarted.eventType: .started(try WireDecoder.decode(GroupStarted.self, bytes))
        case GroupAdvanced.eventType: .advanced(try WireDecoder.decode(GroupAdvanced.self, bytes))
        case GroupLegRefused.eventType: .legRefused(try WireDecoder.decode(GroupLegRefused.self, bytes))
        case GroupFlagged.eventType: .flagged(try WireDecoder.decode(GroupFlagged.self, bytes))
        default: nil
        }
    }

    private static func decodeAccount(_ type: UInt32, _ bytes: [UInt8]) throws(WireError) -> DomainEvent? {
        switch type {
        case AccountLimitsSet.eventType:
            .risk(.limitsSet(try WireDecoder.decode(AccountLimitsSet.self, bytes)))
        case RiskAssessed.eventType: .risk(.assessed(try WireDecoder.decode(RiskAssessed.self, bytes)))
        case ReservationChanged.eventType:
            .risk(.reservationChanged(try WireDecoder.decode(ReservationChanged.self, bytes)))
        case KillSwitchPulled.eventType:
            .risk(.killSwitchPulled(try WireDecoder.decode(KillSwitchPulled.self, bytes)))
        case KillSwitchReleased.eventType:
            .risk(.killSwitchReleased(try WireDecoder.decode(KillSwitchReleased.self, bytes)))
        case OpenOrderReassessed.eventType:
            .risk(.reassessed(try WireDecoder.decode(OpenOrderReassessed.self, bytes)))
        case MarginCallIssued.eventType:
            .risk(.marginCallIssued(try WireDecoder.decode(MarginCallIssued.self, bytes)))
        case MarginCallMet.eventType:
            .risk(.marginCallMet(try WireDecoder.decode(MarginCallMet.self, bytes)))
        case ComplianceAssessed.eventType:
            .compliance(.assessed(try WireDecoder.decode(ComplianceAssessed.self, bytes)))
        case CashDeposited.eventType:
            .portfolio(.deposited(try WireDecoder.decode(CashDeposited.self, bytes)))
        case CashWithdrawn.eventType:
            .portfolio(.withdrawn(try WireDecoder.decode(CashWithdrawn.self, bytes)))
        case TradeBooked.eventType: .portfolio(.tradeBooked(try WireDecoder.decode(TradeBooked.self, bytes)))
        case TradeSettled.eventType:
            .portfolio(.tradeSettled(try WireDecoder.decode(TradeSettled.self, bytes)))
        case TradeCorrected.eventType:
            .portfolio(.tradeCorrected(try WireDecoder.decode(TradeCorrected.self, bytes)))
        case DayClosed.eventType: .portfolio(.dayClosed(try WireDecoder.decode(DayClosed.self, bytes)))
        case ReconciliationBroke.eventType:
            .portfolio(.reconciliationBroke(try WireDecoder.decode(ReconciliationBroke.self, bytes)))
        case BreakResolved.eventType:
            .portfolio(.breakResolved(try WireDecoder.decode(BreakResolved.self, bytes)))
        case DividendAccrued.eventType:
            .portfolio(.dividendAccrued(try WireDecoder.decode(DividendAccrued.self, bytes)))
        case DividendPaid.eventType:
            .portfolio(.dividendPaid(try WireDecoder.decode(DividendPaid.self, bytes)))
        case PositionAdjusted.eventType:
            .portfolio(.positionAdjusted(try WireDecoder.decode(PositionAdjusted.self, bytes)))
        case PositionImported.eventType:
            .portfolio(.positionImported(try WireDecoder.decode(PositionImported.self, bytes)))
        case InterestAccrued.eventType:
            .portfolio(.interestAccrued(try WireDecoder.decode(InterestAccrued.self, bytes)))
        case CashConverted.eventType:
            .portfolio(.converted(try WireDecoder.decode(CashConverted.self, bytes)))
        case InterestPaid.eventType:
            .portfolio(.interestPaid(try WireDecoder.decode(InterestPaid.self, bytes)))
        default: nil
        }
    }
}
