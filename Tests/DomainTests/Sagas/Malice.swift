import BifrostKernel
import ComplianceRules
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import SeededChoices

/// Commands with extreme values in every field, about things that exist and things that do not.
struct Malice {
    var generator: Generator
    /// What exists: accounts, and orders with their owners.
    var accounts: [AccountID] = [Sample.account]
    var orders: [(account: AccountID, order: OrderID)] = [(Sample.account, Sample.order)]
    /// The rebalances that have not ended, and what their venues owe an answer for.
    var rebalances: [(account: AccountID, id: Identifier)] = []
    var waits: [Int64] = [0]
    /// The groups that have not ended, those that are due first.
    var groups: [(account: AccountID, id: OrderID)] = []
    /// The orders that are worked by slices, those that are due first.
    var works: [(account: AccountID, id: OrderID)] = []
    /// The sweeps that are not finished.
    var sweeps: [Int64] = []
    /// Where the venue's book and ours differ.
    var breaks: [Int64] = []
    /// How often a value is one that an honest sender could have sent.
    var plausiblePercent = 75

    init(seed: UInt64) { generator = Generator(seed: seed) }

    mutating func identifier() -> Identifier {
        switch generator.int(0...2) {
        case 0: .none
        case 1: Identifier(high: .max, low: .max)
        default: Identifier(high: generator.next(), low: generator.next())
        }
    }
    mutating func isPlausible() -> Bool { generator.chance(plausiblePercent) }
    mutating func account() -> AccountID {
        generator.chance(95) ? generator.one(of: accounts) : AccountID(identifier())
    }
    mutating func order() -> (account: AccountID, order: OrderID) {
        let known = generator.one(of: orders)
        guard generator.chance(5) else { return known }
        return (account(), OrderID(identifier()))
    }
    mutating func instrument() -> InstrumentID { Sample.instrument(generator.int64(0...4)) }

    mutating func quantity() -> Quantity {
        if isPlausible() { return Quantity(units: generator.int64(1...100)) }
        let most = Quantity.nanosMax
        let sizes = [0, 1, -1, most, -most, most - 1, most / 2, 1_000_000_000, 7_000_000_000]
        return Quantity(nanos: generator.one(of: sizes))
    }
    mutating func price() -> Price {
        if isPlausible() { return Price(cents: generator.int64(950...1050)) }
        let most = Price.nanosMax
        let sizes = [0, 1, -1, most, -most, 10_000_000, 1_000_000_000, most / 2]
        return Price(nanos: generator.one(of: sizes))
    }
    mutating func optionalPrice() -> Price? { generator.chance(15) ? nil : price() }
    mutating func money() -> Money {
        if isPlausible() { return Money(cents: generator.int64(1...100_000_000)) }
        let most = Money.nanosMax
        let sizes = [0, 1, -1, most, -most, most / 2, most - 10_000_000, 10_000_000, 5_000_000_000]
        return Money(nanos: generator.one(of: sizes))
    }
    mutating func rate() -> BasisPoints { BasisPoints(generator.one(of: [0, 1, 1000, 1001, 1_000_000])) }
    mutating func currency() -> Currency {
        .known(isPlausible() ? "USD" : generator.one(of: ["JPY", "KWD", "EUR"]))
    }
    mutating func date() -> BusinessDate {
        let near = World.monday.days + Int32(generator.int(0...12))
        return BusinessDate(days: generator.one(of: [near, near, near, .min, .max, 0, .max - 1]))
    }
    mutating func time() -> Timestamp {
        Timestamp(nanos: generator.one(of: [.min, .min + 1, -1, 0, 631_188_000_000_000_000, .max]))
    }
    mutating func text() -> String {
        isPlausible()
            ? "XNYS"
            : generator.one(of: [
                "", "paper", "alpha", "a\(generator.int(0...99))", "XNYS", "ÄÖ\u{0}",
                String(repeating: "x", count: 999),
            ])
    }
    mutating func name() -> ClientName? {
        isPlausible()
            ? nil
            : generator.one(of: [nil, .known("x"), .known(String(repeating: "n", count: 128)), .known("y")])
    }
    mutating func symbol() -> Symbol {
        generator.one(of: isPlausible() ? World.symbols : [.none, .known("DAX"), .known("NOPE")])
    }
    /// A field that is no position if it is negative, and that the core alone fills.
    mutating func position() -> Int64 { generator.one(of: [0, 1, 2, 9, .max]) }
    mutating func number() -> Int64 { generator.one(of: [.min, -1, 0, 1, 2, 9, .max]) }
}

extension Malice {
    mutating func placeOrder() -> PlaceOrder {
        var wanted = PlaceOrder()
        wanted.clientOrderID = name()
        wanted.symbol = symbol()
        wanted.side = generator.chance(60) ? .buy : generator.chance(50) ? .sell : .sellShort
        if wanted.side == .sellShort || generator.chance(2) { wanted.special.locate = .known("L-1") }
        wanted.type = generator.chance(30) ? .market : .limit
        wanted.quantity = quantity()
        wanted.limitPrice = wanted.type == .limit || generator.chance(5) ? optionalPrice() : nil
        wanted.parent = order().order
        if !works.isEmpty, generator.chance(30) { slice(&wanted) }
        wanted.book = text()
        wanted.seen.bid = optionalPrice()
        wanted.seen.ask = optionalPrice()
        wanted.seen.last = optionalPrice()
        wanted.seen.at = time()
        if generator.chance(20) {
            wanted.type = generator.one(of: OrderType.allCases)
            wanted.timeInForce = generator.one(of: TimeInForce.allCases)
            wanted.special = special()
            if generator.chance(30) { wanted.special.locate = name() }
            wanted.review = generator.chance(30)
        }
        if generator.chance(8) { work(&wanted) }
        return wanted
    }

    mutating func report(_ order: OrderID) -> OrderExecuted {
        var report = OrderExecuted()
        report.execution = identifier()
        report.order = order
        report.venue = text()
        report.tradeDate = date()
        report.venueExecutionID = isPlausible() ? "E\(generator.int(1...9999))" : text()
        report.side = generator.chance(60) ? .buy : generator.one(of: Side.allCases)
        report.quantity = quantity()
        report.price = price()
        report.currency = currency()
        report.settlementAmount = money()
        report.commission = money()
        if generator.chance(20) { report.fees = tradeFees() }
        report.venueCumulative = quantity()
        report.venueLeaves = quantity()
        report.venuePosition = quantity()
        report.venueCash = money()
        return report
    }

    mutating func terms() -> InstrumentRegistered {
        var terms = World.instrument(symbol(), instrument())
        terms.currency = currency()
        terms.tickSize = price()
        terms.lotSize = quantity()
        terms.tradingCalendar = text()
        terms.settlementDays = generator.one(of: [0, 0, 1, 2, .max])
        terms.validFrom = date()
        if generator.chance(30) {
            terms.tickTable = (0..<generator.int(1...3)).map { _ in TickStep(from: price(), price()) }
            terms.settlementCycles = [SettlementCycle(from: date(), days: UInt32(generator.int(0...40)))]
            terms.priceScale = UInt32(generator.int(0...10))
            terms.fractionable = generator.chance(50)
        }
        terms.marginable = generator.chance(60)
        terms.shortable = generator.chance(60)
        return terms
    }

    mutating func days() -> TradingDaysDeclared {
        var days = TradingDaysDeclared()
        days.calendar = text()
        let count = generator.int(0...3)
        days.days = (0..<count).map { _ in date() }.sorted()
        if generator.chance(20) {
            let opening = time()
            days.hours = days.days.map { SessionHours(min($0.start, opening), $0.at(seconds: 86_399)) }
        }
        return days
    }

    mutating func fees() -> FeeScheduleSet {
        var fees = FeeScheduleSet()
        fees.venue = generator.chance(60) ? "paper" : text()
        fees.commission = rate()
        fees.validFrom = date()
        if generator.chance(40) { extend(&fees) }
        return fees
    }

    mutating func holdings() -> ImportHoldings {
        var wanted = ImportHoldings()
        wanted.cash = (0..<generator.one(of: [0, 1, 2, 201])).map { _ in ShardRunner.move(money(), currency())
        }
        wanted.lots = (0..<generator.int(0...3)).map { _ in
            var line = HoldingLine()
            line.symbol = symbol()
            line.quantity = quantity()
            line.cost = money()
            line.acquired = date()
            return line
        }
        return wanted
    }

    mutating func announcement() -> CorporateActionAnnounced {
        var fact = CorporateActionAnnounced()
        fact.action = identifier()
        fact.instrument = instrument()
        fact.kind = generator.chance(50) ? .split : .cashDividend
        fact.exDate = date()
        fact.payDate = date()
        fact.currency = currency()
        fact.amountPerUnit = price()
        fact.numerator = generator.one(of: [0, 1, 2, 3, 7, 1_000_000, .max])
        fact.denominator = generator.one(of: [0, 1, 2, 10, 999_999, .max])
        fact.cashInLieuPrice = optionalPrice()
        if generator.chance(20) { fact.replaced = identifier() }
        return fact
    }

    mutating func withdrawal() -> CorporateActionWithdrawn {
        var fact = CorporateActionWithdrawn()
        fact.action = identifier()
        fact.instrument = instrument()
        fact.exDate = date()
        return fact
    }

    private func withdrawal(of change: InstrumentTermsChanged) -> InstrumentChangeWithdrawn {
        var fact = InstrumentChangeWithdrawn()
        fact.instrument = change.instrument
        fact.version = change.version
        fact.effectiveFrom = change.effectiveFrom
        fact.terms = change.terms
        return fact
    }

    private mutating func revision() -> Command {
        if generator.chance(20) {
            var wanted = CorrectInstrument()
            wanted.symbol = symbol()
            wanted.announcedFrom = date()
            wanted.effectiveFrom = date()
            if generator.chance(50) { wanted.name = symbol() }
            return .correctInstrument(wanted)
        }
        if generator.chance(10) {
            var wanted = WithdrawInstrumentChange()
            wanted.symbol = symbol()
            wanted.announcedFrom = date()
            return .withdrawInstrumentChange(wanted)
        }
        if generator.chance(30) {
            var wanted = WithdrawCorporateAction()
            wanted.action = identifier()
            return .withdrawCorporateAction(wanted)
        }
        var wanted = CorrectCorporateAction()
        let terms = announcement()
        wanted.action = identifier()
        if generator.chance(30) { wanted.exDate = terms.exDate }
        if generator.chance(30) { wanted.payDate = terms.payDate }
        if generator.chance(30) { wanted.amountPerUnit = terms.amountPerUnit }
        if generator.chance(30) { wanted.numerator = terms.numerator }
        if generator.chance(30) { wanted.denominator = terms.denominator }
        wanted.cashInLieuPrice = terms.cashInLieuPrice
        return .correctCorporateAction(wanted)
    }

    mutating func fact() -> ReferenceEvent {
        if generator.chance(10) { return currencyFact() }
        switch generator.int(0...8) {
        case 7:
            var change = InstrumentTermsChanged()
            change.instrument = instrument()
            change.effectiveFrom = date()
            change.terms = terms()
            change.version = UInt32(generator.int(0...3))
            if generator.chance(20) { change.replacedVersion = UInt32(generator.int(0...3)) }
            if generator.chance(20) { return .changeWithdrawn(withdrawal(of: change)) }
            return .termsChanged(change)
        case 8:
            var change = InstrumentStatusChanged()
            change.instrument = instrument()
            change.status = status()
            return .statusChanged(change)
        case 0: return .instrumentRegistered(terms())
        case 1:
            var marks = OfficialMarksRecorded()
            marks.date = date()
            marks.marks = [OfficialMark(instrument(), price())]
            return .marksRecorded(marks)
        case 2:
            var change = RestrictionChanged()
            change.instrument = instrument()
            change.restricted = generator.chance(30)
            return .restrictionChanged(change)
        case 3: return .feesSet(fees())
        case 4: return .tradingDaysDeclared(days())
        case 5 where generator.chance(30): return .corporateActionWithdrawn(withdrawal())
        case 5: return .corporateActionAnnounced(announcement())
        default: return .copied(ReferenceFactCopied(), .feesSet(fees()))
        }
    }

    mutating func command() -> Command {
        generator.chance(70) ? tradingCommand() : administrativeCommand()
    }

    private mutating func tradingCommand() -> Command {
        let known = order()
        if generator.chance(25) { return rareCommand(known.account, known.order) }
        switch generator.int(0...9) {
        case 0, 1, 2: return .placeOrder(account(), placeOrder())
        case 3, 4, 5: return .recordExecution(known.account, report(known.order))
        case 6:
            if generator.chance(50) { return .cancelOrder(known.account, known.order) }
            var fact = OrderAcknowledged()
            fact.order = known.order
            return .acknowledgeOrder(known.account, fact)
        case 7: return .confirmCancel(known.account, known.order)
        case 8: return .refuseCancel(known.account, known.order)
        default:
            if generator.chance(70) { return sagaCommand(known.account, known.order) }
            return .rejectAtVenue(known.account, known.order, generator.one(of: RejectionCode.allCases))
        }
    }

    private mutating func administrativeCommand() -> Command {
        switch generator.int(0...18) {
        case 0, 1, 2:
            return .deposit(account(), ShardRunner.move(money(), currency()))
        case 3:
            if generator.chance(50) { return .importHoldings(account(), holdings()) }
            if generator.chance(40) { return .transferCash(account(), transfer()) }
            if generator.chance(40) { return .convertCash(account(), conversion()) }
            return .withdraw(account(), ShardRunner.move(money(), currency()))
        case 4:
            var wanted = SetLimits()
            wanted.orderValueMax = money()
            wanted.priceCollar = rate()
            if generator.chance(50) {
                if generator.chance(30) { wanted.effectiveFrom = date() }
                if generator.chance(30) { wanted.effectiveTo = date() }
                if generator.chance(50) { wanted.grossExposureMax = money() }
                if generator.chance(50) { wanted.netExposureMax = money() }
                if generator.chance(50) { wanted.positionValueMax = money() }
                if generator.chance(50) { wanted.concentrationMax = rate() }
                if generator.chance(50) { wanted.dayLossMax = money() }
                if generator.chance(50) { wanted.drawdownMax = rate() }
                if generator.chance(20) { wanted.approvalPolicy = text() }
                if generator.chance(20) { wanted.approvers = [text(), text()] }
                if generator.chance(20) { wanted.ordersPerSecondMax = generator.one(of: [0, 1, .max]) }
                if generator.chance(20) { wanted.openOrdersMax = generator.one(of: [0, 5, .max]) }
                if generator.chance(20) { wanted.orderQuantityMax = quantity() }
                if generator.chance(20) { wanted.duplicateWindowMillis = generator.one(of: [0, 1000, .max]) }
            }
            return .setLimits(account(), wanted)
        case 5: return .pullKillSwitch(generator.chance(50) ? nil : account())
        case 6:
            if generator.chance(20) { return .continueSweep(number(), done: UInt64(bitPattern: number())) }
            if !sweeps.isEmpty, generator.chance(60) {
                return .continueSweep(generator.one(of: sweeps), done: 0)
            }
            return .releaseKillSwitch(generator.chance(70) ? nil : account())
        case 7, 8: return .rollDay(calendar: text(), date())
        case 14:
            return generator.chance(50) ? .rollThrough(calendar: text(), date()) : .catchUp(date())
        case 15: return .openSession(calendar: text(), date())
        case 16: return .closeSession(calendar: text(), date())
        case 9: return .continueRoll(date(), step: UInt64(bitPattern: number()))
        case 10:
            var copy = ReferenceFactCopied()
            copy.sourcePosition = generator.chance(80) ? generator.int64(1...1_000_000) : position()
            return .copyReference(copy, fact())
        case 11:
            var opened = ShardOpened()
            opened.shard = generator.one(of: [0, 1, 16_383, 16_384, .max])
            opened.isReference = generator.chance(20)
            return .openShard(opened)
        case 12:
            var started = WriterStarted()
            started.epoch = position()
            return .startWriter(started)
        case 13: return .openAccount(opening())
        default: return generator.chance(5) ? personCommand() : referenceCommand()
        }
    }

    private mutating func personCommand() -> Command {
        guard generator.chance(70) else { return .erasePerson(PersonErased()) }
        var link = PersonLinked()
        if generator.chance(70) { link.account = account() }
        link.actor = text()
        link.person.role = text()
        return .linkPerson(link)
    }

    private mutating func opening() -> OpenAccount {
        var wanted = OpenAccount()
        wanted.alias = text()
        wanted.currency = currency()
        wanted.kind = generator.chance(50) ? .margin : nil
        if generator.chance(30) { wanted.owner = OwnerID(identifier()) }
        return wanted
    }

    mutating func status() -> InstrumentStatus {
        generator.chance(60) ? .active : generator.one(of: InstrumentStatus.allCases)
    }

    mutating func referenceCommand() -> Command {
        if generator.chance(10) { return currencyReferenceCommand() }
        switch generator.int(0...7) {
        case 7 where generator.chance(40): return revision()
        case 7:
            var wanted = AnnounceCorporateAction()
            wanted.symbol = symbol()
            wanted.terms = announcement()
            return .announceCorporateAction(wanted)
        case 5:
            var wanted = ChangeInstrument()
            wanted.symbol = symbol()
            wanted.effectiveFrom = date()
            wanted.terms = terms()
            return .changeInstrument(wanted)
        case 6: return .setInstrumentStatus(symbol(), status())
        case 0:
            var wanted = RegisterInstrument()
            wanted.terms = terms()
            return .registerInstrument(wanted)
        case 1:
            var marks = RecordMarks()
            marks.date = date()
            let count = generator.one(of: [0, 1, 256, 257])
            marks.marks = Array(repeating: SymbolPrice(symbol(), price()), count: count)
            return .recordMarks(marks)
        case 2: return .restrict(symbol(), generator.chance(50))
        case 3: return .setFees(fees())
        default: return .declareTradingDays(days())
        }
    }
}
