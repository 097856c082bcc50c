public import BifrostKernel
public import Portfolios
internal import ProjectionKit
public import RiskLimits
public import Sagas

/// An account as the last facts about it say; what is asked of `RiskBook` is answered by folding them again.
public struct AccountRow: WireFields, Equatable, Sendable {
    /// Its place in the log, by which events are filed under it.
    public private(set) var ordinal = AccountOrdinal.none
    /// Its opening.
    public private(set) var opened: AccountOpened?
    /// When it was opened.
    public private(set) var openedAt = Timestamp(nanos: 0)
    /// The latest limits without dates.
    public private(set) var limits: AccountLimitsSet?
    /// Whether its own kill switch is pulled.
    public private(set) var isKilled = false
    /// The margin call that is not covered yet.
    public private(set) var call: MarginCallIssued?
    /// The last close of a margin account, which has its requirements.
    public private(set) var closed: DayClosed?
    private var position: Int64 = 0

    /// An empty row.
    public init() {}

    init(_ ordinal: AccountOrdinal) { self.ordinal = ordinal }

    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var value = ordinal.value
        try visitor.position(1, "account", &value)
        ordinal = AccountOrdinal(value)
        try visitor.message(2, "opened", &opened)
        try visitor.time(3, "openedAt", &openedAt)
        try visitor.message(4, "limits", &limits)
        try visitor.flag(5, "killed", &isKilled)
        try visitor.message(6, "call", &call)
        try visitor.message(7, "closed", &closed)
        try visitor.position(8, "position", &position)
    }

    mutating func take(_ fact: RecordedFact) {
        position = fact.header.position
        switch fact.event {
        case .accountOpened(let said):
            opened = said
            openedAt = fact.header.effectiveAt
        case .portfolio(.dayClosed(let day)): closed = day
        case .risk(.limitsSet(let said)):
            if said.effectiveFrom == nil, said.effectiveTo == nil { limits = said }
        case .risk(.killSwitchPulled): isKilled = true
        case .risk(.killSwitchReleased): isKilled = false
        case .risk(.marginCallIssued(let said)): call = said
        case .risk(.marginCallMet): call = nil
        default: break
        }
    }

    /// The facts of its risk book, without what orders hold back.
    public var facts: [RiskEvent] {
        var facts: [RiskEvent] = []
        if let limits { facts.append(.limitsSet(limits)) }
        if isKilled, let opened {
            var pulled = KillSwitchPulled()
            pulled.account = opened.account
            facts.append(.killSwitchPulled(pulled))
        }
        if let call { facts.append(.marginCallIssued(call)) }
        return facts
    }

    static let columns = [
        "account", "account_id", "alias", "owner_id", "currency", "kind", "margin_regime", "opened_at",
        "is_killed", "limits_version", "call_deficit", "changed_position",
    ]

    func write(to tuple: inout TupleWriter) {
        let opened = opened ?? AccountOpened()
        tuple.identifier(opened.account.id)
        tuple.optionalText(opened.alias)
        tuple.identifier(opened.owner.id)
        tuple.text(opened.currency.code)
        tuple.text(opened.kind.name)
        tuple.optionalText(opened.marginRegime)
        tuple.time(openedAt)
        tuple.bool(isKilled)
        tuple.int64(Int64(limits?.version ?? 0))
        tuple.amount(call?.deficit.nanos)
        tuple.int64(position)
    }
}
