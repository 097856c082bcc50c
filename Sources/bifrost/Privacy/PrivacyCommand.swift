internal import ArgumentParser
internal import BifrostKernel
internal import EventStorePostgres
internal import HTTPAPI
internal import Nodes
internal import People
internal import Replays
internal import Sagas

/// Keeps what is personal apart from the log, and erases it.
struct PrivacyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "privacy",
        abstract: "Keep names apart from the log, and erase them.",
        discussion: """
            A person is an opaque id. Name, e-mail and notes stand in one table; events hold commitments that nobody can \
            open once the person was erased.
            """,
        subcommands: [PersonCommand.self, PrivacyErase.self]
    )
}

/// What is kept about people.
struct PersonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person",
        abstract: "Add, list and show people, and link them to accounts.",
        subcommands: [Add.self, List.self, Show.self, Link.self]
    )
}

extension PersonCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a person, and print the id to use everywhere else."
        )

        @Option(help: "The name.") var name: String
        @Option(help: "The e-mail address.") var email = ""
        @Option(help: "Anything else, as free text.") var note = ""
        @OptionGroup var placeOptions: PlaceOptions

        func run() throws {
            let person = try PeopleAccess.run(placeOptions.place) { people, _ in
                try people.add(name: name, email: email, note: note)
            }
            print(person.id.text)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List everybody who is kept.")

        @OptionGroup var placeOptions: PlaceOptions

        func run() throws {
            let everybody = try PeopleAccess.run(placeOptions.place) { people, _ in try people.all() }
            var table = Table([("PERSON", .left), ("NAME", .left), ("E-MAIL", .left)])
            for person in everybody { table.add([person.id.text, person.name, person.email]) }
            var output = Output()
            for line in table.lines { output.line(line) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a person, with the roles and what opens their commitments in the log."
        )

        @Argument(help: "The person's id.") var person: String
        @OptionGroup var placeOptions: PlaceOptions

        func run() throws {
            let id = try PeopleAccess.id(person)
            let (found, links) = try PeopleAccess.run(placeOptions.place) { people, _ in
                (try people.find(id), try people.links(of: id))
            }
            var output = Output()
            output.line("\(found.name)  \(found.email)")
            if !found.note.isEmpty { output.line(found.note) }
            for link in links {
                let place = [
                    link.account.map { "account \($0.text)" }, link.actor.map { "acts as \($0)" },
                ].compactMap { $0 }.joined(separator: ", ")
                output.line("\(link.role)  \(place)")
                output.line("  commitment \(PeopleAccess.hexadecimal(link.commitment))")
                output.line("  salt       \(PeopleAccess.hexadecimal(link.salt))")
            }
        }
    }

    struct Link: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record in the log, by a commitment, that a person stands in a role."
        )

        @Argument(help: "The person's id.") var person: String
        @Option(help: "The role: holder, trader, adviser, or another of 1–64 characters.") var role: String
        @Option(help: "The account, by alias or id.") var account: String?
        @Option(help: "The name under which the person acts; best the person's id.") var actor: String?
        @OptionGroup var placeOptions: PlaceOptions

        func validate() throws {
            if account == nil, actor == nil {
                throw ValidationError("Name what the person is linked to: --account or --actor, or both.")
            }
            for text in [role, actor ?? role] where ActorName(text) == nil {
                throw ValidationError("'\(text)': expected 1–64 printable ASCII characters.")
            }
        }

        func run() async throws {
            let id = try PeopleAccess.id(person)
            let link = try PeopleAccess.run(placeOptions.place) { people, log in
                let opened = try account.map { try AccountDirectory(log, Node.tradingShard).resolve($0) }
                return try people.link(id, role: role, account: opened?.account, actor: actor)
            }
            let body: JSON = [
                "account": .optional(link.account?.text), "actor": .optional(actor), "role": .string(role),
                "commitment": .string(PeopleAccess.hexadecimal(link.commitment)),
            ]
            var options = WriteOptions()
            options.placeOptions = placeOptions
            options.id = "person-link-\(link.id.text)"
            try await options.send("POST", ["person-links"], body, done: "Linked the person")
        }
    }
}

/// Erases a person.
struct PrivacyErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase what is kept about a person, for ever, and record that it was.",
        discussion: """
            Deletes the row and the salts, writes the table and the kept write-ahead log anew, and records the opaque id \
            in the log, whose hashes stay what they were. Backups and archives keep what they have: see docs/privacy.md. \
            Safe to repeat.
            """
    )

    @Argument(help: "The person's id.") var person: String
    @OptionGroup var placeOptions: PlaceOptions

    func run() async throws {
        let id = try PeopleAccess.id(person)
        try PeopleAccess.run(placeOptions.place) { people, _ in try people.erase(id) }
        var options = WriteOptions()
        options.placeOptions = placeOptions
        // The same for every attempt, so that the log tells of one erasure.
        options.id = "person-erasure-\(id.text)"
        let body: JSON = ["person": .string(id.text)]
        try await options.send("POST", ["person-erasures"], body, done: "Erased \(id.text), recorded")
    }
}

/// The way to the table of people.
private enum PeopleAccess {
    static func run<Answer>(
        _ place: LogPlace,
        _ body: (People, PostgresLog) throws -> Answer
    ) throws -> Answer {
        try OpenLog.readStored(place) { log in
            do {
                return try body(try People(log.access.privacy), log)
            } catch let error as PeopleError {
                throw BifrostExit.failed.failure(error.description)
            }
        }
    }

    static func id(_ text: String) throws -> Identifier {
        guard let id = Identifier(text) else {
            throw ValidationError("'\(text)' is no person's id: expected a UUID as `person add` prints it.")
        }
        return id
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
