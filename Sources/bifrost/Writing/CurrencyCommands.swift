internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI
internal import Nodes
internal import Sagas

/// Commands about interest.
struct InterestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interest",
        abstract: "Set what cash earns and costs.",
        subcommands: [InterestSet.self]
    )
}

/// Sets the interest on cash of a currency.
struct InterestSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set the interest on cash of a currency, from a business date on.",
        discussion: """
            It accrues when a day is rolled, on the settled cash of every account, for the calendar days up to the \
            next trading day, and is paid when the first trading day of a month is rolled.
            """
    )

    @Argument(help: "The currency, as USD.") var currency: String
    @Option(
        parsing: .unconditional,
        help: "What a balance above zero earns in a year, in basis points; it may be negative."
    )
    var credit: String
    @Option(parsing: .unconditional, help: "What a balance below zero costs in a year, in basis points.")
    var debit = "0"
    @Option(help: "ACT/360 or ACT/365 (default: the currency's convention).") var dayCount: String?
    @Option(help: "The first business date, as 2026-01-02.") var from: String
    @Option(help: "Where the rate comes from.") var source = "cli"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "currency": .string(currency), "creditBasisPoints": .string(credit),
            "debitBasisPoints": .string(debit), "dayCount": .optional(dayCount), "validFrom": .string(from),
            "source": .string(source),
        ]
        let done = "Set the interest on \(currency) from \(from)"
        try await options.send("POST", ["interest-rates"], body, done: done)
    }
}

/// Commands about official exchange rates.
struct ExchangeRateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange-rate",
        abstract: "Record official exchange rates.",
        subcommands: [ExchangeRateSet.self]
    )
}

/// Records an official exchange rate.
struct ExchangeRateSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Record the official rate between two currencies of a day.",
        discussion: """
            Accounts are translated at it when the day is rolled, and conversions are judged by the latest one. It \
            serves both directions; a rate is never made of two others.
            """
    )

    @Argument(help: "The currency of the unit, as EUR.") var currency: String
    @Argument(help: "The currency of the price, as USD.") var quote: String
    @Argument(help: "The price of one unit, as 1.0842.") var rate: String
    @Option(help: "The day (default: today, in UTC).") var date: String?
    @Option(help: "Where the rate comes from.") var source = "cli"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "date": .string(date ?? WallTime().now().date.text), "source": .string(source),
            "rates": .array([
                ["currency": .string(currency), "quoteCurrency": .string(quote), "rate": .string(rate)]
            ]),
        ]
        let done = "Recorded \(currency) at \(rate) \(quote)"
        try await options.send("POST", ["exchange-rates"], body, done: done)
    }
}

/// Turns cash of one currency into another's.
struct AccountConvert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Turn cash of one currency into another's, at a rate that somebody gave."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "How much to sell, as 1000.") var amount: String
    @Argument(help: "The currency to sell, as EUR.") var currency: String
    @Option(help: "The currency to buy.") var to: String
    @Option(help: "The price of one unit of what is sold, as 1.0842.") var rate: String
    @Option(help: "Who gave the rate.") var source = "cli"
    @Flag(help: "Only say what would be booked.") var dryRun = false
    @OptionGroup var options: WriteOptions

    func run() async throws {
        if dryRun {
            return try DryRun.tell(options.placeOptions) { account in
                var wanted = ConvertCash()
                wanted.currency = try DryRun.currency(currency)
                wanted.amount = try DryRun.amount(amount)
                wanted.to = try DryRun.currency(to)
                guard let price = try? Price(rate) else {
                    throw ValidationError("'\(rate)' is no rate, as 1.0842.")
                }
                wanted.rate = price
                wanted.source = source
                return .convertCash(try account(self.account), wanted)
            }
        }
        let body: JSON = [
            "currency": .string(currency), "amount": .string(amount), "toCurrency": .string(to),
            "rate": .string(rate), "source": .string(source),
        ]
        let done = "Converted \(amount) \(currency) to \(to) at \(rate)"
        try await options.send("POST", ["accounts", account, "conversions"], body, done: done)
    }
}
