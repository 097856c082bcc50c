internal import EmbeddedPostgres
internal import SeededChoices

/// Many rounds of load and faults against real `bifrost up` processes.
///
/// A round's seed fixes its fault, its pauses and what its clients ask for, as far as threads and disks let
/// it: `rounds: 1` with the seed of a round repeats that round on a new data directory.
package struct FaultCampaign {
    /// What to run.
    package struct Options: Sendable {
        /// The `bifrost` program.
        package var binary: String
        /// Where data directories are made; a failed one is kept.
        package var directory: String
        package var seed: UInt64
        package var rounds: Int
        package var clients = 4
        /// Rounds on one data directory.
        package var roundsPerHouse = 10

        package init(binary: String, directory: String, seed: UInt64, rounds: Int) {
            self.binary = binary
            self.directory = directory
            self.seed = seed
            self.rounds = rounds
        }
    }

    private let options: Options

    package init(_ options: Options) { self.options = options }

    /// Runs all rounds; `report` gets a line for each.
    package func run(_ report: (String) -> Void) throws -> FaultSummary {
        var summary = FaultSummary()
        while summary.rounds < options.rounds {
            let count = min(options.roundsPerHouse, options.rounds - summary.rounds)
            let before = summary.violations.count
            let directory = options.directory + "/house-\(summary.rounds)"
            try runHouse(in: directory, count, &summary, report)
            if summary.violations.count == before {
                try FileSystem.removeTree(directory)
            } else {
                report("kept for whoever looks into it: \(directory)")
            }
        }
        return summary
    }

    private func runHouse(
        in directory: String,
        _ count: Int,
        _ summary: inout FaultSummary,
        _ report: (String) -> Void
    ) throws {
        let setup = ServiceProcess.Setup(binary: options.binary, dataDirectory: directory)
        try FileSystem.removeTree(directory)
        let first = options.seed &+ UInt64(summary.rounds)
        let house = try FaultHouse(setup, seed: first, clients: options.clients)
        for number in 0..<count {
            let seed = first &+ UInt64(number)
            let fault = Fault.allCases[Int(seed % UInt64(Fault.allCases.count))]
            var dice = Generator(seed: seed)
            let outage = try house.round(fault, &dice)
            let found = house.found == 0 ? "" : ", \(house.found) violations so far"
            report(
                "round \(summary.rounds + number + 1) seed \(seed): \(fault.rawValue), served again after"
                    + " \(outage) ms\(found)"
            )
        }
        try house.close(into: &summary)
    }
}
