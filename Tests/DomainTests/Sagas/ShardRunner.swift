import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

/// What became of a command.
enum Answer: Equatable {
    case events([DomainEvent])
    case noEffect
    case refused(Rejection)

    var events: [DomainEvent] {
        if case .events(let events) = self { events } else { [] }
    }
    var refusal: Rejection? {
        if case .refused(let rejection) = self { rejection } else { nil }
    }
}

/// A shard with a log in memory: poses commands, gives drafts their positions and applies them.
struct ShardRunner {
    private(set) var state = Shard.initial
    private(set) var log: [Fact] = []
    var effectiveAt = Timestamp(nanos: 631_152_000_000_000_000)
    var actor = ActorName("trader-1")

    var position: Int64 { Int64(log.count) }

    /// What `command` would lead to, twice the same.
    func drafts(_ command: Command) throws -> [Draft] {
        let posed = PosedCommand(
            command,
            position: position + 1,
            effectiveAt: effectiveAt,
            actor: try #require(actor)
        )
        var first = Decision<Draft>()
        var second = Decision<Draft>()
        let refusal = Self.refusal { () throws(Rejection) in
            try Shard.decide(posed, given: state, into: &first)
        }
        let again = Self.refusal { () throws(Rejection) in
            try Shard.decide(posed, given: state, into: &second)
        }
        try #require(refusal == again)
        try #require(first.events.elementsEqual(second.events))
        try #require(first.events.count <= decisionEventsMax)
        if let refusal { throw refusal }
        return Array(first.events)
    }

    private static func refusal(_ body: () throws(Rejection) -> Void) -> Rejection? {
        do throws(Rejection) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    /// Poses `command` and applies what follows; a refusal and a no-op stand in the log as well.
    @discardableResult
    mutating func pose(_ command: Command) throws -> Answer {
        do {
            let drafts = try drafts(command)
            guard let first = drafts.first else {
                record([Draft(.commandHadNoEffect(CommandHadNoEffect()), .shard, correlation: .none)])
                return .noEffect
            }
            let scope = command.account.map { AccountOrdinal($0) } ?? .none
            try #require(first.account == scope, "a command's first event names the scope of its id")
            record(drafts)
            return .events(drafts.map(\.event))
        } catch let rejection as Rejection {
            var fact = CommandRejected()
            fact.code = rejection.code
            record([Draft(.commandRejected(fact), .shard, correlation: .none)])
            return .refused(rejection)
        }
    }

    private mutating func record(_ drafts: [Draft]) {
        let openDay = state.businessDate(at: effectiveAt)
        for draft in drafts {
            let place = FactPlace(
                position: position + 1,
                effectiveAt: draft.effectiveAt ?? effectiveAt,
                businessDate: draft.businessDate ?? openDay,
                account: draft.account,
                correlation: draft.correlation
            )
            let fact = Fact(place, draft.event)
            Shard.evolve(&state, by: fact)
            log.append(fact)
        }
    }
}

extension ShardRunner {
    func account(_ account: AccountID) throws -> AccountEntry { try #require(state.accountByID[account]) }
    func order(_ order: OrderID) throws -> OrderState { try #require(state.orderByID[order]).state }

    func reservedCash(_ account: AccountID) throws -> Money {
        try self.account(account).risk.reservedCash[.usd] ?? .zero
    }

    mutating func open(
        _ alias: String,
        cash: Int64 = 0,
        _ kind: AccountKind? = nil,
        owner: OwnerID = .none
    ) throws -> AccountID {
        var wanted = OpenAccount()
        wanted.alias = alias
        wanted.kind = kind
        wanted.owner = owner
        let events = try pose(.openAccount(wanted)).events
        let opened = events.compactMap { event in
            if case .accountOpened(let opened) = event { opened.account } else { nil }
        }
        let account = try #require(opened.first)
        if cash > 0 { try pose(.deposit(account, Self.move(Money(units: Int128(cash))))) }
        return account
    }

    static func move(_ amount: Money, _ currency: Currency = .usd) -> MoveCash {
        var move = MoveCash()
        move.amount = amount
        move.currency = currency
        return move
    }

    /// Places an order and names it, whether it was approved or refused.
    mutating func place(_ account: AccountID, _ wanted: PlaceOrder) throws -> OrderID {
        let events = try pose(.placeOrder(account, wanted)).events
        guard case .order(.placed(let placed)) = events.first else {
            throw Missing(what: "an order placed, was \(events)")
        }
        return placed.order
    }

    struct Missing: Error { let what: String }
}
