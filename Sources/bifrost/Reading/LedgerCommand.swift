internal import ArgumentParser
internal import Nodes
internal import Replays

/// Hands an account's ledger to other programs.
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Export an account's ledger for accounting programs.",
        subcommands: [LedgerExportCommand.self]
    )
}

/// Prints every posting of an account as a journal.
struct LedgerExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print every posting as a journal, with assertions of every balance.",
        discussion: """
            bean-check and hledger check recompute the balances. Dates are business dates; debits are positive, and \
            instruments balance like currencies.
            """
    )

    @Argument(help: "The account's alias or id.")
    var account: String

    @Option(help: "beancount or hledger.")
    var format: String

    @Option(help: "How often balances are asserted: each month or each day.")
    var balances = LedgerExport.Period.month.rawValue

    @OptionGroup var place: PlaceOptions

    private func choices() throws -> (LedgerExport.Format, LedgerExport.Period) {
        guard let format = LedgerExport.Format(rawValue: format) else {
            throw ValidationError("--format '\(format)': expected beancount or hledger.")
        }
        guard let period = LedgerExport.Period(rawValue: balances) else {
            throw ValidationError("--balances '\(balances)': expected month or day.")
        }
        return (format, period)
    }

    func validate() throws { _ = try choices() }

    func run() throws {
        let (format, period) = try choices()
        let export = try OpenLog.read(place.place) { log in
            let opened = try AccountDirectory(log, Node.tradingShard).resolve(account)
            return try LedgerExport(log, Node.tradingShard, opened, format)
        }
        var output = Output()
        export.lines(assertingEach: period) { output.line($0) }
    }
}
