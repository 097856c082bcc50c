internal import BifrostKernel
internal import EventStore
internal import Orders
internal import Portfolios
internal import Sagas

/// The ledgers of a shard's accounts, built from their postings alone.
struct AccountBooks {
    private struct Book {
        var opened: AccountOpened
        var ledger = Ledger()
        /// A fill that the venue should not have made takes cash that nobody reserved.
        var hasUnaskedFill = false
    }

    struct Fault {
        let reason: String
        let kind: LogFault.Kind
    }

    private var suspense = Ledger()
    private var bookByNumber: [AccountOrdinal: Book] = [:]

    /// The number of accounts.
    var count: Int64 { Int64(bookByNumber.count) }

    /// Adds an event; says what is wrong with the account's books after it.
    mutating func take(_ event: DomainEvent, _ header: EventHeader) -> Fault? {
        switch event {
        case .accountOpened(let opened):
            guard AccountOrdinal(opened.account) == header.account, opened.account.id.birth == header.position
            else {
                return Fault(reason: "the account's id does not name this position", kind: .tampering)
            }
            bookByNumber[header.account] = Book(opened: opened)
            return nil
        case .order(.executed(let fact)):
            if fact.afterClose || fact.overfilled { bookByNumber[header.account]?.hasUnaskedFill = true }
            return nil
        case .order(.externalFound):
            // No judge saw it, so that nobody reserved what its trades take.
            bookByNumber[header.account]?.hasUnaskedFill = true
            return nil
        case .suspense(let fact):
            guard Ledger.balances(fact.postings) else {
                return Fault(reason: "its postings do not sum to zero per commodity", kind: .tampering)
            }
            suspense.book(fact.postings)
            return nil
        case .portfolio(let fact):
            // A bust that comes after its proceeds were spent takes cash that nobody has.
            if case .tradeCorrected = fact { bookByNumber[header.account]?.hasUnaskedFill = true }
            let postings = fact.postings
            return postings.isEmpty ? nil : book(postings, header)
        default: return nil
        }
    }

    private mutating func book(_ postings: [Posting], _ header: EventHeader) -> Fault? {
        guard var book = bookByNumber.removeValue(forKey: header.account) else {
            return Fault(reason: "it books on an account that was not opened", kind: .tampering)
        }
        defer { bookByNumber[header.account] = book }
        // A ledger that summed to zero still does when what is added sums to zero.
        guard Ledger.balances(postings) else {
            return Fault(reason: "its postings do not sum to zero per commodity", kind: .tampering)
        }
        book.ledger.book(postings)
        guard book.opened.kind == .cash, !book.hasUnaskedFill else { return nil }
        let currencies = Set(postings.lazy.filter { $0.account == .cashSettled }.map { $0.currency }).sorted()
        for currency in currencies {
            let cash = book.ledger.balance(.cashSettled, .money(currency))
            guard cash < 0 else { continue }
            return Fault(
                reason: "account '\(book.opened.alias)' is a cash account, and its cash falls to"
                    + " \(Decimals.text(cash)) \(currency.code)",
                kind: .brokenPromise
            )
        }
        return nil
    }

    /// The first account whose ledger does not sum to zero, in words.
    var unbalanced: String? {
        if let wrong = suspense.sums.first(where: { $0.sum != 0 }) {
            return "the ledger of suspense does not sum to zero: \(Decimals.text(wrong.sum))"
        }
        for number in bookByNumber.keys.sorted() {
            guard let book = bookByNumber[number], let wrong = book.ledger.sums.first(where: { $0.sum != 0 })
            else {
                continue
            }
            return
                "the ledger of account '\(book.opened.alias)' does not sum to zero: \(Decimals.text(wrong.sum))"
        }
        return nil
    }
}
