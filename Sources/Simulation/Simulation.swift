internal import BifrostKernel
public import EventStore

/// Runs the engine, the domain and a log in memory through whatever one seed decides.
public enum Simulation {
    /// What a run came to.
    public struct Outcome: Sendable {
        /// The plan that was run.
        public let plan: Plan
        /// The promise that was broken, if one was.
        public let violation: Violation?
        /// The number of the step that showed it; `nil` when it was before the first or after the last.
        public let step: Int?
        /// Events in both logs.
        public internal(set) var events: Int64 = 0
        /// Commands in both logs.
        public internal(set) var commands = 0
        /// How many events of each type there were, by name.
        public internal(set) var tally: [String: Int] = [:]
        /// The last hash of the trading shard: equal runs, equal digests, in every process.
        public internal(set) var digest = EventHash(0, 0, 0, 0)

        init(plan: Plan, violation: Violation?, step: Int?) {
            self.plan = plan
            self.violation = violation
            self.step = step
        }
    }

    /// Runs a plan.
    public static func run(_ plan: Plan) -> Outcome {
        var world = World(seed: plan.seed)
        var last: Int? = nil
        var violation: Violation? = nil
        do throws(Violation) {
            try world.prepare()
            for index in plan.kept {
                last = index
                try world.take(plan.steps[index])
            }
            last = nil
            try world.finish()
        } catch {
            violation = error
        }
        var outcome = Outcome(plan: plan, violation: violation, step: last)
        outcome.events = world.watch.head.position + world.factWatch.head.position
        outcome.commands = world.watch.commands.count + world.factWatch.commands.count
        outcome.tally = world.watch.tally.merging(world.factWatch.tally) { $0 + $1 }
        outcome.digest = world.watch.head.hash
        return outcome
    }

    /// Runs a plan again and expects the same log: a decision must not hang on where its memory is.
    public static func runAgain(_ outcome: Outcome) -> Outcome {
        let again = run(outcome.plan)
        guard outcome.violation == nil, again.digest != outcome.digest else { return outcome }
        let violation = Violation("I7", "two runs end in \(outcome.digest.text) and \(again.digest.text)")
        return Outcome(plan: outcome.plan, violation: violation, step: nil)
    }

    /// Takes steps out of a failing plan for as long as it breaks the same promise without them.
    public static func shrink(_ failed: Outcome) -> Outcome { shrink(failed, by: run) }

    static func shrink(_ failed: Outcome, by run: (Plan) -> Outcome) -> Outcome {
        guard let violation = failed.violation else { return failed }
        var best = failed
        if let step = failed.step {
            let cut = run(failed.plan.keeping(failed.plan.kept.filter { $0 <= step }))
            if cut.violation?.invariant == violation.invariant { best = cut }
        }
        var size = max(best.plan.kept.count / 2, 1)
        while size >= 1 {
            var start = 0
            while start < best.plan.kept.count {
                let kept = best.plan.kept
                let rest = Array(kept[..<start] + kept[min(start + size, kept.count)...])
                let trial = run(best.plan.keeping(rest))
                if trial.violation?.invariant == violation.invariant {
                    best = trial
                } else {
                    start += size
                }
            }
            size /= 2
        }
        return best
    }
}

extension Simulation.Outcome: CustomStringConvertible {
    /// The seed, what broke, the steps that lead there, and how to see it again.
    public var description: String {
        guard let violation else { return "seed \(plan.seed): \(events) events, no violation" }
        let steps = plan.kept.map { "  \($0) \(plan.steps[$0].kind)" }.joined(separator: "\n")
        let kept = plan.kept.map(String.init).joined(separator: ",")
        return """
            seed \(plan.seed) breaks \(violation.invariant) \(step.map { "in step \($0)" } ?? "outside of its steps"):
              \(violation.text)
            \(plan.kept.count) steps lead there:
            \(steps)
            see it again: bifrost-bench simulate --seed \(plan.seed) --keep \(kept)
            """
    }
}
