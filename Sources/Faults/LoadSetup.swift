internal import BifrostKernel
package import HTTPAPI
internal import Nodes

/// Makes what the load needs: a calendar around today, one instrument with a price, accounts with cash.
package enum LoadSetup {
    /// What the ids of these commands begin with.
    static let prefix = "setup-"

    /// What every account begins with.
    static let depositUnits = 900_000

    private static let daysAround: ClosedRange<Int64> = -3...10

    /// Declares everything and opens so many accounts; every step may be repeated.
    package static func prepare(_ client: DoorClient, accounts: Int) throws -> [LoadAccount] {
        let today = WallTime().now().date
        let days = daysAround.map { JSON.string(BusinessDate(days: today.days + Int32($0)).text) }
        try post(client, "/v1/calendars", ["calendar": "FLTCAL", "days": .array(days)])
        try post(
            client,
            "/v1/instruments",
            [
                "symbol": .string(LoadCommand.symbol), "currency": "USD", "tickSize": "0.01", "lotSize": "1",
                "tradingCalendar": "FLTCAL",
            ]
        )
        let mark: JSON = ["symbol": .string(LoadCommand.symbol), "price": .string("\(LoadCommand.price)")]
        try post(client, "/v1/marks", ["date": .string(today.text), "marks": .array([mark])])
        return try (0..<accounts).map { number in
            let alias = "load-\(number)"
            let subject = try post(client, "/v1/accounts", ["alias": .string(alias), "currency": "USD"])
            guard let id = Identifier(subject) else { throw FaultError("\(alias) has no id: \(subject)") }
            let amount: JSON = ["currency": "USD", "amount": .string("\(depositUnits)")]
            try post(client, "/v1/accounts/\(alias)/deposits", amount)
            return LoadAccount(alias: alias, id: AccountID(id))
        }
    }

    @discardableResult
    private static func post(_ client: DoorClient, _ path: String, _ body: JSON) throws -> String {
        let name = body["alias"]?.string ?? ""
        let key = prefix + path.split(separator: "/").joined(separator: "-") + name
        let answer = try client.send("POST", path, idempotencyKey: key, body: body)
        guard answer.status == 201 else {
            throw FaultError("POST \(path) was answered \(answer.status): \(answer.body.text)")
        }
        return answer.body["subject"]?.string ?? ""
    }
}
