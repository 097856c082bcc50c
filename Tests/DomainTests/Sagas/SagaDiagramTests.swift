import BifrostKernel
import Foundation
import Orders
import Sagas
import Testing

@Suite("The tables of sagas")
struct SagaDiagramTests {
    private static func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        return try String(contentsOf: root.appending(path: "docs/sagas.md"), encoding: .utf8)
    }

    @Test("the docs draw the tables that the code goes by")
    func drawn() throws {
        let page = try Self.page()
        for diagram in [RouteState.diagram, RebalanceState.diagram] {
            #expect(page.contains("```mermaid\n\(diagram)\n```"), "docs/sagas.md lacks\n\(diagram)")
        }
    }

    @Test("no state leads two ways by one trigger, and every state is reached")
    func sound() {
        check(RouteState.self)
        check(RebalanceState.self)
    }

    private func check<State: SagaState>(_ type: State.Type) where State: Hashable {
        var reached: Set<State> = [State.first]
        for _ in State.allCases {
            for step in State.steps where reached.contains(step.from) { reached.insert(step.to) }
        }
        #expect(reached.count == State.allCases.count)
        for state in State.allCases {
            let triggers = State.steps.filter { $0.from == state }.map(\.trigger.rawValue)
            #expect(Set(triggers).count == triggers.count)
        }
    }
}
