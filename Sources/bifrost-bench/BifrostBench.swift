// Our own measurements, each against a plain way of doing the same work in the same run.

import ArgumentParser

@main
struct BifrostBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bifrost-bench",
        abstract: "Measures Bifrost against plain ways of doing the same work.",
        subcommands: [
            AppendCommand.self, PeersCommand.self, OrdersCommand.self, ThinkingCommand.self,
            ReplayBenchCommand.self,
            RestartCommand.self, ReadStreamCommand.self, VerifyBenchCommand.self, FaultsCommand.self,
            SimulateCommand.self, RebuildBenchCommand.self, QueryCommand.self,
            ProjectCommand.self, HTTPCommand.self, GrowthCommand.self,
        ]
    )
}

/// What every measurement takes.
struct BenchOptions: ParsableArguments {
    @Option(help: "Where the benchmark's own PostgreSQL lives.")
    var data = "/tmp/bifrost-bench"

    @Option(help: "How long each figure is measured, in seconds.")
    var seconds = 10

    @Flag(help: "Print JSON lines instead of tables.")
    var json = false

    mutating func validate() throws {
        #if DEBUG
            throw ValidationError("a debug build measures nothing: build with -c release")
        #else
            guard seconds > 0 else { throw ValidationError("expected at least one second") }
        #endif
    }
}
