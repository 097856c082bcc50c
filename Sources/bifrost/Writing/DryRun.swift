internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI
internal import Nodes
internal import Replays
internal import Sagas

/// What a command about cash would come to, told and not sent.
enum DryRun {
    /// The accounts as they are known, for the names that a command has.
    typealias Accounts = (String) throws -> AccountID

    static func tell(_ place: PlaceOptions, _ command: (Accounts) throws -> Command) throws {
        let preview = try OpenLog.read(place.place) { log in
            let directory = AccountDirectory(log, Node.tradingShard)
            let command = try command { try directory.resolve($0).account }
            var replay = ShardReplay(Node.tradingShard)
            try replay.advance(log)
            guard let actor = ActorName("dry-run") else { preconditionFailure("the name of an actor is one") }
            do throws(Rejection) {
                return try CashPreview(command, by: actor, replay)
            } catch {
                throw BifrostExit.failed.failure(text(of: error))
            }
        }
        var table = Table([
            ("ACCOUNT", .left), ("CURRENCY", .left), ("CASH NOW", .right), ("CASH THEN", .right),
        ])
        for line in preview.lines {
            table.add([line.account, line.currency.code, line.before.text, line.after.text])
        }
        for line in table.lines { print(line) }
        print("Nothing was booked.")
    }

    static func currency(_ text: String) throws -> Currency {
        guard let currency = Currency(text) else {
            throw ValidationError("'\(text)' is no currency, as USD.")
        }
        return currency
    }

    static func amount(_ text: String) throws -> Money {
        guard let amount = try? Money(text) else {
            throw ValidationError("'\(text)' is no amount, as 99.95.")
        }
        return amount
    }

    private static func text(of rejection: Rejection) -> String {
        var numbers: [String] = []
        if let limit = rejection.limit { numbers.append("limit \(Decimals.text(limit))") }
        if let value = rejection.value { numbers.append("value \(Decimals.text(value))") }
        let told = numbers.isEmpty ? "" : ", " + numbers.joined(separator: ", ")
        return "\(rejection.code.name)\(told). See `bifrost explain \(rejection.code.name)`."
    }
}
