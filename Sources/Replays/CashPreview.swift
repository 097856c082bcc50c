public import BifrostKernel
internal import Portfolios
public import Sagas

/// What a command about cash would come to, by the function that decides it, over a fold of the log.
public struct CashPreview: Equatable, Sendable {
    /// The settled cash of an account in one currency.
    public struct Line: Equatable, Sendable {
        /// The account, by its alias.
        public let account: String
        /// The currency.
        public let currency: Currency
        /// What it has.
        public let before: Money
        /// What it would have.
        public let after: Money
    }

    /// One line for each account and currency that changes, in the order of the postings.
    public let lines: [Line]

    /// Decides `command` in the state of `replay`, and books it nowhere.
    public init(_ command: Command, by actor: ActorName, _ replay: ShardReplay) throws(Rejection) {
        let state = replay.state
        let posed = PosedCommand(
            command,
            position: replay.position + 1,
            effectiveAt: state.effectiveAt,
            actor: actor
        )
        var decision = Decision<Draft>()
        try Shard.decide(posed, given: state, into: &decision)
        var lines: [Line] = []
        for draft in decision.events {
            guard case .portfolio(let event) = draft.event, let entry = state.accountByID[event.account]
            else {
                continue
            }
            var books = entry.portfolio
            Portfolio.evolve(&books, by: event, at: state.effectiveAt)
            var currencies: [Currency] = []
            for posting in event.postings {
                guard case .money(let currency) = posting.commodity, !currencies.contains(currency) else {
                    continue
                }
                currencies.append(currency)
            }
            for currency in currencies where books.cash(currency) != entry.portfolio.cash(currency) {
                lines.append(
                    Line(
                        account: entry.opened.alias,
                        currency: currency,
                        before: entry.portfolio.cash(currency),
                        after: books.cash(currency)
                    )
                )
            }
        }
        self.lines = lines
    }
}
