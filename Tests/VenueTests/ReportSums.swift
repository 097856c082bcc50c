import BifrostKernel
import Orders
import Testing

@testable import Venues

/// What a venue's reports add up to, summed without the venue's own code.
struct ReportSums {
    private let orderByID: [OrderID: RoutedOrder]
    /// Whether reports come as they are made, so that each can be held against the sums of that moment.
    private let isInOrder: Bool
    private let schedule: FeeSchedule
    private var quantityByID: [OrderID: Quantity] = [:]
    /// By their ids, each once, with what they come to after everything that was said of them.
    private(set) var tradeByID: [String: (trade: OrderExecuted, account: AccountID)] = [:]
    private var bustByID: [String: ExecutionBusted] = [:]
    private var correctionByID: [String: ExecutionCorrected] = [:]
    /// The types of the orders that traded.
    private(set) var kinds: Set<OrderType> = []
    private(set) var triggered = 0
    private(set) var replaced = 0
    private(set) var kept = 0
    var busted: Int { bustByID.count }
    var corrected: Int { correctionByID.count }

    init(
        _ orders: [RoutedOrder],
        isInOrder: Bool = true,
        _ schedule: FeeSchedule = FeeSchedule(BasisPoints(5))
    ) {
        self.schedule = schedule
        orderByID = Dictionary(uniqueKeysWithValues: orders.map { ($0.order, $0) })
        self.isInOrder = isInOrder
    }

    mutating func take(_ report: VenueReport) throws {
        switch report {
        case .executed(let account, let trade, _): try take(trade, account)
        case .told(_, .triggered, _): triggered += 1
        case .told(_, .replaced(let fact), _):
            replaced += 1
            quantityByID[fact.order] = fact.terms.quantity
        case .told(_, .replaceRejected, _): kept += 1
        case .told(let account, .busted(let fact), _):
            let before = bustByID.updateValue(fact, forKey: fact.revision.revisedVenueExecutionID)
            if before == nil { try check(fact.revision, account) }
        case .told(let account, .corrected(let fact), _):
            let before = correctionByID.updateValue(fact, forKey: fact.revision.revisedVenueExecutionID)
            if before == nil { try check(fact.revision, account) }
        default: break
        }
    }

    private mutating func take(_ trade: OrderExecuted, _ account: AccountID) throws {
        let order = try #require(orderByID[trade.order])
        #expect(order.account == account && order.side == trade.side && trade.quantity > .zero)
        let exact = Money.notional(trade.price, trade.quantity, .halfAwayFromZero)
        #expect(exact.rounded(to: trade.currency, .halfAwayFromZero) == trade.settlementAmount)
        #expect(trade.fees == fees(of: trade.settlementAmount, trade.quantity, trade))
        guard tradeByID.updateValue((trade, account), forKey: trade.venueExecutionID) == nil, isInOrder else {
            return
        }
        kinds.insert(order.type)
        let quantity = quantityByID[trade.order] ?? order.quantity
        let filled = filled(trade.order, withBusted: true)
        #expect(filled <= quantity.nanos)
        #expect(trade.venueCumulative.nanos == self.filled(trade.order, withBusted: false))
        #expect(trade.venueLeaves.nanos == quantity.nanos - filled)
        #expect(trade.venuePosition.nanos == positions[holding(order)])
        #expect(trade.venueCash.nanos == cash[PaperBook.Purse(account: account, currency: trade.currency)])
        #expect(borne(trade.order) == commission(trade.order))
    }

    /// What the trades of an order bear of its commission, as said last.
    private func borne(_ order: OrderID) -> Int128 {
        tradeByID.reduce(0) { sum, entry in
            guard entry.value.trade.order == order else { return sum }
            if let bust = bustByID[entry.key] { return sum + (bust.commission ?? .zero).nanos }
            return sum + (correctionByID[entry.key]?.commission ?? entry.value.trade.commission).nanos
        }
    }

    /// The share and the amounts per unit of all that stands, rounded once to cents, within the bounds.
    private func commission(_ order: OrderID) -> Int128 {
        var (sum, count): (Int128, Int) = (0, 0)
        for (id, (trade, _)) in tradeByID where trade.order == order && bustByID[id] == nil {
            let settled = (correctionByID[id]?.settlementAmount ?? trade.settlementAmount).nanos
            let units = Int128(trade.quantity.nanos)
            sum += settled * Int128(schedule.commission.micros)
            sum += units * Int128(schedule.extra.terms?.perShare?.nanos ?? 0) * 10
            count += 1
        }
        guard count > 0 else { return 0 }
        let cent: Int128 = 10_000_000 * 10_000_000_000
        let rounded = (sum * 2 + cent) / (cent * 2) * 10_000_000
        let least = max(rounded, schedule.extra.terms?.minimum?.nanos ?? rounded)
        return min(least, schedule.extra.terms?.maximum?.nanos ?? least)
    }

    /// Of sales alone, each rounded up to the cent.
    private func fees(of settled: Money, _ quantity: Quantity, _ trade: OrderExecuted) -> [Fee] {
        guard trade.side == .sell, let terms = schedule.extra.terms else { return [] }
        return terms.fees.compactMap { rate in
            guard trade.price >= rate.perShare ?? .zero else { return nil }
            let exact =
                settled.nanos * Int128(rate.rate.micros)
                + Int128(quantity.nanos) * Int128(rate.perShare?.nanos ?? 0) * 10
            let cent: Int128 = 10_000_000 * 10_000_000_000
            let cents = (exact + cent - 1) / cent * 10_000_000
            let amount = min(cents, rate.maximum?.nanos ?? cents)
            return amount == 0 ? nil : Fee(rate.kind, Money(nanos: amount), trade.currency)
        }
    }

    private func check(_ revision: ExecutionRevision, _ account: AccountID) throws {
        guard isInOrder else { return }
        let order = try #require(orderByID[revision.order])
        #expect(revision.venuePosition.nanos == positions[holding(order)])
        #expect(revision.venueCash.nanos == cash[PaperBook.Purse(account: account, currency: order.currency)])
        #expect(borne(revision.order) == commission(revision.order))
    }

    private func holding(_ order: RoutedOrder) -> PaperBook.Holding {
        PaperBook.Holding(account: order.account, instrument: order.instrument)
    }

    private func filled(_ order: OrderID, withBusted: Bool) -> Int64 {
        tradeByID.reduce(0) { sum, entry in
            guard entry.value.trade.order == order, withBusted || bustByID[entry.key] == nil else {
                return sum
            }
            return sum + entry.value.trade.quantity.nanos
        }
    }

    private var positions: [PaperBook.Holding: Int64] {
        var sums: [PaperBook.Holding: Int64] = [:]
        for (id, (trade, _)) in tradeByID {
            guard let order = orderByID[trade.order] else { continue }
            let quantity = bustByID[id] == nil ? trade.quantity.nanos : 0
            sums[holding(order), default: 0] += trade.side == .buy ? quantity : -quantity
        }
        return sums
    }

    private var cash: [PaperBook.Purse: Int128] {
        var sums: [PaperBook.Purse: Int128] = [:]
        for (id, (trade, account)) in tradeByID {
            let said = correctionByID[id]
            let amount = said?.settlementAmount ?? trade.settlementAmount
            let fee = (said?.commission ?? trade.commission).nanos + (said?.fees ?? trade.fees).nanos
            let flow = (trade.side == .buy ? -amount.nanos : amount.nanos) - fee
            let kept = bustByID[id].map { -($0.commission ?? .zero).nanos }
            sums[PaperBook.Purse(account: account, currency: trade.currency), default: 0] += kept ?? flow
        }
        return sums
    }

    /// The book holds nothing but what was reported, and everything that was.
    func compare(with book: PaperBook) {
        #expect(book.positionByID.mapValues(\.nanos) == positions)
        #expect(book.cashByID.mapValues(\.nanos) == cash)
        #expect(book.trades.count == tradeByID.count)
        for (order, entry) in book.entryByID {
            #expect(entry.filled.nanos == filled(order, withBusted: true))
            #expect(entry.filled.nanos - entry.busted.nanos == filled(order, withBusted: false))
            #expect(borne(order) == commission(order))
        }
    }
}
