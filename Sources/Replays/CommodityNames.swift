internal import BifrostKernel
internal import Portfolios
internal import References

/// What each commodity of a journal is called: currencies by their code, instruments by their symbol as far
/// as the program's grammar allows, each name once.
struct CommodityNames {
    /// Currencies first, then instruments, each with the symbol or code that the name stands for.
    private(set) var all: [(commodity: Commodity, name: String, meaning: String)] = []
    private var nameByCommodity: [Commodity: String] = [:]

    /// Longest name of a commodity in Beancount.
    private static let bytesMax = 24

    /// An instrument has one name throughout: that of the last entry's day.
    init(_ entries: [LedgerExport.Entry], _ reference: ReferenceBook, isQuoted: Bool) {
        let date = entries.last?.date ?? BusinessDate(days: 0)
        let commodities = Set(entries.lazy.flatMap { $0.postings }.map { $0.commodity }).sorted()
        var taken: Set<String> = []
        for commodity in commodities {
            let meaning: String =
                switch commodity {
                case .money(let currency): currency.code
                case .instrument(let id): reference.terms(of: id, on: date)?.symbol.text ?? id.id.text
                }
            let plain = isQuoted ? meaning : Self.beancount(meaning)
            // Symbols are reused, and different ones can become the same name.
            var name = plain
            var count = 1
            while !taken.insert(name).inserted {
                count += 1
                let suffix = "-\(count)"
                name = (isQuoted ? plain : String(plain.prefix(Self.bytesMax - suffix.utf8.count))) + suffix
            }
            if isQuoted, case .instrument = commodity { name = "\"\(name)\"" }
            nameByCommodity[commodity] = name
            all.append((commodity, name, meaning))
        }
    }

    func name(_ commodity: Commodity) -> String { nameByCommodity[commodity] ?? "UNKNOWN" }

    /// Upper-case letters, digits and `' . _ -`, a letter first, a letter or digit last, 1–24 in all.
    static func beancount(_ symbol: String) -> String {
        var name = symbol.uppercased().map { character -> Character in
            character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
                ? character : "_"
        }
        if let first = name.first, !first.isLetter { name.insert("X", at: 0) }
        name = Array(name.prefix(bytesMax))
        if let last = name.last, !last.isLetter, !last.isNumber { name[name.count - 1] = "X" }
        return String(name)
    }
}

extension Ledger.Key {
    /// The place in a journal: a kind of fee has a line of its own beside the other expenses.
    var journalName: String {
        guard let feeKind else { return account.journalName }
        return "Expenses:Fees:" + feeKind.journalName
    }
}

extension FeeKind {
    /// `SEC`, or `Exchange`.
    fileprivate var journalName: String {
        switch self {
        case .sec, .taf, .cat: name
        default: name.prefix(1) + name.dropFirst().lowercased()
        }
    }
}

extension LedgerAccount {
    /// The account's place in a journal: one of the five kinds that accounting programs know, and its name in
    /// the chart.
    var journalName: String {
        let kind =
            switch self {
            case .cashSettled, .cashReceivable, .positionSettled, .positionUnsettled, .dividendsReceivable,
                .interestAccrued, .transit, .suspense, .positionCost:
                "Assets"
            case .cashPayable, .feesAccrued: "Liabilities"
            case .income, .realisedProfit: "Income"
            case .expense, .rounding: "Expenses"
            case .contributedEquity, .depository, .currencyTrading: "Equity"
            }
        let word = "\(self)"
        return kind + ":" + word.prefix(1).uppercased() + word.dropFirst()
    }
}
