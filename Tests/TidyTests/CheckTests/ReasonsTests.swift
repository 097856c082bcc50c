import Testing

@Suite("reasons")
struct ReasonsTests {
    @Test(
        "what evades the compiler's checks needs its reason",
        arguments: [
            ("final class A: @unchecked Sendable {}", "@unchecked Sendable"),
            ("nonisolated(unsafe) var a = 1", "nonisolated(unsafe)"),
            ("unowned(unsafe) let a: A", "unowned(unsafe)"),
            ("let a = unsafe b.pointee", "unsafe"), ("return unsafe (a)", "unsafe"),
        ]
    )
    func unsafety(text: String, mark: String) {
        #expect(Snippet(text).found(by: Reasons.unsafety) == ["1: `\(mark)` without its reason"])
        #expect(Snippet("\(text) // SAFETY: the lock").found(by: Reasons.unsafety) == [])
        #expect(Snippet("// SAFETY: the lock\n//\n\n\(text)").found(by: Reasons.unsafety) == [])
        #expect(Snippet("// SAFETY: too far\n\n\n\n\(text)").found(by: Reasons.unsafety).count == 1)
        #expect(Snippet("let a = \"// SAFETY: b\"\n\(text)").found(by: Reasons.unsafety).count == 1)
    }

    @Test("the bridges mark unsafe expressions without a reason, but not shared state")
    func bridges() {
        let bridge = "Sources/PostgresClient/A.swift"
        #expect(Snippet("unsafe a()", at: bridge).found(by: Reasons.unsafety) == [])
        #expect(Snippet("class A: @unchecked Sendable", at: bridge).found(by: Reasons.unsafety).count == 1)
    }

    @Test(
        "other uses of the word",
        arguments: ["@unsafe func a()", "a.unsafe b", "a(unsafe: b)", "// unsafe a"]
    )
    func otherWords(text: String) {
        #expect(Snippet(text).found(by: Reasons.unsafety) == [])
    }

    static let pure = "Projections/OrdersView/Snippet.swift"

    @Test(
        "iteration of a dictionary",
        arguments: [
            "for (id, order) in ordersByID {", "for order in state.ordersByID.values where a {",
            "for a in b.venuesByName.keys {", "ordersByID.values.forEach { a($0) }",
        ]
    )
    func unordered(text: String) {
        let found = ["1: iteration of a dictionary"]
        #expect(Snippet(text, at: Self.pure).found(by: Reasons.unorderedIteration) == found)
        let reason = Snippet("// ORDER: a sum\n" + text, at: Self.pure)
        #expect(reason.found(by: Reasons.unorderedIteration) == [])
        #expect(
            Snippet(text).found(by: Reasons.unorderedIteration) == [],
            "only where order reaches an event"
        )
    }

    @Test(
        "ordered iteration",
        arguments: [
            "for order in orders { ordersByID[order.id] = order }", "for a in ordersByID.keys.sorted() {",
            "let a = ordersByID[id]", "for id in sortedByIDs {",
            "for a in b where venuesByName[a] != nil {", "for fill in fillsByID[id] {",
        ]
    )
    func ordered(text: String) {
        #expect(Snippet(text, at: Self.pure).found(by: Reasons.unorderedIteration) == [])
    }
}
