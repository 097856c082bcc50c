import Testing

@Suite("planted defects")
struct MutantsTests {
    private static func found(_ mutant: String, _ code: String) -> [String] {
        [Snippet(mutant, at: Mutants.folder + "m"), Snippet(code, at: "a.swift")].found(by: Mutants.stale)
    }

    @Test("one whose text stands in its file once")
    func fits() {
        #expect(Self.found("file: a.swift\n--- old\nlet a = 1\n--- new\nlet a = 2\n", "let a = 1\n") == [])
    }

    @Test("one whose text is gone, stands there twice, or that is none")
    func stale() {
        let mutant = "promise: I1\nfile: a.swift\n--- old\nx()\n--- new\n"
        #expect(Self.found(mutant, "y()\n") == ["ops/mutants.d/m:2: its text stands in a.swift 0 times"])
        #expect(Self.found(mutant, "x()\nx()\n") == ["ops/mutants.d/m:2: its text stands in a.swift 2 times"])
        #expect(Self.found("file: a.swift\n", "x()\n") == ["ops/mutants.d/m:1: no mutant"])
    }
}
