internal import ArgumentParser
internal import HTTPAPI

/// Sets an account's limits.
struct AccountLimits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Give an account other limits: all of them, under the next version.",
        discussion: "A limit that is not named does not bind. Open orders are judged again."
    )

    @Argument(help: "The account's alias or id.") var account: String
    @Option(help: "The largest value of one order.") var orderValueMax: String
    @Option(help: "How far a price may be from the reference price, in basis points.") var collar = "1000"
    @Option(help: "The first day that they hold for, as 2026-01-02 (default: at once).") var from: String?
    @Option(help: "The last day that they hold for.") var to: String?
    @Option(help: "The largest sum of long and short value.") var grossExposureMax: String?
    @Option(help: "The largest difference of long and short value.") var netExposureMax: String?
    @Option(help: "The largest value of one position.") var positionValueMax: String?
    @Option(help: "The largest share of equity in one position, in basis points.") var concentrationMax:
        String?
    @Option(help: "The largest loss since the last close.") var dayLossMax: String?
    @Option(help: "The largest fall from the highest equity at a close, in basis points.") var drawdownMax:
        String?
    @Option(help: "The largest quantity of one order.") var orderQuantityMax: String?
    @Option(help: "The most orders in one second.") var ordersPerSecondMax: UInt32?
    @Option(help: "The most orders open at once.") var openOrdersMax: UInt32?
    @Option(help: "How long an equal order is a duplicate.") var duplicateWindowMillis: UInt32?
    @Option(help: "How many persons approve: one-person or two-persons.") var approvalPolicy: String?
    @Option(parsing: .upToNextOption, help: "Who approved, by opaque id.") var approvers: [String] = []
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let texts: [(String, String?)] = [
            ("orderValueMax", orderValueMax), ("priceCollarBasisPoints", collar), ("effectiveFrom", from),
            ("effectiveTo", to), ("grossExposureMax", grossExposureMax), ("netExposureMax", netExposureMax),
            ("positionValueMax", positionValueMax), ("concentrationMaxBasisPoints", concentrationMax),
            ("dayLossMax", dayLossMax), ("drawdownMaxBasisPoints", drawdownMax),
            ("orderQuantityMax", orderQuantityMax), ("approvalPolicy", approvalPolicy),
        ]
        let counts: [(String, UInt32?)] = [
            ("ordersPerSecondMax", ordersPerSecondMax), ("openOrdersMax", openOrdersMax),
            ("duplicateWindowMillis", duplicateWindowMillis),
        ]
        var members = texts.compactMap { name, text in text.map { JSON.Member(name, .string($0)) } }
        members += counts.compactMap { name, count in count.map { JSON.Member(name, .count(Int64($0))) } }
        if !approvers.isEmpty {
            members.append(JSON.Member("approvers", .array(approvers.map { .string($0) })))
        }
        let done = "Set the limits of \(account)"
        try await options.send("POST", ["accounts", account, "limits"], .object(members), done: done)
    }
}
