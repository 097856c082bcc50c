import Foundation
import Testing

@Suite("The page about read models")
struct PageTests {
    @Test("shows the projection that these tests compile and run")
    func example() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let page = try String(contentsOf: root.appending(path: "docs/projections.md"), encoding: .utf8)
        let file = root.appending(path: "Tests/ReadModelTests/OrderCounter.swift")
        let example = try String(contentsOf: file, encoding: .utf8)
        #expect(page.contains("```swift\n\(example)```"), "copy OrderCounter.swift into docs/projections.md")
    }
}
