public import BifrostKernel

/// A thing that balances: a currency, or an instrument.
public enum Commodity: Hashable, Comparable, Sendable {
    /// Money of one currency.
    case money(Currency)
    /// Units of one instrument.
    case instrument(InstrumentID)

    /// Currencies first, each in its own order.
    public static func < (left: Commodity, right: Commodity) -> Bool {
        switch (left, right) {
        case (.money(let left), .money(let right)): left < right
        case (.instrument(let left), .instrument(let right)): left < right
        case (.money, .instrument): true
        case (.instrument, .money): false
        }
    }
}

/// A double-entry ledger: balances by account and commodity, which sum to zero per commodity after every
/// booking.
public struct Ledger: Sendable {
    /// One balance's place.
    public struct Key: Hashable, Comparable, Sendable {
        /// The account of the chart.
        public let account: LedgerAccount
        /// What is counted there.
        public let commodity: Commodity
        /// Puts the parts together.
        public init(_ account: LedgerAccount, _ commodity: Commodity) {
            self.account = account
            self.commodity = commodity
        }
        /// Orders by account, then by commodity.
        public static func < (left: Key, right: Key) -> Bool {
            (left.account.rawValue, left.commodity) < (right.account.rawValue, right.commodity)
        }
    }

    private var balances: [Key: Int128] = [:]

    /// An empty ledger.
    public init() {}

    /// The balance in units of 10⁻⁹, debit positive.
    public func balance(_ account: LedgerAccount, _ commodity: Commodity) -> Int128 {
        balances[Key(account, commodity)] ?? 0
    }

    /// All balances that are not zero, in order.
    public var lines: [(key: Key, balance: Int128)] {
        balances.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Books all postings.
    public mutating func book(_ postings: [Posting]) {
        for posting in postings {
            balances[Key(posting.account, posting.commodity), default: 0] += posting.amount.nanos
        }
    }

    /// Whether postings sum to zero per commodity.
    public static func balances(_ postings: [Posting]) -> Bool {
        var sums: [Commodity: Int128] = [:]
        for posting in postings { sums[posting.commodity, default: 0] += posting.amount.nanos }
        return sums.values.allSatisfy { $0 == 0 }
    }

    /// The sum of all accounts of each commodity: all zero, or the ledger is corrupt.
    public var sums: [(commodity: Commodity, sum: Int128)] {
        var sums: [Commodity: Int128] = [:]
        for (key, balance) in lines { sums[key.commodity, default: 0] += balance }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension Posting {
    /// What the line is in.
    public var commodity: Commodity { instrument == .none ? .money(currency) : .instrument(instrument) }
}

/// Part of a position, opened by one trade: what is left of it and what that cost.
public struct Lot: Hashable, Sendable {
    /// Long positive.
    public var quantity: Quantity
    /// Signed as the quantity: what was paid is positive, what was received for a short is negative.
    public var cost: Money
    /// The trade date that opened it.
    public var opened: BusinessDate
    /// The execution that opened it.
    public var execution: Identifier
}

/// The open lots of one instrument, oldest first.
public struct LotQueue: Sendable {
    /// The open lots, oldest first.
    public internal(set) var lots: [Lot] = []

    /// No lots.
    public init() {}

    /// What a trade does to the lots, first in first out: closes opposite lots, opens one with the rest.
    ///
    /// Costs of parts are rounded half away from zero to 10⁻⁹ and taken off the lot, so the parts sum to the
    /// whole. Returns the cost of what was closed and the traded amount that closed it.
    public mutating func trade(
        quantity: Quantity,
        gross: Money,
        date: BusinessDate,
        execution: Identifier
    ) -> (closedCost: Money, closedGross: Money) {
        var rest = quantity.nanos
        var restGross = gross.nanos
        var closedCost: Int128 = 0
        while rest != 0, let first = lots.first, (first.quantity.nanos > 0) != (rest > 0) {
            let closing = min(first.quantity.nanos.magnitude, rest.magnitude)
            let lotPart = Self.share(first.cost.nanos, closing, of: first.quantity.nanos.magnitude)
            let grossPart = Self.share(restGross, closing, of: rest.magnitude)
            closedCost += lotPart
            restGross -= grossPart
            let signed = Int64(closing) * (rest > 0 ? 1 : -1)
            rest -= signed
            let left = first.quantity.nanos + signed
            if left == 0 {
                lots.removeFirst()
            } else {
                lots[0].quantity = Quantity(nanos: left)
                lots[0].cost = Money(nanos: first.cost.nanos - lotPart)
            }
        }
        if rest != 0 {
            lots.append(
                Lot(
                    quantity: Quantity(nanos: rest),
                    cost: Money(nanos: restGross),
                    opened: date,
                    execution: execution
                )
            )
        }
        return (Money(nanos: closedCost), Money(nanos: gross.nanos - (rest != 0 ? restGross : 0)))
    }

    private static func share(_ amount: Int128, _ part: UInt64, of whole: UInt64) -> Int128 {
        if part == whole { return amount }
        let (high, low) = amount.magnitude.multipliedFullWidth(by: UInt128(part))
        let (quotient, remainder) = UInt128(whole).dividingFullWidth((high, low))
        let rounded = quotient + (remainder * 2 >= UInt128(whole) ? 1 : 0)
        return amount < 0 ? -Int128(rounded) : Int128(rounded)
    }
}
