internal import BifrostKernel
internal import Engine
internal import EventStore
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
internal import Sagas
internal import SeededChoices
internal import Synchronization
internal import Venues

/// What clients and operators ask for.
extension World {
    static let calendar = "XNYS"

    /// Poses `command` under a name.
    mutating func submit(_ name: String, _ command: Command, on shard: ShardNumber = Self.tradingShard) {
        guard let id = ClientName(name), let actor = ActorName("tester") else { return }
        submit(CommandRequest(id: id, command, actor: actor, receivedAt: clock.now()), on: shard)
    }

    mutating func submit(_ request: CommandRequest, on shard: ShardNumber) {
        let seat = shard == .reference ? facts : trading
        guard let seat else { return }
        let known = request.command.account.map { watch.books.accounts[$0] != nil } ?? true
        let index = posed.count
        posed.append(Posed(request: request, shard: shard, holder: seat.holder, accountWasKnown: known))
        posedByKey[ShardWatch.Key(request), default: []].append(index)
        seat.engine.submit(request) { [answers, log] answer in
            let durable = (try? log.inner.head(of: shard).position) ?? 0
            answers.add(Answers.Said(index: index, answer: answer, durable: durable))
        }
    }

    mutating func newName() -> String {
        namesGiven += 1
        return "c\(namesGiven)"
    }

    mutating func pose(_ choices: inout Generator) {
        submit(newName(), command(&choices))
    }

    /// The same request, later, at other prices: its content is the same.
    mutating func poseAgain(_ choices: inout Generator) {
        guard !posed.isEmpty else { return }
        poseAgain(choices.int(0...posed.count - 1))
    }

    mutating func poseAgain(_ index: Int) {
        let old = posed[index].request
        var command = old.command
        if case .placeOrder(let account, var order) = command {
            order.seen.at = clock.now()
            command = .placeOrder(account, order)
        }
        submit(
            CommandRequest(id: old.id, command, actor: old.actor, receivedAt: clock.now()),
            on: posed[index].shard
        )
    }

    /// An id that stands for something, with something else.
    mutating func reuseID(_ choices: inout Generator) {
        guard !posed.isEmpty else { return }
        let old = choices.one(of: posed).request.id.text
        submit(old, command(&choices))
    }

    private mutating func command(_ choices: inout Generator) -> Command {
        let account = account(&choices)
        switch choices.int(0...99) {
        case 0..<4: return groupCommand(account, order(account, &choices), &choices)
        case 4..<53: return .placeOrder(account, order(account, &choices))
        case 53..<56: return rebalance(account, &choices)
        case 56..<70:
            guard let order = anyOrder(&choices) else { return .releaseKillSwitch(nil) }
            let owner = watch.books.orders[order]?.placed.account ?? account
            return .cancelOrder(choices.chance(90) ? owner : account, order)
        case 70..<76: return .deposit(account, cash(account, &choices))
        case 76..<80: return .withdraw(account, cash(account, &choices))
        case 80: return conversion(account, &choices)
        case 81:
            let move = cash(account, &choices)
            var wanted = TransferCash()
            wanted.to = self.account(&choices)
            wanted.currency = move.currency
            wanted.amount = move.amount
            return .transferCash(account, wanted)
        case 82..<86:
            var limits = SetLimits()
            limits.orderValueMax = Money(nanos: Int128(choices.int64(-1...2_000_000)) * 1_000_000_000)
            limits.priceCollar = BasisPoints(choices.int64(0...2_000))
            return .setLimits(account, limits)
        case 86..<89: return .pullKillSwitch(choices.chance(60) ? account : nil)
        case 89..<94: return .releaseKillSwitch(choices.chance(60) ? account : nil)
        case 94: return strangerCommand(account, &choices) ?? resolution(account, &choices)
        case 95..<98: return dayCommand(&choices)
        default:
            var wanted = OpenAccount()
            wanted.alias = choices.one(of: ["a", "d\(namesGiven)", ""])
            return .openAccount(wanted)
        }
    }

    private func account(_ choices: inout Generator) -> AccountID {
        let known = watch.books.accountsInOrder
        guard !known.isEmpty, choices.chance(97) else {
            return AccountID(Identifier(high: choices.next(), low: choices.next()))
        }
        return choices.one(of: known)
    }

    private func anyOrder(_ choices: inout Generator) -> OrderID? {
        let orders = watch.books.ordersInOrder
        guard !orders.isEmpty else { return nil }
        return choices.one(of: choices.chance(70) ? Array(orders.suffix(6)) : orders)
    }

    /// Weights of some of the account's instruments, or the end of what it has under way.
    private func rebalance(_ account: AccountID, _ choices: inout Generator) -> Command {
        if let saga = watch.state.rebalances.first(where: { $0.started.account == account }),
            choices.chance(50)
        {
            return .stopRebalance(account, saga.started.rebalance)
        }
        var wanted = RebalanceAccount()
        let currency = watch.books.accounts[account]?.opened.currency ?? .usd
        for instrument in watch.books.facts.instruments where choices.chance(70) {
            guard instrument.currency == currency || choices.chance(5) else { continue }
            let seen = venue.price(of: instrument.instrument) ?? ReferencePrice()
            let weight = BasisPoints(choices.int64(0...5_200))
            wanted.targets.append(WantedWeight(instrument.symbol, weight, seen: seen))
        }
        wanted.band = BasisPoints(choices.int64(0...300))
        wanted.slippage = BasisPoints(choices.int64(0...300))
        wanted.onRefusal = choices.chance(50) ? .goOn : .stop
        if choices.chance(30) { wanted.secondsMax = UInt32(choices.int(1...600)) }
        return .rebalance(account, wanted)
    }

    private func resolution(_ account: AccountID, _ choices: inout Generator) -> Command {
        var wanted = ResolveBreak()
        wanted.resolution = choices.one(of: BreakResolution.allCases)
        guard let known = watch.state.openBreaks.min(by: { $0.key < $1.key }) else {
            return .resolveBreak(account, wanted)
        }
        wanted.brokeAt = known.key
        return .resolveBreak(choices.chance(80) ? known.value : account, wanted)
    }

    private func cash(_ account: AccountID, _ choices: inout Generator) -> MoveCash {
        var move = MoveCash()
        move.currency = watch.books.accounts[account]?.opened.currency ?? .usd
        if choices.chance(10) { move.currency = choices.one(of: [.usd, Self.yen]) }
        let free = watch.books.freeCash(account, move.currency)
        let most = Money.nanosMax
        let usual = Int128(choices.int64(1...5_000)) * 1_000_000_000
        let odd = choices.one(of: [0, -1, 1, most, -most, free, free + 10_000_000, most - free])
        move.amount = Money(clamping: choices.chance(70) ? usual : odd)
        return move
    }

    /// Mostly near the rate that the market has, sometimes far from it.
    private func conversion(_ account: AccountID, _ choices: inout Generator) -> Command {
        let move = cash(account, &choices)
        var wanted = ConvertCash()
        wanted.currency = move.currency
        wanted.amount = move.amount
        wanted.to = choices.chance(90) ? (move.currency == .usd ? Self.yen : .usd) : move.currency
        let near: Int64 = wanted.currency == .usd ? 150_000_000_000 : 6_666_667
        wanted.rate = Price(nanos: near / 100 * choices.int64(choices.chance(90) ? 95...105 : 0...300))
        wanted.source = "simulated"
        return .convertCash(account, wanted)
    }

    private func rollDate(_ choices: inout Generator) -> BusinessDate {
        let rolled = watch.state.rolledDate ?? BusinessDate(days: 99)
        return BusinessDate(days: rolled.days + (choices.chance(80) ? 1 : Int32(choices.int(-1...3))))
    }

    private mutating func order(_ account: AccountID, _ choices: inout Generator) -> PlaceOrder {
        let instruments = watch.books.facts.instruments
        var wanted = PlaceOrder()
        let currency = watch.books.accounts[account]?.opened.currency ?? .usd
        let own = instruments.filter { $0.currency == currency }
        if !own.isEmpty { wanted.symbol = choices.one(of: choices.chance(95) ? own : instruments).symbol }
        wanted.side = choices.chance(60) ? .buy : .sell
        wanted.quantity = Quantity(units: choices.int64(1...40))
        if choices.chance(4) {
            let most = Quantity.nanosMax
            wanted.quantity = Quantity(
                nanos: choices.one(of: [0, -1, 1, most, -most, most / 1_000_000_000 * 1_000_000_000])
            )
        }
        if let instrument = instruments.first(where: { $0.symbol == wanted.symbol }),
            let seen = venue.price(of: instrument.instrument), choices.chance(95)
        {
            wanted.seen = seen
        }
        if choices.chance(60) {
            wanted.type = .limit
            let near = (wanted.seen.last?.nanos ?? 1_000_000_000) / 100 * choices.int64(85...115)
            let limit = max(near / 10_000_000, 1) * 10_000_000
            let odd = choices.one(of: [0, -1, 1, Price.nanosMax, 10_000_000])
            wanted.limitPrice = Price(nanos: choices.chance(97) ? limit : odd)
        }
        if choices.chance(30) { wanted.clientOrderID = ClientName("o\(choices.int(0...40))") }
        return wanted
    }

    /// A session that opens or closes, a day that ends, or several.
    private func dayCommand(_ choices: inout Generator) -> Command {
        let date = rollDate(&choices)
        return switch choices.int(0...9) {
        case 0: .openSession(calendar: Self.calendar, date)
        case 1, 2: .closeSession(calendar: Self.calendar, date)
        case 3: .rollThrough(calendar: Self.calendar, date)
        default: .rollDay(calendar: Self.calendar, date)
        }
    }

    /// Another tick from a day on, under the same symbol.
    private static func change(_ symbol: Symbol, from day: Int32) -> ChangeInstrument {
        var wanted = ChangeInstrument()
        wanted.symbol = symbol
        wanted.effectiveFrom = BusinessDate(days: day)
        wanted.terms = instrument("-", .usd).terms
        wanted.terms.symbol = symbol
        wanted.terms.settlementDays = settlementDays(symbol.text)
        wanted.terms.sector = "simulated"
        return wanted
    }

    /// A new global fact, or one that the reference shard has to turn down.
    mutating func state(_ choices: inout Generator) {
        let symbols = factWatch.books.facts.instruments.map { $0.symbol }
        guard !symbols.isEmpty else { return }
        let symbol = choices.one(of: symbols)
        let command: Command
        switch choices.int(0...9) {
        case 0..<3: command = .restrict(symbol, choices.chance(40))
        case 3:
            let status = choices.chance(60) ? InstrumentStatus.active : .halted
            command =
                choices.chance(20)
                ? .changeInstrument(Self.change(symbol, from: Int32(choices.int(98...104))))
                : .setInstrumentStatus(symbol, status)
        case 4..<7:
            var marks = RecordMarks()
            marks.date = BusinessDate(days: Int32(choices.int(99...104)))
            marks.source = "simulated"
            marks.marks = [SymbolPrice(symbol, Price(nanos: choices.int64(0...20_000) * 10_000_000))]
            command = .recordMarks(marks)
        case 7 where choices.chance(30):
            command = .recordRates(Self.exchange(choices.int64(100...200), on: Int32(choices.int(98...104))))
        case 7: command = .setFees(Self.fees(choices.int64(0...1_001), from: Int32(choices.int(98...104))))
        case 8: command = .registerInstrument(Self.instrument("N\(namesGiven)", .usd))
        default: command = .registerInstrument(Self.instrument("X", .usd))
        }
        submit(newName(), command, on: .reference)
    }

    /// Some settle at once, some a day later, some two.
    private static func settlementDays(_ symbol: String) -> UInt32 {
        switch symbol {
        case "Y": 2
        case "J": 1
        default: 0
        }
    }

    static func instrument(_ symbol: String, _ currency: Currency) -> RegisterInstrument {
        var wanted = RegisterInstrument()
        wanted.terms.symbol = Symbol(symbol) ?? .none
        wanted.terms.currency = currency
        wanted.terms.tickSize = Price(nanos: 10_000_000)
        wanted.terms.lotSize = Quantity(units: 1)
        wanted.terms.tradingCalendar = calendar
        wanted.terms.settlementDays = settlementDays(symbol)
        return wanted
    }

    static let yen = Currency("JPY") ?? .usd

    static func exchange(_ rate: Int64, on day: Int32) -> OfficialRatesRecorded {
        var rates = OfficialRatesRecorded()
        rates.date = BusinessDate(days: day)
        rates.source = "simulated"
        rates.rates = [OfficialRate(.usd, yen, Price(nanos: rate * 1_000_000_000))]
        return rates
    }

    static func interest(_ currency: Currency, _ basisPoints: Int64, from day: Int32) -> InterestRatesSet {
        var rates = InterestRatesSet()
        rates.currency = currency
        rates.credit = InterestRate(micros: basisPoints * 1_000_000) ?? .zero
        rates.debit = InterestRate(micros: 900_000_000) ?? .zero
        rates.validFrom = BusinessDate(days: day)
        rates.source = "simulated"
        return rates
    }

    static func fees(_ rate: Int64, from day: Int32) -> FeeScheduleSet {
        var fees = FeeScheduleSet()
        fees.venue = PaperProfile.venue
        fees.commission = BasisPoints(rate)
        fees.validFrom = BusinessDate(days: day)
        return fees
    }
}

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
                && fact.priceCollar == limits.priceCollar
        case (.placeOrder(let account, let order), .order(.placed(let fact))):
            fact.account == account && fact.symbol == order.symbol && fact.side == order.side
                && fact.quantity == order.quantity && fact.limitPrice == order.limitPrice
                && fact.type == order.type && fact.clientOrderID == order.clientOrderID
                && fact.seen == order.seen
        case (.cancelOrder(_, let order), .order(.cancelRequested(let fact))): fact.order == order
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
        case (.changeInstrument, .reference), (.setInstrumentStatus, .reference),
            (.openAccount, .ownerRegistered), (.registerInstrument, .reference), (.recordMarks, .reference),
            (.restrict, .reference), (.setFees, .reference), (.declareTradingDays, .reference),
            (.recordRates, .reference), (.setInterestRates, .reference):
            true
        default: false
        }
    }
}
