internal import ArgumentParser
internal import HTTPAPI

/// Commands about what issuers do to holders.
struct CorporateActionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corporate-action",
        abstract: "Announce dividends and splits, correct, withdraw and list them.",
        discussion: """
            An action is applied to every account when its ex-date begins, that is, when the trading day before is \
            rolled; a dividend is paid when the first trading day on or after its pay date begins. It is corrected or \
            withdrawn, by the id that its announcement was answered with, until the official prices of the day before \
            the ex-date are set.
            """,
        subcommands: [
            DividendAnnounce.self, SplitAnnounce.self, CorporateActionCorrect.self,
            CorporateActionWithdraw.self, CorporateActionsShow.self,
        ]
    )
}

/// Announces a cash dividend.
struct DividendAnnounce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dividend",
        abstract: "Announce a cash dividend."
    )

    @Argument(help: "The instrument's symbol.") var symbol: String
    @Argument(help: "The amount of one unit, as 0.255.") var amount: String
    @Option(help: "The first trading day without the entitlement, as 2014-05-08.") var exDate: String
    @Option(help: "When it is paid.") var payDate: String
    @Option(help: "Where the terms come from.") var source = "cli"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "symbol": .string(symbol), "kind": .string("cash-dividend"), "exDate": .string(exDate),
            "payDate": .string(payDate), "amountPerUnit": .string(amount), "source": .string(source),
        ]
        let done = "Announced a dividend of \(symbol)"
        try await options.send("POST", ["corporate-actions"], body, done: done)
    }
}

/// Announces a split or a reverse split.
struct SplitAnnounce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Announce a split or a reverse split."
    )

    @Argument(help: "The instrument's symbol.") var symbol: String
    @Argument(help: "New units, as 7 for a split of 7 for 1, or 1 for one of 1 for 10.") var new: String
    @Argument(help: "Old units.") var old: String
    @Option(help: "The first trading day in new units, as 2014-06-09.") var exDate: String
    @Option(help: "What one new unit is worth where a fraction is paid out (default: the close, adjusted).")
    var cashInLieuPrice: String?
    @Option(help: "Where the terms come from.") var source = "cli"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        var members: [JSON.Member] = [
            JSON.Member("symbol", .string(symbol)), JSON.Member("kind", .string("split")),
            JSON.Member("exDate", .string(exDate)), JSON.Member("numerator", .string(new)),
            JSON.Member("denominator", .string(old)), JSON.Member("source", .string(source)),
        ]
        if let cashInLieuPrice { members.append(JSON.Member("cashInLieuPrice", .string(cashInLieuPrice))) }
        let done = "Announced a split of \(symbol)"
        try await options.send("POST", ["corporate-actions"], .object(members), done: done)
    }
}

/// Puts other terms in the place of an announcement.
struct CorporateActionCorrect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct",
        abstract: "Correct an announced action; what is not named stays as it was announced."
    )

    @Argument(help: "The id that the announcement was answered with.") var action: String
    @Option(help: "The first trading day without the entitlement, or in new units.") var exDate: String?
    @Option(help: "When a dividend is paid.") var payDate: String?
    @Option(help: "The dividend of one unit, as 0.255.") var amount: String?
    @Option(help: "New units of a split.") var new: String?
    @Option(help: "Old units of a split.") var old: String?
    @Option(help: "What one new unit is worth where a fraction is paid out.") var cashInLieuPrice: String?
    @Option(help: "Where the terms come from.") var source = "cli"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "exDate": .optional(exDate), "payDate": .optional(payDate), "amountPerUnit": .optional(amount),
            "numerator": .optional(new), "denominator": .optional(old),
            "cashInLieuPrice": .optional(cashInLieuPrice), "source": .string(source),
        ]
        try await options.send("PATCH", ["corporate-actions", action], body, done: "Corrected the action")
    }
}

/// Takes an announcement back.
struct CorporateActionWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Withdraw an announced action: it is applied to nobody."
    )

    @Argument(help: "The id that the announcement was answered with.") var action: String
    @OptionGroup var options: WriteOptions

    func run() async throws {
        try await options.send("DELETE", ["corporate-actions", action], done: "Withdrew the action")
    }
}

/// Lists what was announced.
struct CorporateActionsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what was announced, newest first, and what became of it.",
        discussion: """
            A correction or a withdrawal that came when the ex-date had begun is told below its announcement, with the \
            accounts that were treated by the terms of before: there a person books the difference.
            """
    )

    @OptionGroup var options: AskOptions

    func run() async throws {
        guard let answer = try await options.ask(["corporate-actions"]) else { return }
        var table = Table([
            ("ACTION", .left), ("SYMBOL", .left), ("WHAT", .left), ("EX-DATE", .left), ("PAID", .left),
            ("STATE", .left),
        ])
        for item in answer["actions"]?.array ?? [] {
            func text(_ name: String) -> String { item[name]?.string ?? "" }
            let isSplit = text("kind") == "split"
            let what =
                isSplit
                ? "\(text("numerator")) for \(text("denominator"))"
                : "\(text("amountPerUnit")) \(text("currency"))"
            let by = item["replacedBy"]?.string.map { " by \($0)" } ?? ""
            table.add([
                text("action"), text("symbol"), what, text("exDate"), isSplit ? "" : text("payDate"),
                text("state") + by,
            ])
            for line in Self.missed(item["missed"]) { table.add(["", "", line, "", "", ""]) }
        }
        for line in table.lines { print(line) }
    }

    private static func missed(_ missed: JSON?) -> [String] {
        guard let missed, missed != .null else { return [] }
        let (revision, position) = (missed["revision"]?.string ?? "", missed["position"]?.text ?? "")
        return ["a \(revision) came too late, at \(position)"]
            + (missed["accounts"]?.array ?? []).map { account in
                let (quantity, amount) = (account["quantity"]?.string ?? "", account["amount"]?.string ?? "")
                return "  \(account["account"]?.string ?? ""): \(quantity) units, \(amount)"
            }
    }
}
