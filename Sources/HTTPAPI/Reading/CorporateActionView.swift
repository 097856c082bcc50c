internal import BifrostKernel
internal import EventStore
internal import Portfolios
internal import References
internal import Sagas

/// A corporate action as it was announced, and what became of the announcement in the trading shard.
struct CorporateActionView {
    /// What became of an announcement.
    enum State: String {
        /// It is applied when its ex-date begins, or was.
        case announced
        /// Another one took its place.
        case corrected
        /// It was taken back.
        case withdrawn
        /// It was to take the place of one whose ex-date had begun, and is applied to nobody.
        case void
    }

    /// A revision that came too late, and the accounts that were treated by the terms of before.
    private struct Missed {
        let fact: CorporateActionRevisionMissed
        let position: Int64
        var accounts: [JSON] = []
    }

    let fact: CorporateActionAnnounced
    private var state = State.announced
    private var replacedBy = Identifier.none
    private var missed: Missed?

    private init(_ fact: CorporateActionAnnounced) { self.fact = fact }

    /// The last announcements, oldest first.
    ///
    /// Blocks.
    static func latest(
        countMax: Int,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [CorporateActionView] {
        var views: [CorporateActionView] = []
        try EventPages.read(log, shard, .stream(.none, .reference, afterVersion: 0)) { read in
            guard case .reference(let event) = read.event else { return }
            let own: ReferenceEvent = if case .copied(_, let inner) = event { inner } else { event }
            take(own, read.header.position, &views)
        }
        return views.suffix(countMax)
    }

    /// The instrument, where a revision came too late.
    var missedOn: InstrumentID? { missed == nil ? nil : fact.instrument }

    private static func take(_ event: ReferenceEvent, _ position: Int64, _ views: inout [Self]) {
        func change(_ action: Identifier, _ body: (inout Self) -> Void) {
            guard let index = views.lastIndex(where: { $0.fact.action == action }) else { return }
            body(&views[index])
        }
        switch event {
        case .corporateActionAnnounced(let fact):
            change(fact.replaced) { ($0.state, $0.replacedBy) = (.corrected, fact.action) }
            views.append(Self(fact))
        case .corporateActionWithdrawn(let fact): change(fact.action) { $0.state = .withdrawn }
        case .corporateActionRevisionMissed(let fact):
            change(fact.action) {
                ($0.state, $0.replacedBy) = (.announced, .none)
                $0.missed = Missed(fact: fact, position: position)
            }
            change(fact.replacement) { $0.state = .void }
        default: return
        }
    }

    /// Takes in what a corporate action did to an account, where it is this one and was revised too late.
    mutating func take(_ read: EventPages.Read, _ alias: (AccountID) -> String?) {
        let treated: (action: Identifier, account: AccountID, quantity: Quantity, amount: Money)
        switch read.event {
        case .portfolio(.dividendAccrued(let fact)):
            treated = (fact.action, fact.account, fact.quantity, fact.amount)
        case .portfolio(.positionAdjusted(let fact)):
            treated = (fact.action, fact.account, fact.oldQuantity, fact.cashInLieu)
        default: return
        }
        guard treated.action == fact.action else { return }
        missed?.accounts.append([
            "account": .string(alias(treated.account) ?? treated.account.id.text),
            "quantity": .string(treated.quantity.text), "amount": .string(treated.amount.text),
            "position": .count(read.header.position),
        ])
    }

    func json(_ symbols: [InstrumentID: Symbol]) -> JSON {
        let symbol = symbols[fact.instrument]
        let isSplit = fact.kind == .split
        return [
            "action": .string(fact.action.text),
            "symbol": .string(symbol?.text ?? fact.instrument.id.text),
            "kind": .string(isSplit ? "split" : "cash-dividend"),
            "exDate": .string(fact.exDate.text), "payDate": .string(fact.payDate.text),
            "amountPerUnit": .optional(isSplit ? nil : fact.amountPerUnit.text),
            "currency": .string(fact.currency.code),
            "numerator": .optional(isSplit ? "\(fact.numerator)" : nil),
            "denominator": .optional(isSplit ? "\(fact.denominator)" : nil),
            "cashInLieuPrice": .optional(fact.cashInLieuPrice?.text),
            "source": .string(fact.source),
            "state": .string(state.rawValue),
            "replaces": .optional(fact.replaced == .none ? nil : fact.replaced.text),
            "replacedBy": .optional(replacedBy == .none ? nil : replacedBy.text),
            "missed": missed.map { missed in
                [
                    "position": .count(missed.position),
                    "revision": .string(missed.fact.replacement == .none ? "withdrawal" : "correction"),
                    "replacement": .optional(
                        missed.fact.replacement == .none ? nil : missed.fact.replacement.text
                    ),
                    "accounts": .array(missed.accounts),
                ]
            } ?? .null,
        ]
    }
}
