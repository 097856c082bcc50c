import BifrostKernel
import EventRegistry
import Testing

@testable import Simulation

@Suite("Whatever one seed decides")
struct SimulationTests {
    /// Seeds of a build without optimisation; `bifrost-bench simulate` runs thousands.
    private static let seedsPerCase: UInt64 = 60

    /// What these seeds add up to.
    private func tally(of seeds: Range<UInt64>) -> [String: Int] {
        seeds.reduce(into: [:]) { tally, seed in
            let outcome = Simulation.run(Plan(seed: seed))
            if outcome.violation != nil { Issue.record("\(Simulation.shrink(outcome))") }
            tally.merge(outcome.tally) { $0 + $1 }
        }
    }

    // The last one: a person makes one leg of a pair larger, and the venue refuses to make it smaller again.
    @Test("no seed breaks a promise", arguments: [1_001, 2_001, 3_001, 20_265_633] as [UInt64])
    func keepsPromises(first: UInt64) {
        #expect(tally(of: first..<first + Self.seedsPerCase).count > 20)
    }

    @Test("no seed breaks a promise, and every kind of event happens")
    func coversEvents() {
        let tally = tally(of: 1..<1 + Self.seedsPerCase)
        let names = EventRegistry.payloadTypes.compactMap { EventRegistry.name(type: $0.eventType) }
        // What needs a venue that says nothing for four deadlines, or more settlements of a day than one
        // decision may hold, happens in one seed of twenty or fewer: `bifrost-bench simulate` tells.
        let rare: Set = [
            "DayCloseContinued", "OrderParked", "OrderResolved", "BreakResolved", "OrderRestated",
            "OrderAdjusted", "SuspendedTradeAssigned",
            // So do a dividend whose pay date comes, and a margin call that is covered before the seed ends.
            "DividendPaid", "MarginCallMet",
            // And a correction that is copied after the roll before its ex-date.
            "CorporateActionRevisionMissed",
        ]
        #expect(names.filter { tally[$0] == nil && !rare.contains($0) } == [])
    }

    @Test("a seed gives the same log each time", arguments: [7, 8, 9] as [UInt64])
    func repeats(seed: UInt64) {
        let outcome = Simulation.runAgain(Simulation.run(Plan(seed: seed)))
        #expect(outcome.violation == nil && outcome.events > 0)
    }

    @Test("a failing plan loses every step that it can do without")
    func shrinks() {
        func run(_ plan: Plan) -> Simulation.Outcome {
            let fails = plan.kept.contains(3) && plan.kept.contains(77)
            let violation = fails ? Violation("I1", "three and seventy-seven") : nil
            return Simulation.Outcome(plan: plan, violation: violation, step: nil)
        }
        let plan = Plan(seed: 1, steps: 100)
        let shrunk = Simulation.shrink(run(plan), by: run)
        #expect(shrunk.plan.kept == [3, 77])
        #expect(Plan(seed: 1, steps: 100, keeping: [3, 77]).kept == [3, 77])
        #expect("\(shrunk)".contains("--seed 1 --keep 3,77"))
        #expect(Simulation.shrink(run(Plan(seed: 1, steps: 5)), by: run).violation == nil)
    }
}
