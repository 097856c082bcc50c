internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import Sagas
internal import SeededChoices
internal import Venues

/// Orders that the core did not send: somebody trades past it, in the name of an account that it has, or of
/// one that nobody has.
extension SimulatedVenue.Book {
    /// Reports a whole trade of an order that nobody here sent, for the account and the instrument of
    /// `order`; in some reports the account, or what was traded, has a name that nobody knows.
    mutating func tradeOfStranger(
        _ order: OrderID,
        _ at: Timestamp,
        _ commission: BasisPoints,
        _ choices: inout Generator
    ) {
        guard let terms = orders[order]?.terms, let market = prices[terms.instrument] else { return }
        let quantity = Quantity(units: choices.int64(1...9))
        guard let (settlement, fee) = Self.amounts(market, quantity, terms.currency, commission) else {
            return
        }
        let isBuy = terms.side == .buy
        var report = OrderExecuted()
        report.order = OrderID(Identifier(high: choices.next(), low: choices.next()))
        report.venue = "paper"
        report.tradeDate = day
        report.venueExecutionID = "S\(tales.count + 1)"
        report.side = terms.side
        report.quantity = quantity
        report.price = market
        report.currency = terms.currency
        report.settlementAmount = settlement
        report.commission = fee
        report.venueCumulative = quantity
        var said = ExternalReport()
        said.venue = report.venue
        said.venueOrderID = choices.chance(20) ? "desk-\(tales.count)" : report.order.id.text
        said.instrument = terms.instrument
        said.side = report.side
        var account = terms.account
        switch choices.int(0...3) {
        case 0: account = AccountID(Identifier(high: choices.next(), low: choices.next()))
        case 1: said.instrument = InstrumentID(Identifier(high: choices.next(), low: choices.next()))
        default:
            let holding = SimulatedVenue.Holding(account: account, instrument: terms.instrument)
            let purse = SimulatedVenue.Purse(account: account, currency: terms.currency)
            let signed = (isBuy ? 1 : -1) * quantity.nanos
            let flow = (isBuy ? -settlement.nanos : settlement.nanos) - fee.nanos
            report.venuePosition = Quantity(nanos: (positions[holding] ?? .zero).nanos + signed)
            report.venueCash = Money(nanos: (cash[purse] ?? .zero).nanos + flow)
            positions[holding] = report.venuePosition
            cash[purse] = report.venueCash
        }
        said.execution = report
        tales.append(report)
        say(.external(account, said, at: at), of: order)
        guard report.venueCash == .zero, choices.chance(50) else { return }
        var bust = ExecutionBusted()
        bust.revision.order = report.order
        bust.revision.venue = report.venue
        bust.revision.tradeDate = day
        bust.revision.venueExecutionID = "B" + report.venueExecutionID
        bust.revision.revisedTradeDate = report.tradeDate
        bust.revision.revisedVenueExecutionID = report.venueExecutionID
        say(.told(account, .busted(bust), at: at), of: order)
    }
}

extension Books {
    /// An order that no judge saw and nothing is held back for.
    mutating func takeStranger(_ found: ExternalOrderFound) {
        var order = OrderBook(found.placed)
        order.isApproved = true
        orders[found.order] = order
        takeIn(found.order)
    }
}

extension World {
    /// Says whose a trade in suspense is, or why a break of no account came to be.
    func strangerCommand(_ account: AccountID, _ choices: inout Generator) -> Command? {
        let held = watch.state.suspense.tradeByBreak
        guard let position = held.keys.sorted().last(where: { held[$0]?.assigned == nil }) else { return nil }
        if choices.chance(10) {
            var wanted = ResolveBreak()
            wanted.brokeAt = position
            wanted.resolution = choices.one(of: BreakResolution.allCases)
            return .resolveStrayBreak(wanted)
        }
        var wanted = AssignTrade()
        wanted.brokeAt = position
        let currency = held[position]?.suspended.report.currency ?? .usd
        let known = watch.books.facts.instruments
        if !known.contains(where: { $0.instrument == held[position]?.suspended.instrument }) {
            let fitting = known.filter { $0.currency == currency }
            wanted.symbol = choices.one(of: choices.chance(90) ? fitting : known).symbol
        }
        let owners = watch.books.accountsInOrder.filter {
            watch.books.accounts[$0]?.opened.currency == currency
        }
        return .assignTrade(choices.chance(90) ? choices.one(of: owners) : account, wanted)
    }

    static func tellsOfStrangers(_ fact: DomainEvent, of command: Command) -> Bool {
        switch (command, fact) {
        case (.assignTrade(let account, let wanted), .suspense(.assigned(let fact))):
            fact.account == account && fact.brokeAt == wanted.brokeAt
        case (.resolveStrayBreak(let wanted), .portfolio(.breakResolved(let fact))):
            fact.brokeAt == wanted.brokeAt && fact.resolution == wanted.resolution
        default: false
        }
    }
}
