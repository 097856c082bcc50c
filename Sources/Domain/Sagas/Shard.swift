public import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// The decider of a whole shard: it asks the aggregates, which do not know each other, and is the order
/// saga's synchronous part.
///
/// What it decides for one command is one atomic append.
public enum Shard {
    /// The state before the first event.
    public static var initial: ShardState { ShardState() }

    /// The events of `posed`; no event at all means that it is already so.
    public static func decide(
        _ posed: PosedCommand,
        given state: ShardState,
        into decision: inout Decision<Draft>
    ) throws(Rejection) {
        try checkShard(posed.command, state)
        switch posed.command {
        case .openShard(let opened):
            guard state.opened == nil else { return }
            guard opened.shard <= shardNumberMax else {
                let unit = Int128(Decimals.nanosPerUnit)
                throw Rejection(
                    .notOnThisShard,
                    limit: Int128(shardNumberMax) * unit,
                    value: Int128(opened.shard) * unit
                )
            }
            try decision.emit(Draft(.shardOpened(opened), .shard, correlation: command(posed)))
        case .startWriter(let started):
            try decision.emit(Draft(.writerStarted(started), .shard, correlation: command(posed)))
        case .openAccount(let wanted): try openAccount(wanted, posed, state, &decision)
        case .deposit, .withdraw: try moveCash(posed, state, &decision)
        case .setLimits(let account, let wanted): try setLimits(account, wanted, posed, state, &decision)
        case .placeOrder(let account, let wanted): try place(account, wanted, posed, state, &decision)
        case .transferCash(let account, let wanted): try transfer(account, wanted, posed, state, &decision)
        case .convertCash(let account, let wanted): try convert(account, wanted, posed, state, &decision)
        case .rebalance, .continueRebalance, .stopRebalance, .reachDeadline, .resolveOrder, .resolveBreak,
            .resolveStrayBreak, .recordExternal, .assignTrade, .expireOrder:
            try sagaStep(posed, state, &decision)
        case .continueWork(let account, let order, _): try continueWork(account, order, state, &decision)
        case .placeGroup, .continueGroup, .cancelGroup, .resolveGroup:
            try groupStep(posed, state, &decision)
        case .cancelOrder, .acknowledgeOrder, .recordExecution, .confirmCancel, .refuseCancel, .rejectAtVenue,
            .replaceOrder, .recordVenueFact, .reviewOrder:
            try orderStep(posed, state, &decision)
        case .pullKillSwitch(let account): try killSwitch(account, pulled: true, posed, state, &decision)
        case .releaseKillSwitch(let account): try killSwitch(account, pulled: false, posed, state, &decision)
        case .continueSweep(let position, _): try sweep(position, state, &decision)
        case .rollDay(let calendar, let date): try rollDay(calendar, date, posed, state, &decision)
        case .catchUp(let date): try catchUp(date, posed, state, &decision)
        case .rollThrough(let calendar, let date): try rollThrough(calendar, date, posed, state, &decision)
        case .openSession(let calendar, let date):
            try session(calendar, date, opens: true, posed, state, &decision)
        case .closeSession(let calendar, let date):
            try session(calendar, date, opens: false, posed, state, &decision)
        case .continueRoll(let date, _): try continueRoll(date, posed, state, &decision)
        case .linkPerson, .erasePerson: try person(posed, state, &decision)
        case .importHoldings(let account, let wanted):
            try importHoldings(account, wanted, posed, state, &decision)
        case .announceCorporateAction(let wanted): try announce(wanted, posed, state, &decision)
        case .correctCorporateAction, .withdrawCorporateAction: try reviseAction(posed, state, &decision)
        case .registerInstrument, .recordMarks, .restrict, .setFees, .declareTradingDays, .copyReference,
            .changeInstrument, .setInstrumentStatus, .setInterestRates, .recordRates, .correctInstrument,
            .withdrawInstrumentChange:
            try referenceStep(posed, state, &decision)
        }
    }

    /// Global facts are made on the reference shard only; everything else happens on trading shards only.
    private static func checkShard(_ command: Command, _ state: ShardState) throws(Rejection) {
        let onReference = state.opened?.isReference ?? false
        switch command {
        case .openShard, .startWriter: return
        case .registerInstrument, .recordMarks, .restrict, .setFees, .declareTradingDays, .changeInstrument,
            .setInstrumentStatus, .announceCorporateAction, .setInterestRates, .recordRates,
            .correctCorporateAction, .withdrawCorporateAction, .correctInstrument, .withdrawInstrumentChange:
            if !onReference { throw Rejection(.notOnThisShard) }
        default:
            if onReference { throw Rejection(.notOnThisShard) }
        }
    }

    /// The root of a story that makes no thing of its own.
    static func command(_ posed: PosedCommand, slot: UInt16 = 0) -> Identifier {
        Identifier(.command, slot: slot, shard: 0, birth: posed.position)
    }

    /// The largest shard number that fits an id.
    private static let shardNumberMax: UInt32 = (1 << 14) - 1

    static func shardNumber(_ state: ShardState) -> UInt16 { UInt16(state.opened?.shard ?? 0) }

    private static func openAccount(
        _ wanted: OpenAccount,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let alias = AccountAlias(wanted.alias) else { throw Rejection(.unknownAccount) }
        guard state.accountByAlias[alias] == nil else { throw Rejection(.aliasTaken) }
        let isKnown = wanted.owner != .none
        guard !isKnown || state.accountsByOwner[wanted.owner] != nil else { throw Rejection(.unknownOwner) }
        guard wanted.kind != .margin || wanted.currency == MarginRegime.currency else {
            throw Rejection(.marginCurrencyUnsupported)
        }
        let shard = shardNumber(state)
        // Slots spread owners evenly; slot 0 is left to what belongs to nobody.
        let slot = isKnown ? wanted.owner.id.slot : UInt16(1 + posed.position % 65_535)
        var owner = OwnerRegistered()
        owner.owner = OwnerID(Identifier(.owner, slot: slot, shard: shard, birth: posed.position))
        // Said again of an owner that is known: the id of the command is filed under no account.
        if isKnown { owner.owner = wanted.owner }
        var opened = AccountOpened()
        opened.account = AccountID(Identifier(.account, slot: slot, shard: shard, birth: posed.position + 1))
        opened.owner = owner.owner
        opened.alias = wanted.alias
        opened.currency = wanted.currency
        opened.custodian = PaperProfile.venue
        opened.lotMethod = wanted.lotMethod
        if let kind = wanted.kind { opened.kind = kind }
        if opened.kind == .margin { opened.marginRegime = MarginRegime.regulationT }
        var limits = AccountLimitsSet()
        limits.account = opened.account
        limits.version = 1
        limits.profile = PaperProfile.name
        limits.orderValueMax = PaperProfile.orderValueMax
        limits.priceCollar = PaperProfile.priceCollar
        let account = AccountOrdinal(opened.account)
        let root = opened.account.id
        try decision.emit(
            Draft(.ownerRegistered(owner), StreamOrdinal(.owner, of: owner.owner.id), correlation: root)
        )
        try decision.emit(
            Draft(
                .accountOpened(opened),
                StreamOrdinal(.account, of: root),
                account: account,
                correlation: root
            )
        )
        try decision.emit(
            Draft(
                .risk(.limitsSet(limits)),
                StreamOrdinal(.risk, of: root),
                account: account,
                correlation: root
            )
        )
    }

    private static func setLimits(
        _ account: AccountID,
        _ wanted: SetLimits,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var limits = AccountLimitsSet()
        limits.account = account
        limits.orderValueMax = wanted.orderValueMax
        limits.priceCollar = wanted.priceCollar
        limits.effectiveFrom = wanted.effectiveFrom
        limits.effectiveTo = wanted.effectiveTo
        limits.approvers = wanted.approvers
        limits.approvalPolicy = wanted.approvalPolicy
        limits.grossExposureMax = wanted.grossExposureMax
        limits.netExposureMax = wanted.netExposureMax
        limits.positionValueMax = wanted.positionValueMax
        limits.concentrationMax = wanted.concentrationMax
        limits.dayLossMax = wanted.dayLossMax
        limits.drawdownMax = wanted.drawdownMax
        limits.ordersPerSecondMax = wanted.ordersPerSecondMax
        limits.openOrdersMax = wanted.openOrdersMax
        limits.orderQuantityMax = wanted.orderQuantityMax
        limits.duplicateWindowMillis = wanted.duplicateWindowMillis
        try risk(.setLimits(limits), account, command(posed, slot: account.id.slot), state, &decision)
    }

    private static func killSwitch(
        _ account: AccountID?,
        pulled: Bool,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let root = command(posed, slot: account?.id.slot ?? 0)
        if let account {
            let wanted: RiskCommand = pulled ? .pullKillSwitch(account) : .releaseKillSwitch(account)
            return try risk(wanted, account, root, state, &decision)
        }
        guard state.killed != pulled else { return }
        let event: RiskEvent =
            pulled ? .killSwitchPulled(KillSwitchPulled()) : .killSwitchReleased(KillSwitchReleased())
        try decision.emit(Draft(.risk(event), .shard, correlation: root))
    }

    static func entry(_ account: AccountID, _ state: ShardState) throws(Rejection) -> AccountEntry {
        guard let entry = state.accountByID[account] else { throw Rejection(.unknownAccount) }
        return entry
    }

    static func risk(
        _ wanted: RiskCommand,
        _ account: AccountID,
        _ root: Identifier,
        _ state: ShardState,
        businessDate: BusinessDate? = nil,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var events = Decision<RiskEvent>()
        let entry = try entry(account, state)
        if entry.risk.drawByID.isEmpty {
            try RiskBook.decide(wanted, given: entry.risk, into: &events)
        } else {
            events = try riskOfSlices(wanted, book(of: entry, after: decision), state, after: decision)
        }
        let filing = Filing(.risk, of: account.id, account, root, businessDate)
        try decision.emit(events) { filing.draft(.risk($0)) }
    }

    static func portfolio(
        _ wanted: PortfolioCommand,
        _ account: AccountID,
        root: Identifier,
        _ state: ShardState,
        businessDate: BusinessDate? = nil,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var events = Decision<PortfolioEvent>()
        try Portfolio.decide(wanted, given: try entry(account, state).portfolio, into: &events)
        let filing = Filing(.portfolio, of: account.id, account, root, businessDate)
        try decision.emit(events) { filing.draft(.portfolio($0)) }
    }
}

/// Where the events of one aggregate's decision are filed.
struct Filing {
    private let stream: StreamOrdinal
    private let account: AccountOrdinal
    private let correlation: Identifier
    private let businessDate: BusinessDate?

    /// The stream of `kind` of the thing that `id` names, in an account's story of `correlation`.
    init(
        _ kind: StreamKind,
        of id: Identifier,
        _ account: AccountID,
        _ correlation: Identifier,
        _ businessDate: BusinessDate? = nil
    ) {
        stream = StreamOrdinal(kind, of: id)
        self.account = AccountOrdinal(account)
        self.correlation = correlation
        self.businessDate = businessDate
    }

    /// The event with its place.
    func draft(_ event: consuming DomainEvent) -> Draft {
        Draft(event, stream, account: account, correlation: correlation, businessDate: businessDate)
    }
}
