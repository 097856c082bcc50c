internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI
internal import Nodes
internal import Replays

/// Commands about what venues take.
struct FeesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fees",
        abstract: "Set what a venue takes from a day on, show it, estimate a trade.",
        subcommands: [FeesSet.self, FeesShow.self, FeesEstimate.self]
    )
}

/// Sets a venue's schedule.
struct FeesSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a venue's commission and fees from a day on.",
        discussion: """
            A schedule takes the place of the one before, whole, for trades from its day on. Minimum and maximum are of \
            the commission of one order, its partial fills together. --sec is the fee of section 31 of the Exchange Act \
            on sales, --taf FINRA's trading activity fee on units sold; both are taken of each trade, rounded up. Any \
            other fee is --fee KIND,basis-points=B,per-share=P,maximum=M,sides=buy or sell, each part but the kind \
            optional; kinds are cat, exchange, clearing, tax and borrow.
            """
    )

    @Argument(help: "The venue, as paper.") var venue: String
    @Option(help: "The first trade date that it holds for, as 2024-05-22.") var from: String
    @Option(help: "Commission in basis points of the traded amount.") var commission = "0"
    @Option(help: "Commission for each unit, as 0.005.") var perShare: String?
    @Option(help: "The least commission of an order.") var minimum: String?
    @Option(help: "The most commission of an order.") var maximum: String?
    @Option(help: "Section 31 fee per million sold, as 27.80.") var sec: String?
    @Option(help: "Trading activity fee per unit sold and its most per trade, as 0.000166/8.30.")
    var taf: String?
    @Option(help: "Another fee; may stand several times.") var fee: [String] = []
    @Option(help: "The currency of the amounts.") var currency: String?
    @Option(help: "Where the rates come from; needed for fees beside the commission.") var source: String?
    @OptionGroup var options: WriteOptions

    func validate() throws { _ = try fees() }

    func run() async throws {
        let fees = try fees()
        let members: [(String, JSON?)] = [
            ("venue", .string(venue)), ("validFrom", .string(from)),
            ("commissionBasisPoints", .string(commission)), ("perShare", perShare.map { .string($0) }),
            ("minimum", minimum.map { .string($0) }), ("maximum", maximum.map { .string($0) }),
            ("currency", currency.map { .string($0) }), ("source", source.map { .string($0) }),
            ("fees", fees.isEmpty ? nil : .array(fees)),
        ]
        let body = JSON.object(members.compactMap { name, value in value.map { JSON.Member(name, $0) } })
        try await options.send("POST", ["fees"], body, done: "Set the fees of \(venue)")
    }

    private func fees() throws -> [JSON] {
        var fees: [JSON] = []
        if let sec {
            // A basis point of a million is a hundred.
            guard let perMillion = try? Price(sec), perMillion.nanos >= 0, perMillion.nanos % 100_000 == 0
            else {
                throw ValidationError("--sec '\(sec)': expected an amount per million, as 27.80.")
            }
            let points = Decimals.text(Int128(perMillion.nanos / 100))
            fees.append(["kind": "sec", "basisPoints": .string(points), "sides": .array([.string("sell")])])
        }
        if let taf {
            let parts = taf.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard (1...2).contains(parts.count) else {
                throw ValidationError("--taf '\(taf)': expected a rate and a most, as 0.000166/8.30.")
            }
            var members = [
                JSON.Member("kind", "taf"), JSON.Member("perShare", .string(parts[0])),
                JSON.Member("sides", .array([.string("sell")])),
            ]
            if parts.count == 2 { members.append(JSON.Member("maximum", .string(parts[1]))) }
            fees.append(.object(members))
        }
        return try fees + fee.map(Self.fee)
    }

    private static func fee(_ text: String) throws -> JSON {
        let parts = text.split(separator: ",").map(String.init)
        guard let kind = parts.first else { throw ValidationError("--fee '\(text)': expected a kind.") }
        var members = [JSON.Member("kind", .string(kind))]
        let names = ["basis-points": "basisPoints", "per-share": "perShare", "maximum": "maximum"]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 2, let name = names[pair[0]] {
                members.append(JSON.Member(name, .string(pair[1])))
            } else if pair.count == 2, pair[0] == "sides" {
                members.append(JSON.Member("sides", .array([.string(pair[1])])))
            } else {
                throw ValidationError("--fee '\(text)': '\(part)' is no part of a fee.")
            }
        }
        return .object(members)
    }
}
