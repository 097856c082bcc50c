internal import ArgumentParser
internal import HTTPAPI
internal import Sagas

/// Commands about accounts and their cash.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Open accounts, move their cash, look at them.",
        subcommands: [
            AccountOpen.self, AccountDeposit.self, AccountWithdraw.self, AccountTransfer.self,
            AccountConvert.self,
            AccountLimits.self, AccountImport.self, AccountBreaks.self, AccountResolveBreak.self,
            AccountAssignTrade.self, AccountShow.self,
        ]
    )
}

/// The margin regime of an account.
enum AccountRegime: String, ExpressibleByArgument, CaseIterable {
    case cash
    case margin
}

/// Opens an account.
struct AccountOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "open", abstract: "Open an account.")

    @Argument(help: "Its alias: 1–32 of a–z 0–9 - _, beginning with a letter.") var alias: String
    @Option(help: "Its currency.") var currency = "USD"
    @Option(help: "cash, or margin: loans and short sales within requirements.") var kind: AccountRegime?
    @Option(help: "The id of the owner that it is a further account of; a new one without it.") var owner:
        String?
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "alias": .string(alias), "currency": .string(currency), "kind": .optional(kind?.rawValue),
            "owner": .optional(owner),
        ]
        try await options.send("POST", ["accounts"], body, done: "Opened account \(alias)")
    }
}

/// Brings cash in.
struct AccountDeposit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "deposit", abstract: "Bring cash in.")

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "How much, as 250000 or 99.95.") var amount: String
    @Option(help: "The currency of the amount.") var currency = "USD"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = ["currency": .string(currency), "amount": .string(amount)]
        let done = "Deposited \(amount) \(currency)"
        try await options.send("POST", ["accounts", account, "deposits"], body, done: done)
    }
}

/// Takes cash out.
struct AccountWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "withdraw", abstract: "Take cash out.")

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "How much, as 250000 or 99.95.") var amount: String
    @Option(help: "The currency of the amount.") var currency = "USD"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = ["currency": .string(currency), "amount": .string(amount)]
        let done = "Withdrew \(amount) \(currency)"
        try await options.send("POST", ["accounts", account, "withdrawals"], body, done: done)
    }
}

/// Sends cash to another account.
struct AccountTransfer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer",
        abstract: "Send cash to another account, all of it or nothing."
    )

    @Argument(help: "The account that it comes from, by alias or id.") var account: String
    @Argument(help: "The account that it goes to, by alias or id.") var to: String
    @Argument(help: "How much, as 250000 or 99.95.") var amount: String
    @Option(help: "The currency of the amount.") var currency = "USD"
    @Flag(help: "Only say what would be booked.") var dryRun = false
    @OptionGroup var options: WriteOptions

    func run() async throws {
        if dryRun {
            return try DryRun.tell(options.placeOptions) { account in
                var wanted = TransferCash()
                wanted.to = try account(to)
                wanted.currency = try DryRun.currency(currency)
                wanted.amount = try DryRun.amount(amount)
                return .transferCash(try account(self.account), wanted)
            }
        }
        let body: JSON = ["to": .string(to), "currency": .string(currency), "amount": .string(amount)]
        let done = "Transferred \(amount) \(currency)"
        try await options.send("POST", ["accounts", account, "transfers"], body, done: done)
    }
}

/// Shows an account.
struct AccountShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an account's cash, positions and limits."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @OptionGroup var options: AskOptions

    func run() async throws {
        guard let answer = try await options.ask(["accounts", account]) else { return }
        func text(_ name: String) -> String { answer[name]?.string ?? "—" }
        var table = Table([.left, .left])
        table.add(["account", "\(text("alias"))  \(text("account"))"])
        table.add(["cash", "\(text("cash")) \(text("currency"))"])
        table.add(["reserved", text("reserved")])
        table.add(["available", text("available")])
        table.add(["order value at most", answer["limits"]?["orderValueMax"]?.string ?? "—"])
        if let margin = answer["margin"], margin != .null {
            func figure(_ name: String) -> String { margin[name]?.string ?? "—" }
            table.add(["owner", text("owner")])
            table.add(["margin rules", figure("regime")])
            table.add(["at the close of", figure("date")])
            table.add(["equity", figure("equity")])
            table.add(["initial requirement", figure("initialRequirement")])
            table.add(["maintenance requirement", figure("maintenanceRequirement")])
            table.add(["excess", figure("excess")])
            if let deficit = margin["callDeficit"]?.string { table.add(["margin call", deficit]) }
        }
        table.add(["kill switch", answer["killSwitch"] == .bool(true) ? "pulled" : "released"])
        for position in answer["positions"]?.array ?? [] {
            let symbol = position["symbol"]?.string ?? position["instrument"]?.string ?? "?"
            let (quantity, cost) = (position["quantity"]?.string ?? "?", position["cost"]?.string ?? "?")
            table.add([symbol, "\(quantity) for \(cost)"])
        }
        for line in table.lines { print(line) }
    }
}
