internal import BifrostKernel
internal import Orders
internal import Sagas

/// Says in words what a refused command asked for, from the canonical content that its event keeps.
enum CommandText {
    /// The verbs by the number of the command; the numbers are frozen with the content.
    private static let verbs: [UInt8: String] = [
        1: "open the shard", 2: "start a writer", 3: "open an account", 4: "deposit", 5: "withdraw",
        6: "set limits", 7: "place an order", 8: "cancel an order", 9: "acknowledge an order",
        10: "record an execution", 11: "confirm a cancel", 12: "refuse a cancel",
        13: "reject an order at the venue",
        14: "pull the kill switch", 15: "release the kill switch", 16: "continue a sweep", 17: "roll a day",
        18: "continue a roll", 19: "register an instrument", 20: "record marks",
        21: "change the restricted list",
        22: "set fees", 23: "declare trading days", 24: "copy a reference fact", 25: "replace an order",
        26: "record a replacement", 27: "record a refused replacement", 28: "record a trigger",
        29: "record the end of an order's day", 30: "record a suspension", 31: "record a resumption",
        32: "record a restatement", 33: "record a correction", 34: "record a bust", 35: "review an order",
        36: "resolve an order that the venue does not answer for",
        50: "announce a corporate action", 51: "import holdings",
        60: "change an instrument", 61: "change an instrument's status", 62: "open a session",
        63: "close a session", 64: "roll the days that are due", 70: "rebalance",
        71: "continue a rebalance", 72: "stop a rebalance", 73: "reach a deadline", 37: "transfer cash",
        38: "resolve a break", 83: "convert cash", 84: "record exchange rates",
        85: "set interest rates", 90: "place a group of orders", 91: "continue a group of orders",
        92: "cancel a group of orders", 93: "resolve a group of orders",
        100: "record an order of somebody else's",
        101: "assign a trade in suspense", 102: "resolve a break of no account",
        103: "end an order at its time",
        110: "catch up with the days that are due",
        120: "link a person", 121: "record that a person was erased",
    ]

    /// What the command with this content asked for.
    static func of(_ content: [UInt8]) -> String {
        guard content.count >= 2, content[0] == 8 else { return "do something that this build does not know" }
        let verb = verbs[content[1]] ?? "do what command \(content[1]) asks"
        let hasAccount = content.count >= 20 && content[2] == 0x12 && content[3] == 16
        let rest = Array(content[(hasAccount ? 20 : 2)...])
        do throws(WireError) {
            switch content[1] {
            case 4, 5:
                let move = try WireDecoder.decode(MoveCash.self, rest)
                return "\(verb) \(move.amount.text) \(move.currency.code)"
            case 7:
                return "place an order: " + terms(try WireDecoder.decode(PlaceOrder.self, rest))
            default: return verb
            }
        } catch {
            return verb
        }
    }

    private static func terms(_ wanted: PlaceOrder) -> String {
        let name = wanted.clientOrderID.map { " (client order id \($0.text))" } ?? ""
        return terms(
            wanted.side,
            wanted.quantity,
            wanted.symbol,
            wanted.type,
            wanted.limitPrice,
            wanted.timeInForce
        )
            + name
    }

    /// `buy 100 SPY, limit 187.25, day`.
    static func terms(
        _ side: Side,
        _ quantity: Quantity,
        _ symbol: Symbol,
        _ type: OrderType,
        _ limit: Price?,
        _ timeInForce: TimeInForce
    ) -> String {
        let price = limit.map { " " + $0.text } ?? ""
        let way = side.name.lowercased().split(separator: "_").joined(separator: " ")
        return "\(way) \(quantity.text) \(symbol.text), \(type)\(price), \(timeInForce)"
    }
}
