internal import ArgumentParser
internal import HTTPAPI

/// Commands that stop new orders.
struct KillSwitchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill-switch",
        abstract: "Stop all new orders and cancel the open ones, or let trading go on.",
        subcommands: [KillSwitchPull.self, KillSwitchRelease.self]
    )
}

/// Stops new orders.
struct KillSwitchPull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Refuse new orders and cancel the open ones."
    )

    @Option(help: "Only for this account, by alias or id (default: for all).") var account: String?
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = ["account": .optional(account)]
        try await options.send("POST", ["kill-switch"], body, done: "Pulled the kill switch")
    }
}

/// Lets trading go on.
struct KillSwitchRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Take new orders again."
    )

    @Option(help: "Only for this account, by alias or id (default: the switch of all).") var account: String?
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = ["account": .optional(account)]
        try await options.send("DELETE", ["kill-switch"], body, done: "Released the kill switch")
    }
}
