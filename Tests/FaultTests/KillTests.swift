import Faults
import Glibc
import PostgresTesting
import Testing

/// Everything that loads the machine takes turns.
@Suite("Faults", .serialized)
struct FaultTests {
    /// Rounds and seed of a run; a line that failed is repeated with its seed and one round.
    enum Amount {
        static let rounds = number("BIFROST_FAULT_ROUNDS") ?? 24
        static let seed = UInt64(number("BIFROST_FAULT_SEED") ?? Int.random(in: 1...999_999_999))

        /// As the build machine runs it.
        static let isLong = getenv("BIFROST_LONG") != nil

        private static func number(_ name: String) -> Int? {
            getenv(name).flatMap { Int(String(cString: $0)) }
        }
    }

    @Test("engine and PostgreSQL killed under load: nothing acknowledged is lost, nothing is there twice")
    func kills() throws {
        let options = FaultCampaign.Options(
            binary: ServiceProcess.sibling("bifrost"),
            directory: try SharedCluster.scratchDirectory(named: "faults"),
            seed: Amount.seed,
            rounds: Amount.rounds
        )
        let summary = try FaultCampaign(options).run { print($0) }
        print(summary)
        #expect(summary.violations == [])
        #expect(summary.lost == 0 && summary.doubled == 0)
        #expect(summary.acknowledged > 0 && summary.executions > 0)
    }
}
