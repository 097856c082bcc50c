public import BifrostKernel
internal import ComplianceRules
internal import EventStore
internal import Orders
internal import Portfolios
internal import RiskLimits
internal import Sagas

/// One step of a story: a sentence, the numbers behind it, and where it stands in the log.
public struct StorySentence: Equatable, Sendable {
    /// The position of the event.
    public var position: Int64
    /// When it took effect.
    public var at: Timestamp
    /// The event's type.
    public var type: String
    /// Who acted.
    public var actor: String
    /// What happened.
    public var text: String
    /// Each number, rule or posting that belongs to it, a line each.
    public var details: [String]
    /// The position of the event that led here, 0 when it came from outside.
    public var cause: Int64
}

extension OrderStory {
    /// The story, one sentence for each event.
    public var sentences: [StorySentence] { events.map { sentence($0) } }

    /// What led here from outside the story, the first cause first.
    public var background: [StorySentence] {
        causes.keys.sorted().compactMap { causes[$0].map { sentence($0) } }
    }

    /// The symbols that the story's orders named.
    private var symbolByID: [InstrumentID: Symbol] {
        var symbols: [InstrumentID: Symbol] = [:]
        for story in events {
            switch story.event {
            case .order(.placed(let placed)): symbols[placed.instrument] = placed.symbol
            case .order(.externalFound(let found)): symbols[found.instrument] = found.symbol
            case .suspense(.suspended(let fact)) where fact.symbol != .none:
                symbols[fact.instrument] = fact.symbol
            default: continue
            }
        }
        return symbols
    }

    private func sentence(_ story: StoryEvent) -> StorySentence {
        let header = story.recorded.header
        let narrator = Narrator(
            actor: header.actor.text,
            account: account?.alias ?? "no account",
            symbolByID: symbolByID
        )
        let (text, details) = narrator.tell(story.event)
        return StorySentence(
            position: header.position,
            at: header.effectiveAt,
            type: EventName.of(story.event),
            actor: header.actor.text,
            text: text,
            details: details,
            cause: header.causation
        )
    }
}

/// Puts events into words.
struct Narrator {
    let actor: String
    let account: String
    let symbolByID: [InstrumentID: Symbol]

    typealias Words = (text: String, details: [String])

    func tell(_ event: DomainEvent) -> Words {
        switch event {
        case .order(let event): return tell(event)
        case .risk(let event): return tell(event)
        case .compliance(.assessed(let fact)):
            let outcome = fact.cleared ? "Compliance cleared the order" : "Compliance refused the order"
            return (
                outcome + " by restricted list version \(fact.restrictionsVersion).",
                fact.checks.map(Self.check)
            )
        case .portfolio(let event): return tell(event)
        case .commandRejected(let fact):
            let code = fact.code?.name ?? "UNKNOWN"
            let asked = CommandText.of(fact.command)
            return (
                "\(actor) asked to \(asked). The core refused it: \(code).",
                Self.numbers(fact.limit, fact.value)
            )
        case .commandHadNoEffect(let fact):
            return ("\(actor) asked to \(CommandText.of(fact.command)). It was already so.", [])
        case .dayRolled(let fact):
            return ("The day \(fact.date.text) of calendar \(fact.calendar) ended.", [])
        case .sessionOpened(let fact):
            return ("The session of \(fact.date.text) of calendar \(fact.calendar) opened.", [])
        case .sessionClosed(let fact):
            return ("The session of \(fact.date.text) of calendar \(fact.calendar) closed.", [])
        case .dayCloseContinued(let fact): return ("The close of \(fact.date.text) went on.", [])
        case .sweepAdvanced(let fact):
            return (
                "The sweep after #\(fact.sweep) got to \(fact.done) of \(fact.total) orders.", []
            )
        case .rebalance(let event): return tell(event)
        case .group(let event): return tell(event)
        case .suspense(let event): return tell(event)
        case .person(.linked(let fact)):
            let to = fact.account == .none ? "the name \(fact.actor)" : "account \(account)"
            return ("\(actor) linked a person as \(fact.person.role) to \(to).", [])
        case .person(.erased(let fact)):
            return ("\(actor) erased what was kept about the person \(fact.person.text).", [])
        default: return ("\(EventName.of(event)) was recorded.", [])
        }
    }

    private func tell(_ event: OrderEvent) -> Words {
        switch event {
        case .placed(let fact): return placed(fact)
        case .approved(let fact):
            return (
                "The order was approved and goes to venue \(fact.venue) under id \(fact.order.id.text).", []
            )
        case .rejected(let fact):
            let code = fact.code?.name ?? "UNKNOWN"
            return ("The order was refused by \(fact.judge): \(code).", Self.numbers(fact.limit, fact.value))
        case .acknowledged(let fact): return ("\(actor) acknowledged the order as \(fact.venueOrderID).", [])
        case .executed(let fact): return executed(fact)
        case .executionConflicted(let fact):
            return (
                "\(actor) reported another trade under an identity that already stands for one. It was kept, not booked.",
                [
                    "venue execution \(fact.report.venueExecutionID) of \(fact.report.tradeDate.text)",
                    "reported now: \(fact.report.quantity.text) at \(fact.report.price.text)",
                    "standing execution \(fact.standing.text)",
                ]
            )
        case .cancelRequested: return ("\(actor) asked to cancel what is left of the order.", [])
        case .cancelled(let fact):
            return (
                "The order was cancelled at the venue; \(fact.cancelledQuantity.text) had not traded.", []
            )
        case .cancelRejected:
            return ("The venue did not cancel: the order was closed before the request came.", [])
        case .expired(let fact):
            return ("The order expired with its day; \(fact.expiredQuantity.text) had not traded.", [])
        default: return tellRarely(event)
        }
    }

    private func placed(_ fact: OrderPlaced) -> Words {
        let terms = CommandText.terms(
            fact.side,
            fact.quantity,
            fact.symbol,
            fact.type,
            fact.limitPrice,
            fact.timeInForce
        )
        let seen = fact.seen
        var prices = [("bid", seen.bid), ("ask", seen.ask), ("last", seen.last)].compactMap { name, price in
            price.map { "\(name) \($0.text)" }
        }
        if prices.isEmpty { prices = ["no prices"] }
        let source = seen.source.isEmpty ? "" : " from \(seen.source) at \(seen.at.text)"
        var details = ["prices seen: " + prices.joined(separator: ", ") + source]
        let names = [
            ("client order id", fact.clientOrderID?.text ?? ""), ("book", fact.book),
            ("strategy", fact.strategy),
            ("parent order", fact.parent == .none ? "" : fact.parent.id.text),
            ("group", fact.group == .none ? "" : fact.group.id.text),
            ("capacity", "\(fact.capacity)"), ("locate", fact.special.locate?.text ?? ""),
        ]
        details.append(names.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }.joined(separator: ", "))
        if fact.isWorked { details.append("is to be worked here by slices") }
        if let method = fact.special.lotMethod { details.append("closes lots by \(method.name)") }
        for lot in fact.special.lots {
            details.append("closes \(lot.quantity.text) of the lot of execution \(lot.execution.text)")
        }
        if let end = fact.special.expireAt { details.append("ends at \(end.text)") }
        return ("\(fact.enteredBy) placed an order for account \(account): \(terms).", details)
    }

    private func executed(_ fact: OrderExecuted) -> Words {
        let verb = fact.side == .buy ? "bought" : fact.side.isShort ? "sold short" : "sold"
        var details = [
            "venue execution \(fact.venueExecutionID) at \(fact.venue), trade date \(fact.tradeDate.text),"
                + " execution \(fact.execution.text)",
            "settlement amount \(fact.settlementAmount.text) \(fact.currency.code),"
                + " commission \(fact.commission.text) \(fact.currency.code)" + Self.fees(fact.fees),
            "the venue says: \(fact.venueCumulative.text) filled, \(fact.venueLeaves.text) left,"
                + " position \(fact.venuePosition.text), cash \(fact.venueCash.text)",
        ]
        if fact.afterClose { details.append("flagged: the order was already closed") }
        if fact.overfilled { details.append("flagged: more was filled than was ordered") }
        return ("\(actor) reported a fill: \(verb) \(fact.quantity.text) at \(fact.price.text).", details)
    }

    private func tell(_ event: RiskEvent) -> Words {
        switch event {
        case .assessed(let fact): return assessed(fact)
        case .reservationChanged(let fact):
            let why =
                fact.reason == .consumed
                ? "The fill consumed its reservation" : "The reservation was released"
            let held = Self.held(fact.remainingCash, fact.remainingShares)
            return (
                why + (held.isEmpty ? "; nothing is held back any more." : "; \(held) remains held back."), []
            )
        case .limitsSet(let fact):
            return (
                "Limits version \(fact.version) hold for account \(account).",
                [
                    "largest order \(fact.orderValueMax.text)",
                    "price collar \(fact.priceCollar.text) basis points",
                ]
            )
        case .killSwitchPulled(let fact):
            return (
                "\(actor) pulled the kill switch of \(fact.account == .none ? "the shard" : account).", []
            )
        case .reassessed(let fact):
            let outcome =
                switch fact.outcome {
                case .kept: "kept"
                case .flagged: "flagged for a person"
                case .cancelled: "to be cancelled"
                }
            return (
                "The order was judged again after the change at position \(fact.sweep): it is \(outcome).",
                fact.checks.map(Self.check)
            )
        case .marginCallIssued, .marginCallMet: return MarginText.of(event, account)
        case .killSwitchReleased(let fact):
            return (
                "\(actor) released the kill switch of \(fact.account == .none ? "the shard" : account).", []
            )
        }
    }

    private func assessed(_ fact: RiskAssessed) -> Words {
        let outcome = fact.verdict == .approved ? "Risk let the order pass" : "Risk refused the order"
        var details = fact.checks.map(Self.check)
        details.append(
            fact.referencePrice.map { "judged by reference price \($0.text)" }
                ?? "judged without a reference price"
        )
        if let shorts = fact.pendingShorts {
            details.append(
                "holds back buying power for \(shorts.text) short at \(fact.reservedPrice.text) a unit"
            )
        } else if fact.reservedCash > .zero {
            details.append(
                "held back: \(fact.reservedCash.text) \(fact.currency.code),"
                    + " \(fact.reservedPrice.text) a unit"
                    + " and commission of \(fact.commission.text) basis points"
                    + (fact.extraFees.terms.map(Self.fees) ?? "")
            )
        } else if fact.reservedShares > .zero {
            details.append("held back: \(fact.reservedShares.text) of the position")
        }
        return (
            outcome + " by limits version \(fact.limitsVersion) and fees version \(fact.feeVersion).", details
        )
    }

    private func tell(_ event: PortfolioEvent) -> Words {
        switch event {
        case .tradeBooked(let fact):
            return (
                "The fill was booked: \(fact.quantity.text) at \(fact.price.text), realised"
                    + " \(fact.realised.text) \(fact.currency.code), settles \(fact.settlementDate.text).",
                fact.postings.map(posting)
            )
        case .tradeSettled(let fact):
            return (
                "The fill settled: \(fact.quantity.text) against \(fact.amount.text) \(fact.currency.code),"
                    + " due \(fact.settlementDate.text).",
                fact.postings.map(posting)
            )
        case .tradeCorrected(let fact):
            let now =
                fact.quantity == .zero
                ? "The fill was taken back"
                : "The fill was put right: \(fact.quantity.text) at \(fact.price.text)"
            return (
                now + "; realised profit changes by \(fact.realised.text) \(fact.currency.code).",
                ["execution \(fact.execution.text) is now \(fact.newExecution.text)"]
                    + fact.postings.map(posting)
            )
        case .deposited(let fact):
            return (
                fact.transfer == .none
                    ? "\(actor) deposited \(fact.amount.text) \(fact.currency.code)."
                    : "\(fact.amount.text) \(fact.currency.code) came from another account.",
                fact.postings.map(posting)
            )
        case .withdrawn(let fact):
            return (
                fact.transfer == .none
                    ? "\(actor) withdrew \(fact.amount.text) \(fact.currency.code)."
                    : "\(actor) sent \(fact.amount.text) \(fact.currency.code) to another account.",
                fact.postings.map(posting)
            )
        case .dayClosed(let fact):
            return (
                "The day \(fact.date.text) was closed at equity \(fact.equity.text).",
                MarginText.close(fact) + fact.foreign.map { CurrencyText.translated($0, fact.currency) }
            )
        case .dividendAccrued, .dividendPaid, .positionAdjusted:
            return (CorporateActionText.of(event), event.postings.map(posting))
        case .positionImported(let fact):
            return (
                "\(actor) imported \(fact.quantity.text), bought on \(fact.acquired.text)"
                    + " for \(fact.cost.text) \(fact.currency.code).",
                fact.postings.map(posting)
            )
        case .interestAccrued, .interestPaid, .converted:
            return (CurrencyText.of(event), event.postings.map(posting))
        case .reconciliationBroke(let fact): return Self.broken(fact)
        case .breakResolved(let fact):
            let found = "the difference found at #\(fact.brokeAt)"
            return ("\(fact.resolver) resolved \(found): \(fact.resolution.name).", [])
        }
    }

    private static func broken(_ fact: ReconciliationBroke) -> Words {
        let ours = fact.ours.map { Decimals.text($0) } ?? "nothing"
        let theirs = fact.theirs.map { Decimals.text($0) } ?? "nothing"
        return (
            "The venue's book and ours differ in \(fact.kind): ours \(ours), theirs \(theirs).",
            ["venue execution \(fact.venueExecutionID) at \(fact.venue)"]
        )
    }

    /// `passed BUYING_POWER_EXCEEDED: limit 1000, was 950`.
    static func check(_ check: RuleCheck) -> String {
        let outcome = check.warned ? "warned" : check.passed ? "passed" : "refused"
        let numbers = numbers(check.limit, check.value)
        let rule = check.rule?.name ?? "UNKNOWN"
        return "\(outcome) \(rule)" + (numbers.isEmpty ? "" : ": " + numbers.joined(separator: ", "))
    }

    static func numbers(_ limit: Int128?, _ value: Int128?) -> [String] {
        [limit.map { "limit " + Decimals.text($0) }, value.map { "was " + Decimals.text($0) }].compactMap {
            $0
        }
    }

    private static func held(_ cash: Money, _ shares: Quantity) -> String {
        if cash > .zero { return cash.text }
        return shares > .zero ? "\(shares.text) of the position" : ""
    }

    func posting(_ posting: Posting) -> String {
        let instrument = symbolByID[posting.instrument]?.text ?? "of instrument \(posting.instrument.id.text)"
        let unit = posting.instrument == .none ? posting.currency.code : instrument
        let kind = posting.feeKind.map { " (\($0.name))" } ?? ""
        return "\(posting.account.name)\(kind) \(posting.amount.text) \(unit)"
    }
}
