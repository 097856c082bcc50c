internal import BifrostKernel
internal import Portfolios

/// A journal for Beancount (https://beancount.github.io/docs/beancount_language_syntax.html).
struct BeancountText: JournalText {
    private let names: CommodityNames

    init(_ names: CommodityNames) { self.names = names }

    func header(
        _ title: String,
        _ currency: Currency,
        _ accounts: [String],
        _ opening: BusinessDate
    ) -> [String] {
        var lines = [
            "option \"title\" \"Bifrost: \(title)\"", "option \"operating_currency\" \"\(currency.code)\"",
            "",
        ]
        lines += accounts.map { "\(opening.text) open \($0)" }
        for commodity in names.all {
            lines += ["\(opening.text) commodity \(commodity.name)", "  name: \"\(commodity.meaning)\""]
        }
        return lines
    }

    func entry(_ entry: LedgerExport.Entry) -> [String] {
        ["", "\(entry.date.text) * \"\(entry.name)\"", "  position: \(entry.position)"]
            + entry.postings.map { posting in
                "  \(posting.key.journalName)  \(posting.amount.text) \(names.name(posting.commodity))"
            }
    }

    /// A balance directive holds at the beginning of its date, and allows a difference unless it says zero.
    func assertions(_ balances: [(key: Ledger.Key, balance: Int128)], after date: BusinessDate) -> [String] {
        let next = BusinessDate(days: date.days == .max ? .max : date.days + 1)
        return [""]
            + balances.map { key, balance in
                "\(next.text) balance \(key.journalName)  \(Decimals.text(balance)) ~ 0"
                    + " \(names.name(key.commodity))"
            }
    }
}
