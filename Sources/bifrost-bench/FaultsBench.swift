// The fault harness from the command line, for as many rounds as one wants:
//
//     bifrost-bench faults [--rounds N] [--seed N] [--clients N] [--data DIRECTORY]

import Faults

/// Runs rounds of faults and prints the summary.
struct FaultsBench {
    private var options = FaultCampaign.Options(
        binary: ServiceProcess.sibling("bifrost"),
        directory: "/tmp/bifrost-faults",
        seed: .random(in: 1...999_999_999),
        rounds: 100
    )

    /// Nil when the arguments make no sense.
    init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch (name, Int(value)) {
            case ("--rounds", .some(let number)) where number > 0: options.rounds = number
            case ("--clients", .some(let number)) where number > 0: options.clients = number
            case ("--seed", .some(let number)) where number >= 0: options.seed = UInt64(number)
            case ("--data", _): options.directory = value
            default: return nil
            }
        }
    }

    /// Runs what the arguments say; returns the exit status.
    static func main(_ arguments: ArraySlice<String>) -> Int32 {
        guard let bench = FaultsBench(arguments) else {
            print("usage: bifrost-bench faults [--rounds N] [--seed N] [--clients N] [--data DIRECTORY]")
            return 2
        }
        do {
            return try bench.run() ? 0 : 1
        } catch {
            print("bifrost-bench: \(error)")
            return 1
        }
    }

    /// Runs them all; true when nothing was wrong.
    private func run() throws -> Bool {
        print("seed \(options.seed)")
        let summary = try FaultCampaign(options).run { print($0) }
        for violation in summary.violations { print("violation: \(violation)") }
        print(summary)
        return summary.violations.isEmpty
    }
}
