internal import BifrostKernel
internal import Portfolios

/// A journal for hledger (https://hledger.org/1.25/hledger.html), strict enough for `hledger check --strict`.
struct HledgerText: JournalText {
    private let names: CommodityNames

    init(_ names: CommodityNames) { self.names = names }

    func header(
        _ title: String,
        _ currency: Currency,
        _ accounts: [String],
        _ opening: BusinessDate
    ) -> [String] {
        var lines = ["; Bifrost: \(title)", "decimal-mark .", ""]
        lines += accounts.map { "account \($0)" }
        for commodity in names.all {
            let digits = if case .money(let money) = commodity.commodity { money.minorUnitDigits } else { 0 }
            lines.append("commodity 1.\(String(repeating: "0", count: digits)) \(commodity.name)")
        }
        return lines
    }

    func entry(_ entry: LedgerExport.Entry) -> [String] {
        ["", "\(entry.date.text) * \(entry.name)  ; position:\(entry.position)"]
            + entry.postings.map { posting in
                "    \(posting.key.journalName)  \(posting.amount.text) \(names.name(posting.commodity))"
            }
    }

    /// Assertions hold after what stands before them, within a date too.
    func assertions(_ balances: [(key: Ledger.Key, balance: Int128)], after date: BusinessDate) -> [String] {
        ["", "\(date.text) * balances"]
            + balances.map { key, balance in
                let name = names.name(key.commodity)
                return "    \(key.journalName)  0 \(name) = \(Decimals.text(balance)) \(name)"
            }
    }
}
