// Runs the engine, the domain and a log in memory through one seed after another.
//
// A seed that breaks a promise is printed, made shorter, printed again as a command that shows it once more,
// and ends the run with 1. A trap is reported with the seed as the name of its thread, when
// `SWIFT_BACKTRACE=enable=yes` is set.

import ArgumentParser
import BifrostKernel
import EventRegistry
import EventStore
import Glibc
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs the core through whatever one seed after another decides, and checks each step."
    )

    @Option(help: "How long to run.")
    var seconds: Int?

    @Option(help: "How many seeds to run; a thousand when neither this nor a time is given.")
    var seeds: Int?

    @Option(help: "The first seed; without a number of seeds or seconds the only one.")
    var seed: UInt64?

    @Option(help: "Steps of each seed, in place of those that the seed gives itself.")
    var steps: Int?

    @Option(
        help: "The steps of a shortened run that are kept.",
        transform: { $0.split(separator: ",").compactMap { Int($0) } }
    )
    var keep: [Int]?

    /// One seed in this many is run twice.
    private static let repeatedSeedsStep = 8
    /// Seeds between two lines of progress.
    private static let progressSeedsStep = 1_000

    func run() throws {
        let first = seed ?? UInt64(time(nil))
        let count = seeds ?? (seconds == nil ? (seed == nil ? 1_000 : 1) : nil)
        let begin = monotonicNanos()
        let end = seconds.map { begin + Int64($0) * 1_000_000_000 } ?? .max
        var ran = 0
        var events: Int64 = 0
        var commands = 0
        var tally: [String: Int] = [:]
        var digest: UInt64 = 0
        while ran < count ?? .max, monotonicNanos() < end {
            let seed = first &+ UInt64(ran)
            nameThread("seed \(seed)")
            var outcome = Simulation.run(Plan(seed: seed, steps: steps, keeping: keep))
            if ran % Self.repeatedSeedsStep == 0 { outcome = Simulation.runAgain(outcome) }
            guard outcome.violation == nil else {
                print("\(outcome)\nmaking it shorter…\n\(Simulation.shrink(outcome))")
                throw ExitCode.failure
            }
            ran += 1
            events += outcome.events
            commands += outcome.commands
            tally.merge(outcome.tally) { $0 + $1 }
            digest = (digest << 7 | digest >> 57) ^ outcome.digest.words.0
            if ran % Self.progressSeedsStep == 0 { print("\(ran) seeds, \(events) events") }
        }
        let elapsed = Double(monotonicNanos() - begin) / 1e9
        let rate = Double(ran) / max(elapsed, 0.001)
        print(
            "seeds \(first)…\(first &+ UInt64(max(ran, 1) - 1)): \(ran) run, \(Int(rate)) a second, 0 violations"
        )
        print(
            "\(commands) commands, \(events) events, digest \(String(digest, radix: 16))"
        )
        for (name, count) in tally.sorted(by: { $0.key < $1.key }) { print("  \(count) \(name)") }
        let names = EventRegistry.payloadTypes.compactMap { EventRegistry.name(type: $0.eventType) }
        let missing = names.filter { tally[$0] == nil }
        if !missing.isEmpty { print("never happened: \(missing.joined(separator: ", "))") }
    }

    /// The runtime's report of a trap begins with the name of the thread.
    private func nameThread(_ name: String) {
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(name, file)
        fclose(file)
    }
}
