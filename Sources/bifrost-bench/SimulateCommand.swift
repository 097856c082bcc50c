// Runs the engine, the domain and a log in memory through one seed after another.
//
//     bifrost-bench simulate [--seconds N | --seeds N] [--seed S] [--steps N] [--keep N,N,…]
//
// With `--seed` alone it runs that seed. A seed that breaks a promise is printed, made shorter, printed again
// as a command that shows it once more, and ends the run with 1. A trap is reported with the seed as the name
// of its thread, when `SWIFT_BACKTRACE=enable=yes` is set.

import EventStore
import Glibc
import Simulation

/// The simulation from the command line.
struct SimulateCommand {
    private var seconds: Int?
    private var seeds: Int?
    private var seed: UInt64?
    private var steps = Plan.stepsDefault
    private var kept: [Int]?

    /// One seed in this many is run twice.
    private static let repeatedSeedsStep = 8
    /// Seeds between two lines of progress.
    private static let progressSeedsStep = 1_000

    /// Nil when the arguments make no sense.
    init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch name {
            case "--seconds": seconds = Int(value)
            case "--seeds": seeds = Int(value)
            case "--seed": seed = UInt64(value)
            case "--steps": steps = Int(value) ?? steps
            case "--keep": kept = value.split(separator: ",").compactMap { Int($0) }
            default: return nil
            }
        }
    }

    /// The exit code: 1 when a promise was broken.
    func run() -> Int32 {
        let first = seed ?? UInt64(time(nil))
        let count = seeds ?? (seconds == nil && seed != nil ? 1 : nil)
        let begin = now()
        let end = begin + Double(seconds ?? (count == nil ? 10 : .max / 2))
        var ran = 0
        var events: Int64 = 0
        var commands = 0
        var tally: [String: Int] = [:]
        var digest: UInt64 = 0
        while ran < count ?? .max, now() < end {
            let seed = first &+ UInt64(ran)
            nameThread("seed \(seed)")
            var outcome = Simulation.run(Plan(seed: seed, steps: steps, keeping: kept))
            if ran % Self.repeatedSeedsStep == 0 { outcome = Simulation.runAgain(outcome) }
            guard outcome.violation == nil else {
                print("\(outcome)\nmaking it shorter…\n\(Simulation.shrink(outcome))")
                return 1
            }
            ran += 1
            events += outcome.events
            commands += outcome.commands
            tally.merge(outcome.tally) { $0 + $1 }
            digest = (digest << 7 | digest >> 57) ^ outcome.digest.words.0
            if ran % Self.progressSeedsStep == 0 { print("\(ran) seeds, \(events) events") }
        }
        let elapsed = now() - begin
        let rate = Double(ran) / max(elapsed, 0.001)
        print(
            "seeds \(first)…\(first &+ UInt64(max(ran, 1) - 1)): \(ran) run, \(Int(rate)) a second, 0 violations"
        )
        print(
            "\(steps) steps each, \(commands) commands, \(events) events, digest \(String(digest, radix: 16))"
        )
        for (name, count) in tally.sorted(by: { $0.key < $1.key }) { print("  \(count) \(name)") }
        return 0
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The runtime's report of a trap begins with the name of the thread.
    private func nameThread(_ name: String) {
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(name, file)
        fclose(file)
    }
}
