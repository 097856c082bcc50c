/// Why a command was turned down. The names are a public contract: they are printed, documented and never reused.
public enum RejectionCode: UInt16, Sendable, CaseIterable {
    // Form and reference: 1 … 99
    case quantityNotPositive = 1
    case quantityTooLarge = 2
    case quantityNotLotMultiple = 3
    case limitPriceMissing = 4
    case limitPriceUnexpected = 5
    case priceNotPositive = 6
    case priceNotTickMultiple = 7
    case amountNotPositive = 8
    case amountNotPayable = 9
    case unknownAccount = 10
    case unknownSymbol = 11
    case unknownOrder = 12
    case unknownOwner = 13
    case unknownCalendar = 14
    case aliasTaken = 15
    case symbolTaken = 16
    case currencyMismatch = 17
    case clientOrderIDTaken = 18
    case calendarOutOfOrder = 19
    case dayOutOfOrder = 20
    case notATradingDay = 21
    case notOnThisShard = 22
    case settlementUnsupported = 23
    case instrumentClosed = 24
    case tooManyItems = 25
    case decisionTooLarge = 26
    case notionalTooLarge = 27
    case timeRunsBackwards = 28
    case referenceOutOfOrder = 29
    case feeUnsupported = 30
    // Risk: 100 … 199
    case orderValueAboveLimit = 100
    case priceOutsideCollar = 101
    case buyingPowerExceeded = 102
    case positionInsufficient = 103
    case killSwitchPulled = 104
    case priceUnavailable = 105
    case cashInsufficient = 106
    case balanceTooLarge = 107
    // Compliance: 200 … 299
    case instrumentRestricted = 200
    // Venue: 300 … 399
    case venueRejected = 300
    case venueUnpriced = 301

    /// The stable name, as in `BUYING_POWER_EXCEEDED`.
    public var name: String {
        // A word begins at an upper-case letter after a lower-case one, or before one inside capitals: `IDTaken`.
        let letters = Array("\(self)")
        var out = ""
        for (index, letter) in letters.enumerated() {
            if index > 0, letter.isUppercase {
                let endsCapitals = index + 1 < letters.count && letters[index + 1].isLowercase
                if letters[index - 1].isLowercase || endsCapitals { out.append("_") }
            }
            out.append(letter.uppercased())
        }
        return out
    }
}

/// A rejection with the limit that was broken and the number that broke it, in units of 10⁻⁹.
public struct Rejection: Error, Hashable, Sendable {
    /// What was wrong.
    public let code: RejectionCode
    /// The limit, where the rule has one.
    public let limit: Int128?
    /// The number that broke it.
    public let value: Int128?
    /// Puts the parts together.
    public init(_ code: RejectionCode, limit: Int128? = nil, value: Int128? = nil) {
        self.code = code
        self.limit = limit
        self.value = value
    }
}
