import Testing

@Suite("imports")
struct ImportsTests {
    @Test(
        "an import that is not in the table's row is found, whatever its form",
        arguments: [
            "import Engine", "public import Engine", "@testable import Engine", "import struct Engine.Batch",
            "@_spi(Testing) internal import Engine", "  import Engine",
        ]
    )
    func forbidden(text: String) {
        let orders = Snippet(text, at: "Sources/Domain/Orders/A.swift")
        #expect(orders.found(by: Imports.forbidden) == ["1: Orders imports Engine"])
        #expect(Snippet(text, at: "Sources/HTTPAPI/A.swift").found(by: Imports.forbidden) == [])
        #expect(Snippet(text, at: "Tests/EngineTests/A.swift").found(by: Imports.forbidden) == [])
    }

    @Test("what a row allows, and what only looks like an import")
    func allowed() {
        let text = "public import BifrostKernel\n// import Engine\nlet a = \"import Engine\"\nimportEngine()"
        #expect(Snippet(text, at: "Sources/Domain/Orders/A.swift").found(by: Imports.forbidden) == [])
    }

    @Test("a C module is imported by its wrapper only, not even by a test or by the edge")
    func cModules() {
        let found = { (path: String) in Snippet("import CLibPQ", at: path).found(by: Imports.forbidden) }
        #expect(found("Sources/PostgresClient/A.swift") == [])
        #expect(found("Sources/HTTPAPI/A.swift") == ["1: HTTPAPI imports the C module CLibPQ"])
        #expect(found("Tests/EngineTests/A.swift") == ["1: EngineTests imports the C module CLibPQ"])
    }

    @Test("an unknown target is reported once, a file outside the layout each time")
    func unknownTargets() {
        let files = [
            Snippet("a", at: "Sources/Surveillance/A.swift"),
            Snippet("a", at: "Sources/Surveillance/B.swift"),
            Snippet("a", at: "Sources/A.swift"), Snippet("a", at: "ops/a.swift"),
            Snippet("a", at: "Package.swift"),
            Snippet("a", at: "Tests/EngineTests/A.swift"), Snippet("a", at: "Sources/Domain/Orders/A.swift"),
            Snippet("a", at: "Projections/OrdersView/A.swift"), Snippet("a", at: "Projections/Kit/A.swift"),
        ]
        #expect(
            files.found(by: Imports.unknownTargets) == [
                "Sources/Surveillance/A.swift:1: unknown target Surveillance",
                "Sources/A.swift:1: Swift outside the layout", "ops/a.swift:1: Swift outside the layout",
            ]
        )
    }

    @Test("a C module without a wrapper is reported")
    func unknownCModules() {
        let files = [
            Snippet("a", at: "Sources/C/CZip/module.modulemap"),
            Snippet("a", at: "Sources/C/CLZ4/module.modulemap"),
        ]
        let found = files.found(by: Imports.unknownCModules)
        #expect(found == ["Sources/C/CZip/module.modulemap:1: C module CZip has no wrapper"])
    }
}
