import BifrostKernel
import Orders
import Testing

@testable import Venues

/// What a venue's reports add up to, summed without the venue's own code.
struct ReportSums {
    private let orderByID: [OrderID: RoutedOrder]
    /// Whether reports come as they are made, so that each can be held against the sums of that moment.
    private let isInOrder: Bool
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

    init(_ orders: [RoutedOrder], isInOrder: Bool = true) {
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
        let amounts = PaperAmounts(trade.price, trade.quantity, trade.currency, BasisPoints(5))
        #expect(amounts?.settlement == trade.settlementAmount && amounts?.commission == trade.commission)
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
    }

    private func check(_ revision: ExecutionRevision, _ account: AccountID) throws {
        guard isInOrder else { return }
        let order = try #require(orderByID[revision.order])
        #expect(revision.venuePosition.nanos == positions[holding(order)])
        #expect(revision.venueCash.nanos == cash[PaperBook.Purse(account: account, currency: order.currency)])
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
            let fee = said?.commission ?? trade.commission
            let flow = (trade.side == .buy ? -amount.nanos : amount.nanos) - fee.nanos
            sums[PaperBook.Purse(account: account, currency: trade.currency), default: 0] +=
                bustByID[id] == nil ? flow : 0
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
        }
    }
}
