internal import ArgumentParser
internal import Nodes
internal import ReadModels
internal import Synchronization

/// Builds a read model anew, beside the one that is read.
struct ProjectionsRebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Build a read model anew beside the one that is read, compare them, and swap.",
        discussion: """
            Readers go on reading the old build until the new one has caught up; then one row is updated. A run that
            was ended is taken up where it was by the same command. The old build is kept for `rollback`.
            """
    )

    @Argument(help: "The read model.")
    var name: String

    @Flag(help: "Swap even where the new build differs from the old one of the same code.")
    var acceptDifference = false

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let model = try Catalogue.model(name)
        let clock = ContinuousClock()
        let begun = clock.now
        let pace = Mutex(Pace(bar: ProgressBar("Rebuilding \(name)")))
        let outcome = try ProjectionsCommand.run(place.place) { log in
            try Rebuild(model, log).run(acceptingDifference: acceptDifference) { done, total in
                pace.withLock { $0.show(done, of: total, after: begun.duration(to: clock.now)) }
            }
        }
        pace.withLock { $0.bar.end() }
        let rate = Pace.perSecond(outcome.events, begun.duration(to: clock.now))
        var output = Output()
        output.line(
            "\(outcome.build.schema) is read now: \(outcome.events) events, \(rate) a second"
                + (outcome.isResumed ? ", taken up where an earlier run was." : ".")
        )
        if outcome.comparisons > 0 {
            output.line("\(outcome.comparisons) hashes agree with \(outcome.previous.schema), which is kept.")
        } else {
            output.line("\(outcome.previous.schema) was folded by other code, and is kept.")
        }
        output.line("Back: bifrost projections rollback \(name)")
        output.line("Free its space: bifrost projections drop \(name) \(outcome.previous.version)")
    }

    /// How fast it goes, and how long it will take.
    private struct Pace {
        var bar: ProgressBar
        private var first: Int64?

        init(bar: ProgressBar) { self.bar = bar }

        mutating func show(_ done: Int64, of total: Int64, after duration: Duration) {
            guard total > 0 else { return }
            let start = first ?? done
            first = start
            let rate = Self.perSecond(done - start, duration)
            let left = rate > 0 ? ", \(rate) a second, \((total - done) / rate) s left" : ""
            bar.show(done, of: total, left)
        }

        static func perSecond(_ events: Int64, _ duration: Duration) -> Int64 {
            let millis =
                duration.components.seconds * 1_000
                + duration.components.attoseconds / 1_000_000_000_000_000
            return events * 1_000 / max(millis, 1)
        }
    }
}

/// Goes back to the build before.
struct ProjectionsRollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Let readers read the build before the present one, caught up first."
    )

    @Argument(help: "The read model.")
    var name: String

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let model = try Catalogue.model(name)
        let build = try ProjectionsCommand.run(place.place) { try Upkeep($0).rollback(model) }
        var output = Output()
        output.line("\(build.schema) is read now.")
    }
}

/// Frees the space of a build.
struct ProjectionsDrop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Remove a build that nobody reads. It can be rebuilt from the log."
    )

    @Argument(help: "The read model.")
    var name: String

    @Argument(help: "The number of the build: 1 is orders_v1.")
    var version: Int32

    @OptionGroup var place: PlaceOptions

    func run() throws {
        _ = try Catalogue.model(name)
        try ProjectionsCommand.run(place.place) { try Upkeep($0).drop(name, version: version) }
        var output = Output()
        output.line("Removed \(name)_v\(version).")
    }
}
