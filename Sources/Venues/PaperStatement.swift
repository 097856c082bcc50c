package import BifrostKernel
package import Orders

/// What a paper venue's journal says of trades: the other party's side when books are compared.
package struct PaperStatement: Sendable {
    /// Every execution as it was reported, in order.
    package let executions: [OrderExecuted]
    /// What an account holds by the venue's book.
    private let positionByID: [PaperBook.Holding: Quantity]
    private let cashByID: [PaperBook.Purse: Money]

    /// Reads the journal of a venue that does not run.
    package init(path: String, log: Identifier) throws(PaperJournalError) {
        var journal = try PaperJournal(path: path, log: log)
        let book = journal.takeBook()
        executions = book.trades.map(\.report)
        positionByID = book.positionByID
        cashByID = book.cashByID
    }

    /// What the venue says that an account holds.
    package func position(_ account: AccountID, _ instrument: InstrumentID) -> Quantity {
        positionByID[PaperBook.Holding(account: account, instrument: instrument)] ?? .zero
    }

    /// What trades did to an account's cash, by the venue's book.
    package func cash(_ account: AccountID, _ currency: Currency) -> Money {
        cashByID[PaperBook.Purse(account: account, currency: currency)] ?? .zero
    }
}
