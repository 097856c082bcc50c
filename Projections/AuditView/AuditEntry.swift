internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import ProjectionKit
internal import References
internal import RiskLimits
internal import Sagas

/// Where some events are, and what one can look for them by: one command's, right behind one another, that
/// differ in nothing but their kinds and in whether they name the instrument.
///
/// An order's placement makes four events of one account, order and actor, and is one row: each row costs as
/// many places in indexes.
public struct AuditEntry: Sendable {
    /// Of the first event.
    let header: EventHeader
    /// The only one that any of them names.
    private var instrument: InstrumentID
    /// The kinds of the events in the order of their positions.
    private var types: [Int32]
    /// Bit n says whether event n names the instrument.
    private var named: Int64

    init(_ fact: RecordedFact) {
        header = fact.header
        instrument = fact.event.instrument
        types = [Int32(bitPattern: fact.header.type)]
        named = instrument == .none ? 0 : 1
    }

    /// Takes in the event that comes next, `false` where it makes an entry of its own.
    ///
    /// That depends on the log alone: a batch ends with a command, or where entries end anyway.
    mutating func goOn(with fact: RecordedFact) -> Bool {
        let next = fact.header
        guard next.commandDigest == nil, next.position == header.position + Int64(types.count),
            (next.position - 1) % FoldedBatch.positions != 0,
            next.account == header.account, next.correlation == header.correlation,
            next.effectiveAt == header.effectiveAt, next.businessDate == header.businessDate,
            next.recordedAt == header.recordedAt, next.commandID == header.commandID,
            next.actor == header.actor
        else { return false }
        let other = fact.event.instrument
        guard other == .none || instrument == .none || other == instrument else { return false }
        if other != .none {
            instrument = other
            named |= 1 << Int64(types.count)
        }
        types.append(Int32(bitPattern: next.type))
        return true
    }

    static let columns = [
        "position", "types", "account", "story", "instrument_id", "named", "actor", "command_id",
        "recorded_at", "effective_at", "business_date",
    ]

    func write(to tuple: inout TupleWriter) {
        tuple.int64(header.position)
        tuple.int32s(types)
        tuple.int64(header.account.value)
        tuple.identifier(header.correlation)
        tuple.identifier(instrument.id)
        tuple.int64(named)
        tuple.text(header.actor.text)
        tuple.text(header.commandID.text)
        tuple.time(header.recordedAt)
        tuple.time(header.effectiveAt)
        tuple.date(header.businessDate)
    }
}

/// An event of a kind that is rare.
public struct AuditRarity: Sendable {
    let position: Int64
    private let type: UInt32
    private let account: AccountOrdinal
    private let instrument: InstrumentID

    /// Differences from the books of venues, and what became of them.
    public static let breakTypes = [
        ReconciliationBroke.eventType, BreakResolved.eventType, TradeSuspended.eventType,
        SuspendedTradeAssigned.eventType,
    ]
    /// What corporate actions did to accounts.
    public static let treatmentTypes = [DividendAccrued.eventType, PositionAdjusted.eventType]
    /// Few, and asked for across all accounts.
    private static let types = breakTypes + treatmentTypes

    /// Nothing where the event is of another kind.
    init?(_ fact: RecordedFact) {
        guard Self.types.contains(fact.header.type) else { return nil }
        position = fact.header.position
        type = fact.header.type
        account = fact.header.account
        instrument = fact.event.instrument
    }

    static let columns = ["position", "type", "account", "instrument_id"]

    func write(to tuple: inout TupleWriter) {
        tuple.int64(position)
        tuple.int32(Int32(bitPattern: type))
        tuple.int64(account.value)
        tuple.identifier(instrument.id)
    }
}

extension DomainEvent {
    /// The one instrument that the event names, or none.
    var instrument: InstrumentID {
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
