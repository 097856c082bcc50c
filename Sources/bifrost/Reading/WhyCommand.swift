internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Nodes
internal import Replays
internal import Sagas

/// Tells the story of an order, or of a command that was refused.
struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell what happened to an order, and why: rules, limits, numbers, postings.",
        discussion: """
            The order may be named by its id, by the client's own order id, or by the id of the command; a command \
            that was refused is named by its command id or by the id in the refusal.
            """
    )

    @Argument(help: "An order id, a client order id, or a command id.")
    var order: String

    @Option(help: "The account, by alias or id, when the name was given in several.")
    var account: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let story = try OpenLog.read(place.place) { log in
            let opened = try account.map { try AccountDirectory(log, Node.tradingShard).resolve($0) }
            return try find(opened, log)
        }
        var output = Output()
        for line in json ? [Self.json(story).pretty] : Self.lines(story) { output.line(line) }
    }

    /// What belongs to no account may be a command about global facts.
    private func find(_ account: AccountOpened?, _ log: any EventLog) throws(ReplayError) -> OrderStory {
        do throws(ReplayError) {
            return try OrderStory.find(order, account: account, log, Node.tradingShard)
        } catch .unknownOrder where account == nil {
            return try OrderStory.find(order, account: nil, log, .reference)
        }
    }

    private static func json(_ story: OrderStory) -> JSONValue {
        .object([
            ("shard", .number(Int64(story.shard.value))),
            ("subject", .text(story.subject.text)),
            ("account", .optional(story.account?.account.id.text)),
            ("alias", .optional(story.account?.alias)),
            ("events", .list(story.sentences.map(json))),
            ("background", .list(story.background.map(json))),
        ])
    }

    private static func json(_ sentence: StorySentence) -> JSONValue {
        .object([
            ("position", .number(sentence.position)),
            ("effectiveAt", .text(sentence.at.text)),
            ("type", .text(sentence.type)),
            ("actor", .text(sentence.actor)),
            ("text", .text(sentence.text)),
            ("details", .list(sentence.details.map { .text($0) })),
            ("causation", sentence.cause == 0 ? .null : .number(sentence.cause)),
        ])
    }

    private static func lines(_ story: OrderStory) -> [String] {
        let subject = story.subject.kind == .order ? "Order" : "Command"
        let account = story.account.map { " of account \($0.alias)" } ?? ""
        var lines = ["\(subject) \(story.subject.text)\(account), shard \(story.shard.value)", ""]
        for sentence in story.sentences { lines += self.lines(sentence) }
        guard !story.background.isEmpty else { return lines }
        lines += ["", "What led here:", ""]
        for sentence in story.background { lines += self.lines(sentence) }
        return lines
    }

    private static func lines(_ sentence: StorySentence) -> [String] {
        let cause = sentence.cause == 0 ? "from outside" : "after #\(sentence.cause)"
        return [
            "#\(sentence.position)  \(sentence.at.text)  \(sentence.type), \(cause)", "    " + sentence.text,
        ]
            + sentence.details.map { "      " + $0 }
    }
}
