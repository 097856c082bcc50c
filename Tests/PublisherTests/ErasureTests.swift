import Faults
import Foundation
import PostgresClient
import PostgresTesting
import Testing

@testable import EmbeddedPostgres

/// A data directory of one test, which `bifrost` works with in processes of its own.
private struct ErasureHouse {
    let directory: String
    let broker: RealBroker
    static let name = "Zebulon Quixote-Harkness"
    static let email = "zq.harkness@unlikely.example"
    static let note = "prefers pineapple telegrams"

    init() throws {
        directory = try SharedCluster.scratchDirectory(named: "erasure")
        broker = try RealBroker.shared.get()
    }

    var data: String { directory + "/data" }

    /// Runs a command to its end.
    func ending(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let ending = try ChildProcess.run(
            [ServiceProcess.sibling("bifrost")] + arguments + ["--data-dir", data]
        )
        return (ending.code, ending.output)
    }

    /// Runs a command that must succeed, and answers the last word that it printed.
    @discardableResult
    func bifrost(_ arguments: String...) throws -> String {
        let ending = try ending(arguments)
        try #require(ending.code == 0, "bifrost \(arguments): \(ending.output)")
        return ending.output.split { $0.isWhitespace }.last.map(String.init) ?? ""
    }

    func keep(_ more: String...) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Resources/keep.py"
        )
        let ending = try ChildProcess.run(
            ["/usr/bin/python3", script.path, "\(broker.port)", "erasure", "erasure-all"] + more
        )
        try #require(ending.code == 0, "\(ending.output)")
    }

    /// The files below a directory that hold a text.
    func files(holding text: String, below path: String) throws -> String {
        try ChildProcess.run(["/usr/bin/grep", "-rlaF", "--", text, path]).output
    }

    /// The tables of every schema, the catalogue's too, in a row of which one of these texts stands, as it is
    /// or as bytes.
    func tables(holding texts: [String]) throws -> [String] {
        let cluster = try EmbeddedCluster.start(dataDirectory: data)
        defer { #expect(throws: Never.self) { try cluster.stop(.fast) } }
        let admin = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost")
        )
        let needles = texts + texts.map { $0.utf8.map { String($0, radix: 16) }.joined() }
        let tables = try admin.query(
            "select format('%I.%I', nspname, relname) from pg_class c join pg_namespace n on n.oid = relnamespace"
                + " where relkind in ('r', 'm') order by 1"
        )
        for role in ["owner", "writer", "reader", "projector", "publisher"] {
            let other = try PostgresConnection(
                cluster.conninfo(user: "bifrost_" + role, database: "bifrost")
            )
            #expect(throws: PostgresError.self) { try other.query("select from privacy.person") }
        }
        var found: [String] = []
        for row in 0..<tables.count {
            let table = try tables.text(row, 0)
            for needle in needles {
                let hits = try admin.query(
                    "select from \(table) as t where position($1 in t::text) > 0 limit 1",
                    [.text(needle)]
                )
                if hits.count > 0 { found.append(table) }
            }
        }
        return Array(Set(found)).sorted()
    }
}

extension BrokerSuites {
    @Suite("the erasure of a person")
    struct ErasureTests {
        private static let texts = [ErasureHouse.name, ErasureHouse.email, ErasureHouse.note]

        @Test(
            "after an erasure no table, file or queue holds what was personal, and the log verifies as before"
        )
        func erased() throws {
            let house = try ErasureHouse()
            try house.keep()
            try house.bifrost("account", "open", "first")
            let person = try house.bifrost(
                "privacy",
                "person",
                "add",
                "--name",
                ErasureHouse.name,
                "--email",
                ErasureHouse.email,
                "--note",
                ErasureHouse.note
            )
            try house.bifrost(
                "privacy",
                "person",
                "link",
                person,
                "--role",
                "holder",
                "--account",
                "first",
                "--actor",
                person
            )
            // What analyze would copy, it must not copy.
            #expect(try house.tables(holding: Self.texts) == ["privacy.person"])
            try house.bifrost("verify")
            for text in Self.texts {
                #expect(try !house.files(holding: text, below: house.data).isEmpty, "\(text) was there")
            }

            try house.bifrost("privacy", "erase", person)
            try house.bifrost("verify")
            try house.bifrost(
                "publisher",
                "run",
                "--until-end",
                "--amqp",
                house.broker.url,
                "--exchange",
                "erasure"
            )
            let queue = house.directory + "/queue"
            try house.keep(queue)
            for text in Self.texts {
                #expect(try house.files(holding: text, below: house.directory).isEmpty, "\(text)")
                #expect(try house.files(holding: text, below: house.broker.directory).isEmpty, "\(text)")
            }
            #expect(try house.tables(holding: Self.texts) == [])
            // The id is what is left, in one event; the link says nothing but its commitment.
            #expect(try !house.files(holding: person, below: queue).isEmpty)
            let shown = try house.ending(["privacy", "person", "show", person])
            #expect(shown.code != 0 && shown.output.contains("was erased"), "\(shown)")
            let again = try house.bifrost("privacy", "erase", person)
            #expect(again == "id)", "a second attempt records nothing more: \(again)")
        }
    }
}
