internal import BifrostKernel
internal import Orders
internal import References
internal import Sagas
internal import SeededChoices

/// Accounts whose cash may be a loan and whose positions may be short.
extension World {
    /// One account, and mostly another one of the same owner, whose positions count when a sale is marked.
    mutating func openMarginAccounts() throws(Violation) {
        var wanted = OpenAccount()
        wanted.alias = "m"
        wanted.kind = .margin
        submit("open-m", .openAccount(wanted))
        try settle()
        guard let sibling, let first = watch.books.accountsInOrder.last else { return }
        wanted.alias = "n"
        wanted.kind = sibling
        wanted.owner = watch.books.accounts[first]?.opened.owner ?? .none
        submit("open-n", .openAccount(wanted))
        try settle()
    }

    /// Makes an order one that a margin account places: larger ones than cash would pay, short sales, covers,
    /// and orders that would take a position through zero.
    func onMargin(_ account: AccountID, _ wanted: inout PlaceOrder, _ choices: inout Generator) {
        let instruments = watch.books.facts.instruments
        let traded = instruments.first { $0.symbol == wanted.symbol }?.instrument ?? .none
        let position = watch.books.accounts[account]?.position(traded) ?? 0
        wanted.quantity = Quantity(units: choices.int64(1...(choices.chance(60) ? 250 : 40)))
        if position < 0 {
            wanted.side = choices.chance(70) ? .buy : .sellShort
        } else if position > 0 {
            wanted.side = choices.chance(50) ? .sell : .buy
        } else {
            wanted.side = choices.chance(50) ? .sellShort : .buy
        }
        // What is there, or one more than that.
        let units = Int64(clamping: min(abs(position) / 1_000_000_000, 1_000))
        let closes = position < 0 ? wanted.side == .buy : wanted.side == .sell
        if closes, units > 0, choices.chance(60) {
            wanted.quantity = Quantity(units: choices.one(of: [units, units, units + 1, (units + 1) / 2]))
        }
        if choices.chance(8) { wanted.side = choices.one(of: Side.allCases) }
        if wanted.side.isShort ? choices.chance(93) : choices.chance(2) {
            wanted.special.locate = ClientName("L\(choices.int(1...9))")
        }
    }
}
