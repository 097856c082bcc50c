public import BifrostKernel
internal import EventStorePostgres
internal import PostgresClient

/// The table of people: the only place where names, addresses and notes are.
///
/// It belongs to a role of its own. Whoever writes or reads the log cannot read it, and nothing here is
/// written to the log, to a read model or to the broker.
public struct People {
    private let connection: PostgresConnection

    /// Opens the table as `bifrost_privacy`; its migrations run first.
    public init(_ conninfo: String) throws(PeopleError) {
        do throws(SetupError) {
            try PostgresSetup.migrate(conninfo, Self.files)
        } catch {
            throw .unavailable(
                "The table of people cannot be opened: \(error). With a PostgreSQL of your own, start `bifrost up` once"
                    + " with a URL whose user may create roles."
            )
        }
        connection = try Self.translated { () throws(PostgresError) in try PostgresConnection(conninfo) }
    }

    /// Keeps a person under a new id.
    public func add(name: String, email: String, note: String) throws(PeopleError) -> Person {
        for (what, text) in [("name", name), ("e-mail", email), ("note", note)]
        where text.utf8.count > Person.textBytesMax || text.unicodeScalars.contains("\0") {
            throw .refused(
                "The \(what) has at most \(Person.textBytesMax) bytes and no zero byte. Nothing was kept."
            )
        }
        guard !name.isEmpty else { throw .refused("The name is empty. Nothing was kept.") }
        let person = Person(id: Self.random(), name: name, email: email, note: note)
        try ask(
            "insert into privacy.person (id, name, email, note) values ($1, $2, $3, $4)",
            [Self.parameter(person.id), .text(name), .text(email), .text(note)]
        )
        return person
    }

    /// Everybody, in the order of adding.
    public func all() throws(PeopleError) -> [Person] {
        try read("select id, name, email, note from privacy.person order by created_at, id", [])
    }

    /// The person with this id.
    public func find(_ id: Identifier) throws(PeopleError) -> Person {
        let found = try read(
            "select id, name, email, note from privacy.person where id = $1",
            [Self.parameter(id)]
        )
        guard let person = found.first else {
            let isErased = try isErased(id)
            throw .refused(
                isErased
                    ? "The person \(id.text) was erased: only that is known."
                    : "There is no person \(id.text). See `bifrost privacy person list`."
            )
        }
        return person
    }

    /// Prepares a role of a person: the commitment of what is answered goes into the log.
    public func link(
        _ person: Identifier,
        role: String,
        account: AccountID?,
        actor: String?
    ) throws(PeopleError) -> PersonLink {
        _ = try find(person)
        var salt: [UInt8] = []
        for _ in 0..<PersonLink.saltBytes { salt.append(UInt8.random(in: 0 ... .max)) }
        let link = PersonLink(
            id: Self.random(),
            person: person,
            role: role,
            account: account?.id,
            actor: actor,
            salt: salt
        )
        try ask(
            "insert into privacy.link (id, person, role, account, actor, salt) values ($1, $2, $3, $4, $5, $6)",
            [
                Self.parameter(link.id), Self.parameter(person), .text(role),
                account.map { Self.parameter($0.id) } ?? .null, actor.map { .text($0) } ?? .null,
                .bytes(salt),
            ]
        )
        return link
    }

    /// The roles of a person, in the order of linking.
    public func links(of person: Identifier) throws(PeopleError) -> [PersonLink] {
        try Self.translated { () throws(PostgresError) in
            let rows = try connection.query(
                "select id, role, account, actor, salt from privacy.link where person = $1 order by linked_at, id",
                [Self.parameter(person)]
            )
            var links: [PersonLink] = []
            for row in 0..<rows.count {
                let account = try rows.optionalUUID(row, 2)
                links.append(
                    PersonLink(
                        id: try Self.identifier(rows.uuid(row, 0)),
                        person: person,
                        role: try rows.text(row, 1),
                        account: account.map(Self.identifier),
                        actor: try rows.optionalText(row, 3),
                        salt: try rows.bytes(row, 4)
                    )
                )
            }
            return links
        }
    }

    /// Whether the person was erased.
    private func isErased(_ id: Identifier) throws(PeopleError) -> Bool {
        try Self.translated { () throws(PostgresError) in
            let rows = try connection.query(
                "select from privacy.erasure where person = $1",
                [Self.parameter(id)]
            )
            return rows.count > 0
        }
    }

    /// Deletes the person with its salts, then overwrites what the server keeps of them in its files; safe to
    /// repeat.
    public func erase(_ id: Identifier) throws(PeopleError) {
        let isThere = try !read(
            "select id, name, email, note from privacy.person where id = $1",
            [Self.parameter(id)]
        ).isEmpty
        let isKnown = try isThere ? true : isErased(id)
        guard isKnown else {
            throw .refused("There is no person \(id.text). See `bifrost privacy person list`.")
        }
        try Self.translated { () throws(PostgresError) in
            try connection.execute("begin")
            _ = try connection.query(
                "insert into privacy.erasure (person) values ($1) on conflict do nothing",
                [Self.parameter(id)]
            )
            _ = try connection.query("delete from privacy.person where id = $1", [Self.parameter(id)])
            try connection.execute("commit")
            try FileTraces(connection).overwrite()
        }
    }
}

/// The ways to the database.
extension People {
    private func ask(_ statement: String, _ parameters: [PostgresParameter]) throws(PeopleError) {
        try Self.translated { () throws(PostgresError) in _ = try connection.query(statement, parameters) }
    }

    private func read(_ statement: String, _ parameters: [PostgresParameter]) throws(PeopleError) -> [Person]
    {
        try Self.translated { () throws(PostgresError) in
            let rows = try connection.query(statement, parameters)
            var people: [Person] = []
            for row in 0..<rows.count {
                people.append(
                    Person(
                        id: try Self.identifier(rows.uuid(row, 0)),
                        name: try rows.text(row, 1),
                        email: try rows.text(row, 2),
                        note: try rows.text(row, 3)
                    )
                )
            }
            return people
        }
    }

    private static func translated<Answer>(
        _ body: () throws(PostgresError) -> Answer
    ) throws(PeopleError) -> Answer {
        do throws(PostgresError) {
            return try body()
        } catch {
            throw .unavailable("The table of people does not answer: \(error). Try again.")
        }
    }

    private static func parameter(_ id: Identifier) -> PostgresParameter {
        .uuid(high: id.high, low: id.low)
    }

    private static func identifier(_ words: (high: UInt64, low: UInt64)) -> Identifier {
        Identifier(high: words.high, low: words.low)
    }

    /// A random id in the form of a UUID of version 4.
    private static func random() -> Identifier {
        let high = UInt64.random(in: 0 ... .max) & ~0xf000 | 0x4000
        let low = UInt64.random(in: 0 ... .max) & ~(3 << 62) | 1 << 63
        return Identifier(high: high, low: low)
    }

    private static let files = SQLFiles(schema: "privacy", order: PackageResources.order_txt) { name in
        switch name {
        case "erasure.sql": PackageResources.erasure_sql
        case "link.sql": PackageResources.link_sql
        case "migration.sql": PackageResources.migration_sql
        case "person.sql": PackageResources.person_sql
        default: nil
        }
    }
}
