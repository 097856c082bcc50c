internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import HTTPAPI
internal import Nodes
internal import Replays
internal import Sagas

/// Takes over what an account held elsewhere.
struct AccountImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take over cash and lots from a file of comma-separated lines.",
        discussion: """
            The first line is \(HoldingsFile.columns); then `cash,,,10000,USD,` and `lot,AAPL,100,41123,USD,2012-01-03`, \
            where the amount of a lot is what all of it cost. A file with a fault is refused whole. The same file again \
            changes nothing.
            """
    )

    /// Most faults that are told.
    private static let faultsMax = 20

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The file.") var file: String
    @Flag(help: "Only say what would be booked.") var dryRun = false
    @OptionGroup var placeOptions: PlaceOptions

    func run() async throws {
        let text = try TextFile.read(file)
        let holdings = try checked(text)
        if dryRun {
            for line in Self.plan(holdings) { print(line) }
            return
        }
        for command in holdings.commands { try await send(command) }
        let report = try OpenLog.read(placeOptions.place) { log in
            let opened = try AccountDirectory(log, Node.tradingShard).resolve(account)
            return HoldingsReport(holdings, try PortfolioReplay.fold(log, Node.tradingShard, opened, .latest))
        }
        for line in Self.table(report) { print(line) }
    }

    private func checked(_ text: String) throws -> HoldingsFile {
        let holdings = try OpenLog.read(placeOptions.place) { log in
            _ = try AccountDirectory(log, Node.tradingShard).resolve(account)
            let today = try ReferenceReplay.today(log, Node.tradingShard)
            return HoldingsFile(text, try ReferenceReplay.fold(log, Node.tradingShard), today: today)
        }
        guard holdings.faults.isEmpty else {
            var lines = holdings.faults.prefix(Self.faultsMax).map(\.description)
            let more = holdings.faults.count - lines.count
            if more > 0 { lines.append("and \(more) more") }
            throw BifrostExit.failed.failure(
                "\(file): nothing is imported.\n" + lines.joined(separator: "\n")
            )
        }
        return holdings
    }

    /// The id is the digest of what is asked, so that the same lines are never booked twice.
    private func send(_ command: ImportHoldings) async throws {
        let digest = EventHash(digesting: WireEncoder.encode(command)).text
        let body: JSON = [
            "cash": .array(
                command.cash.map { move in
                    ["currency": .string(move.currency.code), "amount": .string(move.amount.text)]
                }
            ),
            "lots": .array(
                command.lots.map { lot in
                    [
                        "symbol": .string(lot.symbol.text), "quantity": .string(lot.quantity.text),
                        "cost": .string(lot.cost.text), "acquired": .string(lot.acquired.text),
                    ]
                }
            ),
        ]
        let target = "/v1/accounts/\(WriteOptions.encoded(account))/imports"
        let answer = try await Session.run(placeOptions.place) { client in
            do throws(DoorError) {
                return try client.send("POST", target, idempotencyKey: "import:\(digest)", body: body)
            } catch {
                throw BifrostExit.failed.failure("\(error.description) Import the file again.")
            }
        }
        try DoorAnswer.tell(answer, "Imported \(command.cash.count) amounts and \(command.lots.count) lots")
    }

    private static func plan(_ holdings: HoldingsFile) -> [String] {
        var table = Table([("WHAT", .left), ("QUANTITY", .right), ("COST", .right), ("ACQUIRED", .left)])
        for move in holdings.cash { table.add(["cash \(move.currency.code)", move.amount.text, "", ""]) }
        for lot in holdings.lots {
            table.add([lot.symbol.text, lot.quantity.text, lot.cost.text, lot.acquired.text])
        }
        return table.lines + ["Nothing was booked."]
    }

    private static func table(_ report: HoldingsReport) -> [String] {
        var table = Table([("FIGURE", .left), ("FILE", .right), ("BOOKS", .right), ("DIFFERENCE", .right)])
        for line in report.lines { table.add([line.name, line.file, line.books, line.difference]) }
        return table.lines + [
            report.agrees ? "The books agree with the file." : "The books differ from the file."
        ]
    }
}
