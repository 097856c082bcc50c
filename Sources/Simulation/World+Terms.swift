internal import BifrostKernel
internal import Engine
internal import EventStore
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
internal import Sagas

/// What a command's first event must say of it (invariant I8).
extension World {
    static func check(
        _ event: RecordedEvent,
        _ fact: DomainEvent,
        _ posed: [Posed],
        _ posedByKey: [ShardWatch.Key: [Int]]
    ) throws(Violation) {
        let header = event.header
        let key = ShardWatch.Key(header.commandID, header.account, header.actor)
        let requests = (posedByKey[key] ?? []).map { posed[$0].request }.filter {
            $0.digest == header.commandDigest
        }
        guard !requests.isEmpty else {
            let isOwn = header.commandID.text.hasPrefix(CommandRequest.reservedPrefix)
            return try expect(
                isOwn,
                "I2",
                "position \(header.position): nobody posed this content under this id"
            )
        }
        let tells = requests.contains { Self.tells(fact, of: $0.command) }
        try expect(tells, "I8", "position \(header.position) does not say what was asked: \(fact)")
    }

    private static func tells(_ fact: DomainEvent, of command: Command) -> Bool {
        switch (command, fact) {
        case (_, .commandRejected(let fact)): fact.command == command.content && fact.code != nil
        case (_, .commandHadNoEffect(let fact)): fact.command == command.content
        case (.linkPerson(let link), .person(.linked(let fact))): fact == link
        case (.erasePerson(let person), .person(.erased(let fact))): fact == person
        case (.deposit(let account, let move), .portfolio(.deposited(let fact))):
            fact.account == account && fact.currency == move.currency && fact.amount == move.amount
        case (.withdraw(let account, let move), .portfolio(.withdrawn(let fact))):
            fact.account == account && fact.currency == move.currency && fact.amount == move.amount
        case (.transferCash(let account, let wanted), .portfolio(.withdrawn(let fact))):
            fact.account == account && fact.currency == wanted.currency && fact.amount == wanted.amount
                && fact.transfer != .none
        case (.convertCash(let account, let wanted), .portfolio(.converted(let fact))):
            fact.account == account && fact.soldCurrency == wanted.currency && fact.sold == wanted.amount
                && fact.boughtCurrency == wanted.to && fact.rate == wanted.rate
        case (.setLimits(let account, let limits), .risk(.limitsSet(let fact))):
            fact.account == account && fact.orderValueMax == limits.orderValueMax
                && fact.priceCollar == limits.priceCollar && fact.effectiveFrom == limits.effectiveFrom
                && fact.effectiveTo == limits.effectiveTo
        case (.placeOrder(let account, let order), .order(.placed(let fact))):
            fact.account == account && fact.symbol == order.symbol && fact.side == order.side
                && fact.quantity == order.quantity && fact.limitPrice == order.limitPrice
                && fact.type == order.type && fact.clientOrderID == order.clientOrderID
                && fact.seen == order.seen && fact.timeInForce == order.timeInForce
                && fact.special == order.special && fact.parent == order.parent
        // A worked order that waits for slices has them asked again.
        case (.cancelOrder(_, let order), .order(.cancelRequested(let fact))):
            fact.order == order || fact.reason == .parent
        case (.cancelOrder(_, let order), .order(.cancelled(let fact))): fact.order == order
        case (.replaceOrder(_, let wanted), .order(.replaceRequested(let fact))):
            fact.order == wanted.order && fact.terms.quantity == wanted.quantity ?? fact.terms.quantity
                && fact.terms.limitPrice == wanted.limitPrice ?? fact.terms.limitPrice
                && fact.seen == wanted.seen
        case (.reviewOrder(_, let wanted), .order(.reviewed(let fact))):
            fact.order == wanted.order && fact.approved == wanted.approved
        case (.resolveOrder(_, let wanted), .order(.resolved(let fact))):
            fact.order == wanted.order && fact.retry == wanted.retry
        case (.importHoldings(let account, let wanted), .portfolio(.deposited(let fact))):
            fact.account == account && fact.amount == wanted.cash.first?.amount
        case (.importHoldings(let account, let wanted), .portfolio(.positionImported(let fact))):
            fact.account == account && fact.quantity == wanted.lots.first?.quantity
                && fact.cost == wanted.lots.first?.cost
        default: tellsMore(fact, of: command)
        }
    }

    /// The same of what is asked for less often.
    private static func tellsMore(_ fact: DomainEvent, of command: Command) -> Bool {
        switch (command, fact) {
        case (.rebalance(let account, let wanted), .rebalance(.started(let fact))):
            fact.account == account && fact.targets.map(\.weight) == wanted.targets.map(\.weight)
                && fact.band == wanted.band && fact.onRefusal == wanted.onRefusal
        case (.resolveBreak(let account, let wanted), .portfolio(.breakResolved(let fact))):
            fact.account == account && fact.brokeAt == wanted.brokeAt && fact.resolution == wanted.resolution
        case (.placeGroup, .group), (.cancelGroup, .group), (.resolveGroup, .group):
            tells(fact, ofGroup: command)
        case (.assignTrade, _), (.resolveStrayBreak, _): tellsOfStrangers(fact, of: command)
        case (.stopRebalance(let account, let id), .rebalance(.advanced(let fact))):
            fact.account == account && fact.rebalance == id && fact.state == .stopping
        case (.pullKillSwitch(let account), .risk(.killSwitchPulled(let fact))):
            fact.account == account ?? .none
        case (.releaseKillSwitch(let account), .risk(.killSwitchReleased(let fact))):
            fact.account == account ?? .none
        case (.rollDay(let calendar, let date), .dayRolled(let fact)):
            fact.calendar == calendar && fact.date == date
        case (.rollThrough(let calendar, let date), .dayRolled(let fact)):
            fact.calendar == calendar && fact.date <= date
        case (.openSession(let calendar, let date), .sessionOpened(let fact)):
            fact == SessionOpened(calendar, date)
        case (.closeSession(let calendar, let date), .sessionClosed(let fact)):
            fact == SessionClosed(calendar, date)
        case (.correctCorporateAction(let wanted), .reference(.corporateActionAnnounced(let fact))):
            fact.replaced == wanted.action
        case (.withdrawCorporateAction(let wanted), .reference(.corporateActionWithdrawn(let fact))):
            fact.action == wanted.action
        case (.correctInstrument(let wanted), .reference(.termsChanged(let fact))):
            fact.replacedVersion > 0 && fact.effectiveFrom == wanted.effectiveFrom ?? wanted.announcedFrom
                && fact.terms.symbol == wanted.name ?? fact.terms.symbol
        case (.withdrawInstrumentChange(let wanted), .reference(.changeWithdrawn(let fact))):
            fact.effectiveFrom == wanted.announcedFrom
        case (.changeInstrument, .reference), (.setInstrumentStatus, .reference),
            (.openAccount, .ownerRegistered), (.registerInstrument, .reference), (.recordMarks, .reference),
            (.restrict, .reference), (.setFees, .reference), (.declareTradingDays, .reference),
            (.announceCorporateAction, .reference), (.recordRates, .reference),
            (.setInterestRates, .reference):
            true
        default: false
        }
    }
}
