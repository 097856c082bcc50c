internal import ArgumentParser

/// The entrance.
@main
enum Main {
    static func main() async { await BifrostExit.run(Bifrost.self) }
}

/// The command line: a client of the door, which starts what it needs and stops it after.
struct Bifrost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bifrost",
        abstract: "An event-sourced trading core.",
        version: Service.version,
        subcommands: [UpCommand.self, DemoCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Trading",
                subcommands: [
                    AccountCommand.self, OrderCommand.self, RebalanceCommand.self, KillSwitchCommand.self,
                ]
            ),
            CommandGroup(
                name: "The world",
                subcommands: [
                    CalendarCommand.self, InstrumentCommand.self, MarkCommand.self,
                    CorporateActionCommand.self, FeesCommand.self, InterestCommand.self,
                    ExchangeRateCommand.self, PricesCommand.self,
                ]
            ),
            CommandGroup(
                name: "The log",
                subcommands: [
                    PortfolioCommand.self, WhyCommand.self, DiffCommand.self, EventsCommand.self,
                    ReplayCommand.self,
                    VerifyCommand.self, CheckpointCommand.self, ProveCommand.self, ExportCommand.self,
                    LedgerCommand.self, ExplainCommand.self, PublisherCommand.self, LogCommand.self,
                    SnapshotCommand.self,
                ]
            ),
            CommandGroup(
                name: "Safe keeping",
                subcommands: [
                    BackupCommand.self, RestoreCommand.self, BackupKeyCommand.self, PrivacyCommand.self,
                ]
            ),
            CommandGroup(
                name: "Read models",
                subcommands: [ProjectionsCommand.self, ProjectorCommand.self]
            ),
        ]
    )
}
