import ArgumentParser
import Faults

struct FaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults",
        abstract: "Kills engine and database under load, round after round, and counts what was lost."
    )

    @Option(help: "Rounds, each with its own schedule of faults.")
    var rounds = 100

    @Option(help: "What decides the faults; a failed run prints its own.")
    var seed: UInt64 = .random(in: 1...999_999_999)

    @Option(help: "Clients that send commands at once.")
    var clients: Int?

    @Option(help: "Where the rounds keep their data directories.")
    var data = "/tmp/bifrost-faults"

    func validate() throws {
        guard rounds > 0, clients ?? 1 > 0 else { throw ValidationError("expected at least one of each") }
    }

    func run() throws {
        var options = FaultCampaign.Options(
            binary: ServiceProcess.sibling("bifrost"),
            directory: data,
            seed: seed,
            rounds: rounds
        )
        if let clients { options.clients = clients }
        print("seed \(seed)")
        let summary = try FaultCampaign(options).run { print($0) }
        for violation in summary.violations { print("violation: \(violation)") }
        print(summary)
        if !summary.violations.isEmpty { throw ExitCode.failure }
    }
}
