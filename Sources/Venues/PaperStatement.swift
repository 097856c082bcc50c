package import BifrostKernel
package import Orders

/// What a paper venue's journal says of trades: the other party's side when books are compared.
package struct PaperStatement: Sendable {
    /// Every execution as it was reported, in order.
    package let executions: [OrderExecuted]
    private let book: PaperBook

    /// Reads the journal of a venue that does not run.
    package init(path: String, log: Identifier) throws(PaperJournalError) {
        var journal = try PaperJournal(path: path, log: log)
        self.init(journal.takeBook())
    }

    init(_ book: PaperBook) {
        executions = book.trades.map(\.report)
        self.book = book
    }

    /// What was said to change executions.
    package var revisions: [ExecutionRevision] {
        // ORDER: each is looked at by itself.
        book.entryByID.values.flatMap(\.revisions)
    }

    /// Whether the venue has not ended the order: it waits, or its last day is over and nothing was said.
    package func hasOpen(_ order: OrderID) -> Bool { book.entryByID[order]?.outcome == .open }

    /// Every account and instrument that the venue has a position of.
    package var holdings: [(account: AccountID, instrument: InstrumentID, position: Quantity)] {
        // ORDER: each is looked at by itself.
        book.positionByID.map { ($0.key.account, $0.key.instrument, $0.value) }
    }

    /// What trades did to the cash of every account.
    package var purses: [(account: AccountID, currency: Currency, cash: Money)] {
        // ORDER: as before.
        book.cashByID.map { ($0.key.account, $0.key.currency, $0.value) }
    }

    /// What the venue says that an account holds.
    package func position(_ account: AccountID, _ instrument: InstrumentID) -> Quantity {
        book.positionByID[PaperBook.Holding(account: account, instrument: instrument)] ?? .zero
    }

    /// What trades did to an account's cash, by the venue's book.
    package func cash(_ account: AccountID, _ currency: Currency) -> Money {
        book.cashByID[PaperBook.Purse(account: account, currency: currency)] ?? .zero
    }
}
