import BifrostKernel
import Foundation
import Orders
import Sagas
import SeededChoices
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
        for diagram in [RouteState.diagram, RebalanceState.diagram, GroupState.diagram] {
            #expect(page.contains("```mermaid\n\(diagram)\n```"), "docs/sagas.md lacks\n\(diagram)")
        }
    }

    @Test("whatever happens, orders and rebalances take the steps of their tables", arguments: Seeds.take(20))
    func followed(seed: UInt64) throws {
        var malice = Malice(seed: seed)
        var runner = try World.trading()
        _ = try runner.open("alpha", cash: 1_000_000)
        for _ in 0..<300 {
            MaliceTests.learn(runner, &malice)
            try runner.pose(malice.command())
        }
        var state = Shard.initial
        for fact in runner.log {
            let before = state
            Shard.evolve(&state, by: fact)
            switch fact.event {
            case .order(let event):
                let from = before.orderByID[event.order]?.state.route ?? .first
                let to = try #require(state.orderByID[event.order]).state.route
                let isStep = RouteState.steps.contains { $0.from == from && $0.to == to }
                #expect(from == to || isStep, "\(from) to \(to) by \(event)")
            case .rebalance(.advanced(let advanced)):
                let saga = before.rebalances.first { $0.started.rebalance == advanced.rebalance }
                #expect(saga?.state.after(advanced.trigger) == advanced.state)
            case .group(.advanced(let advanced)):
                let saga = before.groupByID[advanced.group]
                #expect(saga?.state.after(advanced.trigger) == advanced.state)
            default: break
            }
        }
    }

    @Test("no state leads two ways by one trigger, and every state is reached")
    func sound() {
        check(RouteState.self)
        check(RebalanceState.self)
        check(GroupState.self)
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
