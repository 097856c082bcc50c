import Faults
import PostgresTesting
import SeededChoices
import Testing

extension FaultTests {
    @Test("two supervisors restart two engines, one of them stopped and woken after the other took over")
    func duel() throws {
        let duel = try Duel(
            binary: ServiceProcess.sibling("bifrost"),
            directory: try SharedCluster.scratchDirectory(named: "duel"),
            seed: Amount.seed
        )
        var dice = Generator(seed: Amount.seed)
        // As many as the other rounds have, in the time that they take.
        for round in 0..<max(Amount.rounds / 5, Duel.Blow.allCases.count) {
            let blow = Duel.Blow.allCases[round % Duel.Blow.allCases.count]
            try duel.round(blow, &dice)
            print("duel \(round + 1) seed \(Amount.seed): \(blow.rawValue)")
        }
        var summary = FaultSummary()
        try duel.close(into: &summary)
        print(summary)
        #expect(summary.violations == [], "BIFROST_FAULT_SEED=\(Amount.seed)")
        #expect(summary.lost == 0 && summary.doubled == 0 && summary.acknowledged > 0)
    }
}
