internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import ProjectionKit
internal import References
internal import RiskLimits
internal import Sagas

/// Where an event is, and what one can look for it by.
public struct AuditEntry: Sendable {
    let header: EventHeader
    let instrument: InstrumentID

    init(_ fact: RecordedFact) {
        header = fact.header
        instrument = fact.event.instrument
    }

    static let columns = [
        "position", "type", "account", "story", "instrument_id", "actor", "command_id", "recorded_at",
        "effective_at", "business_date",
    ]

    func write(to tuple: inout TupleWriter) {
        tuple.int64(header.position)
        tuple.int32(Int32(bitPattern: header.type))
        tuple.int64(header.account.value)
        tuple.identifier(header.correlation)
        tuple.identifier(instrument.id)
        tuple.text(header.actor.text)
        tuple.text(header.commandID.text)
        tuple.time(header.recordedAt)
        tuple.time(header.effectiveAt)
        tuple.date(header.businessDate)
    }

    /// Differences from the books of venues, and what became of them.
    public static let breakTypes = [
        ReconciliationBroke.eventType, BreakResolved.eventType, TradeSuspended.eventType,
        SuspendedTradeAssigned.eventType,
    ]
    /// What corporate actions did to accounts.
    public static let treatmentTypes = [DividendAccrued.eventType, PositionAdjusted.eventType]
    /// Few, and asked for across all accounts.
    private static let rareTypes = breakTypes + treatmentTypes

    static let rareColumns = ["position", "type", "account", "instrument_id"]

    var isRare: Bool { Self.rareTypes.contains(header.type) }

    func writeRare(to tuple: inout TupleWriter) {
        tuple.int64(header.position)
        tuple.int32(Int32(bitPattern: header.type))
        tuple.int64(header.account.value)
        tuple.identifier(instrument.id)
    }
}

extension DomainEvent {
    /// The one instrument that the event names, or none.
    fileprivate var instrument: InstrumentID {
        switch self {
        case .order(.placed(let fact)): fact.instrument
        case .order(.externalFound(let fact)): fact.instrument
        case .risk(.assessed(let fact)): fact.instrument
        case .portfolio(let event): event.instrument
        case .reference(let event): event.instrument
        case .suspense(.suspended(let fact)): fact.instrument
        default: .none
        }
    }
}

extension ReferenceEvent {
    fileprivate var instrument: InstrumentID {
        switch self {
        case .instrumentRegistered(let fact): fact.instrument
        case .restrictionChanged(let fact): fact.instrument
        case .corporateActionAnnounced(let fact): fact.instrument
        case .corporateActionWithdrawn(let fact): fact.instrument
        case .corporateActionRevisionMissed(let fact): fact.instrument
        case .termsChanged(let fact): fact.instrument
        case .changeWithdrawn(let fact): fact.instrument
        case .statusChanged(let fact): fact.instrument
        case .copied(_, let fact): fact.instrument
        default: .none
        }
    }
}
