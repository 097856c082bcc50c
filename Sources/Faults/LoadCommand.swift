package import BifrostKernel
internal import EventStore
internal import HTTPAPI
package import Orders
internal import Sagas

/// An account that the load trades for.
package struct LoadAccount: Sendable {
    package let alias: String
    package let id: AccountID
}

/// A command of the load: the same bytes each time it is asked.
package struct LoadCommand: Sendable {
    /// What is asked for.
    package enum Ask: Sendable {
        case deposit(units: Int)
        case withdraw(units: Int)
        case market(Side, units: Int)
        case limit(Side, units: Int, price: Int)
        case cancel(Identifier)
    }

    /// Unique in the whole run.
    package let id: String
    package let account: LoadAccount
    package let ask: Ask

    /// The one instrument of the load.
    static let symbol = "FLT"
    /// Its price, whole dollars.
    static let price = 100

    var method: String {
        if case .cancel = ask { "DELETE" } else { "POST" }
    }

    var path: String {
        let account = "/v1/accounts/\(account.alias)"
        return switch ask {
        case .deposit: account + "/deposits"
        case .withdraw: account + "/withdrawals"
        case .market, .limit: account + "/orders"
        case .cancel(let order): account + "/orders/\(order.text)"
        }
    }

    var body: JSON? {
        switch ask {
        case .deposit(let units), .withdraw(let units): ["currency": "USD", "amount": .string("\(units)")]
        case .market(let side, let units): order("market", side, units, nil)
        case .limit(let side, let units, let price): order("limit", side, units, price)
        case .cancel: nil
        }
    }

    private func order(_ type: String, _ side: Side, _ units: Int, _ price: Int?) -> JSON {
        var members = [
            JSON.Member("symbol", .string(Self.symbol)),
            JSON.Member("side", side == .buy ? "buy" : "sell"),
            JSON.Member("type", .string(type)),
            JSON.Member("quantity", .string("\(units)")),
        ]
        if let price { members.append(JSON.Member("limitPrice", .string("\(price)"))) }
        return .object(members)
    }

    /// The digest that the log must hold for it, from the terms and not from what the door made of them.
    var digest: CommandDigest { CommandDigest(of: command.content) }

    private var command: Command {
        switch ask {
        case .deposit(let units): .deposit(account.id, Self.move(units))
        case .withdraw(let units): .withdraw(account.id, Self.move(units))
        case .market(let side, let units): .placeOrder(account.id, Self.order(side, units, nil))
        case .limit(let side, let units, let price):
            .placeOrder(account.id, Self.order(side, units, price))
        case .cancel(let order): .cancelOrder(account.id, OrderID(order))
        }
    }

    private static func move(_ units: Int) -> MoveCash {
        var move = MoveCash()
        move.amount = Money(nanos: Int128(units) * Int128(Decimals.nanosPerUnit))
        return move
    }

    private static func order(_ side: Side, _ units: Int, _ price: Int?) -> PlaceOrder {
        var order = PlaceOrder()
        order.symbol = Symbol(symbol) ?? .none
        order.side = side
        order.quantity = Quantity(units: Int64(units))
        if let price {
            order.type = .limit
            order.limitPrice = Price(nanos: Int64(price) * Decimals.nanosPerUnit)
        }
        return order
    }
}
