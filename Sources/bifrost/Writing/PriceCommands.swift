internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import HTTPAPI
internal import Nodes
internal import Prices

/// Commands about intraday prices.
struct PricesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices",
        abstract: "Record intraday prices, read them, and prove that none was changed.",
        subcommands: [PricesLoad.self, PricesShow.self, PricesVerify.self]
    )
}

/// Records the prices of a file.
struct PricesLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Record the intraday prices of a file of comma-separated lines.",
        discussion: """
            The first line names the columns symbol, at and some of bid, ask and last; `at` is a moment in UTC as \
            2026-01-02T15:30:00Z. A file with a fault is refused whole. The same file again records nothing.
            """
    )

    /// Most faults that are told.
    private static let faultsMax = 20
    /// Lines of one request: the longest of them stay below what a body may have.
    private static let linesOfPart = 250

    @Argument(help: "The file.") var file: String
    @Option(help: "Where the prices come from.") var source = "cli"
    @OptionGroup var placeOptions: PlaceOptions

    func run() async throws {
        let text = try TextFile.read(file)
        let prices = PriceFile(text)
        let end = WallTime().now().nanos.addingReportingOverflow(PriceBook.aheadNanosMax).partialValue
        let ahead = prices.lines.first { $0.at.nanos > end }
        try refuse(
            prices.faults + (ahead.map { ["\($0.symbol.text) at \($0.at.text) is yet to come"] } ?? [])
        )
        // The key is the digest of the file and the number of the part, so that no part is recorded twice.
        let digest = EventHash(digesting: Array("\(source)\n\(text)".utf8)).text
        let segments = try await Session.run(placeOptions.place) { client in
            try refuse(try Self.unknown(prices, client))
            return try record(prices, digest, client)
        }
        let range = segments.first == segments.last ? "" : " to \(segments.last ?? 0)"
        print("Recorded \(prices.lines.count) prices as segment \(segments.first ?? 0)\(range)")
    }

    private func refuse(_ faults: [String]) throws {
        guard !faults.isEmpty else { return }
        var lines = Array(faults.prefix(Self.faultsMax))
        let more = faults.count - lines.count
        if more > 0 { lines.append("and \(more) more") }
        throw BifrostExit.failed.failure("\(file): nothing is recorded.\n" + lines.joined(separator: "\n"))
    }

    /// The symbols that no instrument has.
    private static func unknown(_ prices: PriceFile, _ client: DoorClient) throws -> [String] {
        try Set(prices.lines.map(\.symbol)).sorted().compactMap { symbol in
            let target = "/v1/prices/" + WriteOptions.encoded(symbol.text) + "?limit=1"
            let answer = try send(client, "GET", target)
            guard answer.body["code"]?.string != "UNKNOWN_INSTRUMENT" else {
                return "no instrument has the symbol \(symbol.text)"
            }
            try DoorAnswer.check(answer)
            return nil
        }
    }

    private func record(_ prices: PriceFile, _ digest: String, _ client: DoorClient) throws -> [Int64] {
        var segments: [Int64] = []
        let starts = stride(from: 0, to: prices.lines.count, by: Self.linesOfPart)
        for (number, begin) in starts.enumerated() {
            let part = prices.lines[begin..<min(begin + Self.linesOfPart, prices.lines.count)]
            let body: JSON = ["source": .string(source), "prices": .array(part.map(\.json))]
            let key = "prices:\(digest)-\(number + 1)"
            let answer = try Self.send(client, "POST", "/v1/prices", key, body)
            try DoorAnswer.check(answer)
            if let segment = answer.body["segment"].flatMap({ Int64($0.text) }) { segments.append(segment) }
        }
        return segments
    }

    private static func send(
        _ client: DoorClient,
        _ method: String,
        _ target: String,
        _ key: String? = nil,
        _ body: JSON? = nil
    ) throws -> DoorClient.Answer {
        do throws(DoorError) {
            return try client.send(method, target, idempotencyKey: key, body: body)
        } catch {
            throw BifrostExit.failed.failure("\(error.description) Load the file again.")
        }
    }
}

extension PriceFile.Line {
    fileprivate var json: JSON {
        [
            "symbol": .string(symbol.text), "at": .string(at.text), "bid": .optional(bid?.text),
            "ask": .optional(ask?.text), "last": .optional(last?.text),
        ]
    }
}

/// Prints the recorded prices of an instrument.
struct PricesShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print the recorded prices of an instrument, at most 500, in order of their moments."
    )

    @Argument(help: "The instrument, by its symbol.") var symbol: String
    @Option(help: "The first moment, as 2026-01-02T15:30:00Z.") var from: String?
    @OptionGroup var options: AskOptions

    func run() async throws {
        let query = from.map { "?from=" + WriteOptions.encoded($0) } ?? ""
        guard let body = try await options.ask(["prices", symbol], query) else { return }
        var table = Table([
            ("AT", .left), ("BID", .right), ("ASK", .right), ("LAST", .right), ("SEGMENT", .right),
        ])
        for price in body["prices"]?.array ?? [] {
            let cells = ["at", "bid", "ask", "last"].map { price[$0]?.string ?? "" }
            table.add(cells + [price["segment"]?.text ?? ""])
        }
        for line in table.lines { print(line) }
        if body["next"]?.string != nil { print("There are more: give a later --from.") }
    }
}

/// Proves the recorded prices.
struct PricesVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that all prices are as they were recorded. Ends with status 3 on tampering."
    )

    @OptionGroup var placeOptions: PlaceOptions

    func run() throws {
        let result = try OpenLog.readStored(placeOptions.place) { log in
            Result { () throws(PriceError) in try PriceBook(log).verify() }
        }
        do throws(PriceError) {
            let found = try result.get()
            print("Proven: \(found.prices) prices in \(found.segments) segments")
        } catch .tampered(let segment, let reason) {
            throw BifrostExit.tampering.failure(
                "The prices were tampered with. The first bad segment is \(segment): \(reason). Everything before it"
                    + " is proven. Keep the database as it is, and compare it with a backup."
            )
        } catch {
            throw BifrostExit.failed.failure("\(error)")
        }
    }
}
