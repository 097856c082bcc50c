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
    mutating func submit(
        _ name: String,
        _ command: Command,
        on shard: ShardNumber = Self.tradingShard,
        at time: Timestamp? = nil
    ) {
        guard let id = ClientName(name), let actor = ActorName("tester") else { return }
        // Where orders have hours, clients keep them.
        var effectiveAt = time
        if time == nil, hasHours, let day = watch.books.openDay, shard != .reference {
            effectiveAt = day.at(seconds: 36_000 + Int64(namesGiven % 10_000))
        }
        let now = clock.now()
        let request = CommandRequest(
            id: id,
            command,
            actor: actor,
            receivedAt: now,
            effectiveAt: effectiveAt
        )
        submit(request, on: shard)
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
            CommandRequest(
                id: old.id,
                command,
                actor: old.actor,
                receivedAt: clock.now(),
                effectiveAt: old.effectiveAt
            ),
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
        if hasManyDays, choices.chance(10) { return dayCommand(&choices) }
        switch choices.int(0...99) {
        case 0..<4: return groupCommand(account, order(account, &choices), &choices)
        case 4..<45: return placement(account, &choices)
        case 45..<48: return rebalance(account, &choices)
        case 48..<72: return change(account, &choices)
        case 72..<77: return .deposit(account, cash(account, &choices))
        case 77..<80:
            let move = cash(account, &choices)
            // Who is called pays in.
            let isCalled = watch.books.accounts[account]?.call != nil
            return isCalled && choices.chance(70) ? .deposit(account, move) : .withdraw(account, move)
        case 80: return conversion(account, &choices)
        case 81:
            let move = cash(account, &choices)
            var wanted = TransferCash()
            wanted.to = self.account(&choices)
            wanted.currency = move.currency
            wanted.amount = move.amount
            return .transferCash(account, wanted)
        case 82..<84: return holdings(account, &choices)
        case 84..<87: return .setLimits(account, limits(&choices))
        case 87..<89: return .pullKillSwitch(choices.chance(70) ? account : nil)
        case 89..<92: return release(account, &choices)
        case 92: return resolution(account, &choices)
        case 93: return strangerCommand(account, &choices) ?? resolution(account, &choices)
        case 94..<98: return dayCommand(&choices)
        default:
            var wanted = OpenAccount()
            wanted.alias = choices.one(of: ["a", "d\(namesGiven)", ""])
            if hasMargin, choices.chance(30) { wanted.kind = .margin }
            if choices.chance(30) { wanted.lotMethod = choices.one(of: LotMethod.allCases) }
            return .openAccount(wanted)
        }
    }

    /// Mostly of a switch that is pulled.
    private func release(_ account: AccountID, _ choices: inout Generator) -> Command {
        if watch.books.isKilled, choices.chance(80) { return .releaseKillSwitch(nil) }
        let killed = watch.books.accountsInOrder.filter { watch.books.accounts[$0]?.isKilled ?? false }
        if !killed.isEmpty, choices.chance(80) { return .releaseKillSwitch(choices.one(of: killed)) }
        return .releaseKillSwitch(choices.chance(60) ? account : nil)
    }

    /// Something about an order that is there.
    private mutating func change(_ account: AccountID, _ choices: inout Generator) -> Command {
        guard let order = anyOrder(&choices) else { return .releaseKillSwitch(nil) }
        let owner = watch.books.orders[order]?.placed.account ?? account
        let account = choices.chance(90) ? owner : account
        let waiting = watch.books.ordersInOrder.last { watch.books.orders[$0]?.waitsForReview ?? false }
        switch choices.int(0...11) {
        case 0..<5: return .cancelOrder(account, order)
        case 5..<9: return .replaceOrder(account, replacement(order, &choices))
        case 9, 10:
            guard let waiting, choices.chance(90) else { fallthrough }
            var wanted = ReviewOrder()
            wanted.order = waiting
            wanted.approved = choices.chance(75)
            return .reviewOrder(watch.books.orders[waiting]?.placed.account ?? account, wanted)
        default:
            let parked = watch.books.parked.min()
            var wanted = ResolveOrder()
            wanted.order = parked ?? order
            wanted.retry = choices.chance(70)
            return .resolveOrder(
                parked.flatMap { watch.books.orders[$0]?.placed.account } ?? account,
                wanted
            )
        }
    }

    private func limits(_ choices: inout Generator) -> SetLimits {
        var limits = SetLimits()
        let odd = choices.chance(15)
        let most = choices.int64(odd ? -1...20_000 : 100_000...2_000_000)
        limits.orderValueMax = Money(nanos: Int128(most) * 1_000_000_000)
        limits.priceCollar = BasisPoints(choices.int64(0...2_000))
        if choices.chance(25) {
            let today = watch.books.openDay?.days ?? 100
            limits.effectiveFrom = BusinessDate(days: today + Int32(choices.int(-1...3)))
            if choices.chance(60) {
                limits.effectiveTo = BusinessDate(days: today + Int32(choices.int(-1...5)))
            }
        }
        if choices.chance(25) {
            limits.orderQuantityMax = Quantity(units: choices.int64(5...60))
            limits.openOrdersMax = UInt32(choices.int(1...12))
            if choices.chance(50) { limits.duplicateWindowMillis = UInt32(choices.int(0...5_000)) }
            if choices.chance(50) { limits.ordersPerSecondMax = UInt32(choices.int(1...9)) }
            if choices.chance(50) { limits.drawdownMax = BasisPoints(choices.int64(10...5_000)) }
        }
        return limits
    }

    /// What was held elsewhere; the same file comes again under the same name by `poseAgain`, and under
    /// another one here.
    private mutating func holdings(_ account: AccountID, _ choices: inout Generator) -> Command {
        if let last = imports.last, choices.chance(30) { return last }
        var wanted = ImportHoldings()
        if choices.chance(60) { wanted.cash = [cash(account, &choices)] }
        let today = watch.books.openDay?.days ?? 100
        for instrument in watch.books.facts.instruments where choices.chance(50) {
            var line = HoldingLine()
            line.symbol = instrument.symbol
            line.quantity = Quantity(units: choices.int64(choices.chance(95) ? 1...300 : -1...0))
            line.cost = Money(nanos: Int128(choices.int64(0...50_000)) * 1_000_000_000)
            line.acquired = BusinessDate(
                days: today - Int32(choices.int(choices.chance(95) ? 0...90 : -2...0))
            )
            wanted.lots.append(line)
        }
        let command = Command.importHoldings(account, wanted)
        imports.append(command)
        return command
    }

    func account(_ choices: inout Generator) -> AccountID {
        let known = watch.books.accountsInOrder
        guard !known.isEmpty, choices.chance(97) else {
            return AccountID(Identifier(high: choices.next(), low: choices.next()))
        }
        if hasMargin, choices.chance(40) {
            let called = known.filter { watch.books.accounts[$0]?.call != nil }
            let margin = known.filter { watch.books.accounts[$0]?.opened.kind == .margin }
            let wanted = called.isEmpty || choices.chance(40) ? margin : called
            if !wanted.isEmpty { return choices.one(of: wanted) }
        }
        return choices.one(of: known)
    }

    private func anyOrder(_ choices: inout Generator) -> OrderID? {
        let orders = watch.books.ordersInOrder
        guard !orders.isEmpty else { return nil }
        if choices.chance(60) {
            let open = orders.filter { watch.books.orders[$0]?.isOpen ?? false }
            if !open.isEmpty { return choices.one(of: open) }
        }
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
        // What covers a margin call may be more than anybody moves at other times.
        let isCalled = watch.books.accounts[account]?.call != nil
        let usual = Int128(choices.int64(1...(isCalled ? 60_000 : 5_000))) * 1_000_000_000
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
        let next = watch.books.openDay ?? BusinessDate(days: 100)
        return choices.chance(80) ? next : BusinessDate(days: next.days + Int32(choices.int(-2...2)))
    }

    /// A session that opens or closes, a day that ends, or several.
    private func dayCommand(_ choices: inout Generator) -> Command {
        let date = rollDate(&choices)
        return switch choices.int(0...9) {
        case 0: .openSession(calendar: Self.calendar, date)
        case 1, 2: .closeSession(calendar: Self.calendar, date)
        case 3:
            .rollThrough(calendar: Self.calendar, BusinessDate(days: date.days + Int32(choices.int(0...3))))
        default: .rollDay(calendar: Self.calendar, date)
        }
    }
}
