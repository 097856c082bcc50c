/// Why a command was turned down.
///
/// The names are a public contract: they are printed, documented and never reused.
public enum RejectionCode: UInt16, Sendable, CaseIterable {
    // Form and reference: 1 … 99
    /// The order's quantity is zero or below.
    case quantityNotPositive = 1
    /// The order's quantity is no multiple of the instrument's lot.
    case quantityNotLotMultiple = 3
    /// A limit order without its price.
    case limitPriceMissing = 4
    /// A market order with a limit price.
    case limitPriceUnexpected = 5
    /// A price of zero or below.
    case priceNotPositive = 6
    /// A price that is no multiple of the instrument's tick.
    case priceNotTickMultiple = 7
    /// An amount of zero or below.
    case amountNotPositive = 8
    /// An amount with a part below the currency's minor unit; the limit is what can be paid.
    case amountNotPayable = 9
    /// No such account in this shard.
    case unknownAccount = 10
    /// No instrument has this symbol.
    case unknownSymbol = 11
    /// No such order in this account.
    case unknownOrder = 12
    /// No days of this calendar are known.
    case unknownCalendar = 14
    /// Another account has this alias.
    case aliasTaken = 15
    /// Another instrument has this symbol.
    case symbolTaken = 16
    /// A rebalance names an instrument of another currency than the account's.
    case currencyMismatch = 17
    /// Another order of the account has this name.
    case clientOrderIDTaken = 18
    /// The days do not ascend, or do not all come after those declared before.
    case calendarOutOfOrder = 19
    /// The day is not the one that follows the last day rolled, or that one is not closed yet.
    case dayOutOfOrder = 20
    /// The calendar has no such day.
    case notATradingDay = 21
    /// A command of the reference shard on a trading shard, or the reverse.
    case notOnThisShard = 22
    /// Settlement days that this build cannot book.
    case settlementUnsupported = 23
    /// More entries than one command may have; the limit is the most.
    case tooManyItems = 25
    /// The decision would write more events than one may; the limit is `decisionEventsMax`.
    case decisionTooLarge = 26
    /// Price × quantity and the fees are beyond what money can hold.
    case notionalTooLarge = 27
    /// The copied fact is not the one that follows the last copy.
    case referenceOutOfOrder = 29
    /// A fee schedule that this build cannot charge.
    case feeUnsupported = 30
    /// A stop order without its stop price.
    case stopPriceMissing = 31
    /// A stop price on an order that is no stop order.
    case stopPriceUnexpected = 32
    /// A trailing order without exactly one valid distance, or a distance on another order.
    case trailingDistanceInvalid = 33
    /// A replacement's quantity is not above what has traded, which is the limit.
    case quantityBelowFilled = 34
    /// The minimum quantity is no positive multiple of the lot within the order's, which is the limit.
    case minimumQuantityInvalid = 35
    /// The display quantity is no positive multiple of the lot within the order's, which is the limit.
    case displayQuantityInvalid = 36
    /// No expire date, an unexpected one, or one before the trading day; dates count days since 1970-01-01.
    case expireDateInvalid = 37
    /// Terms that exclude each other.
    case termsConflict = 38
    /// The order is closed, has a cancel pending, or is not at the venue; or it waits for no review.
    case orderNotOpen = 39
    /// The weights of a rebalance are more than the whole together, or one of its rates is.
    case weightsAboveWhole = 40
    /// The account has a rebalance that has not ended.
    case rebalanceUnderWay = 41
    /// No rebalance of the account that has not ended has that id.
    case unknownRebalance = 42
    /// A rebalance names an instrument twice.
    case targetTwice = 43
    /// A transfer names the account that it comes from.
    case transferToItself = 44
    /// No difference between the venue's book and the account's that is open was found there.
    case unknownBreak = 45
    /// The ratio is not of two different numbers of units, 1 … the limit.
    case splitRatioUnsupported = 48
    /// The pay date, a number of days since 1970-01-01, comes before the ex-date, which is the limit.
    case payDateBeforeExDate = 49
    /// The ex-date has official prices already, up to the limit; both are days since 1970-01-01.
    case exDatePassed = 50
    /// The same corporate action is announced already.
    case corporateActionTaken = 51
    /// A lot was bought after today, which is the limit; both are days since 1970-01-01.
    case acquiredInFuture = 52
    /// Terms of an instrument that contradict each other; the value is the first that does.
    case instrumentTermsInvalid = 55
    /// Terms of an instrument begin after those decided before; dates count days since 1970-01-01.
    case instrumentTermsOutOfOrder = 56
    /// The day's session is open: it is closed before the day is rolled.
    case sessionStillOpen = 57
    /// The order comes before the session's opening or not before its close, which is the limit; both numbers
    /// are seconds since 1970.
    case outsideSession = 58
    /// The least commission of an order is above the most, which is the limit, or a bound is negative or
    /// cannot be paid.
    case feeBoundsInvalid = 59
    /// An amount for one unit is negative or above the limit.
    case feeRateInvalid = 60
    /// A schedule names a kind of fee twice, or commission among the fees beside it.
    case feeKindTwice = 61
    /// Amounts of a schedule without their currency.
    case feeCurrencyMissing = 62
    /// A conversion names one currency twice.
    case conversionToItself = 63
    /// No official rate leads from one of the currencies to the account's.
    case exchangeRateUnavailable = 64
    /// Nothing says how the currency counts the days of a year, and the rate does not either.
    case dayCountMissing = 65
    /// Exchange rates of one day name a pair of currencies twice, or a currency against itself.
    case currencyPairInvalid = 66
    /// Another order of the group was refused, so that none of them goes to the venue.
    case groupLegRefused = 68
    /// A group of this kind has another number of orders, which is the limit.
    case groupLegCountInvalid = 69
    /// The orders of a group do not belong together; the value is the number of the first that does not.
    case groupLegsDiffer = 70
    /// The account has no group of that id, or it has ended, or no person has to see to it.
    case unknownGroup = 71
    /// A margin account in another currency than its rules are made for.
    case marginCurrencyUnsupported = 75
    /// A short sale in an account that is no margin account.
    case shortSaleNeedsMargin = 76
    /// A locate on an order that is no short sale.
    case locateUnexpected = 77
    /// No account of the shard belongs to this owner.
    case unknownOwner = 78
    /// The core did not send the order, so that it asks for no other terms of it.
    case externalOrder = 80
    /// An expire time on an order that is not good till a date, or one that is not after the order's moment,
    /// which is the limit; both numbers are seconds since 1970.
    case expireTimeInvalid = 81
    /// An expire date and an expire time on one order.
    case expireDateAndTime = 82
    /// No open lot of the instrument was opened by the execution that the order names.
    case unknownLot = 83
    /// A lot that the order names has no such quantity, or the order trades less than all that it names; the
    /// limit is what is there.
    case lotQuantityInvalid = 84
    /// A lot that the order names is not closed by an order of this side; the value is the lot's quantity.
    case lotOnOtherSide = 85
    /// Another calendar has an earlier day to roll, which is the limit; dates count days since 1970-01-01.
    case calendarBehind = 86
    /// The symbol names nothing any more; its last day is the limit, both are days since 1970-01-01.
    case symbolGivenUp = 87
    /// The parent order takes no slices: it waits for a person, is closed, or is to be cancelled.
    case parentNotOpen = 88
    /// The order trades another instrument, or the other side, than the parent that it is a slice of.
    case parentDiffers = 89
    /// The slice is for more than its parent has left beside its other slices, which is the limit.
    case parentQuantityExceeded = 90
    /// An order that is worked here has terms that only a venue can keep, or is itself part of another one.
    case workedOrderInvalid = 91
    /// The slices of the order have traded or hold more than that, which is the limit.
    case quantityBelowSlices = 92
    /// No corporate action has that id.
    case unknownCorporateAction = 93
    /// The day before the ex-date, which is the value, has official prices: its end applies the action. The
    /// limit is that day; both are days since 1970-01-01.
    case corporateActionBegun = 94
    /// The announcement was replaced or withdrawn already.
    case corporateActionOver = 95
    /// The account traded the instrument after a split that a trade in suspense came before, and held nothing
    /// when it was split: the trade has no place in its lots. The value is the ex-date in days since
    /// 1970-01-01.
    case splitSinceTrade = 96
    /// A day is being rolled, and accounts wait for what the next one begins with.
    case rollUnfinished = 97
    /// The instrument has no change of its terms from that day on.
    case unknownInstrumentChange = 98
    /// The instrument's terms change again on a later day, which is the limit; the value is the day of the
    /// change. Both are days since 1970-01-01.
    case instrumentChangeOver = 99
    // Risk: 100 … 199
    /// The order's value is above the account's limit.
    case orderValueAboveLimit = 100
    /// The order's price is too far from the reference price.
    case priceOutsideCollar = 101
    /// The order and its fees need more than the free settled cash, which is the limit.
    case buyingPowerExceeded = 102
    /// The order sells more than the free position, which is the limit.
    case positionInsufficient = 103
    /// A kill switch stops orders that add risk.
    case killSwitchPulled = 104
    /// There is no price to judge the order by.
    case priceUnavailable = 105
    /// The withdrawal is above the free settled cash, which is the limit.
    case cashInsufficient = 106
    /// A balance or a position would leave the bounds of its type.
    case balanceTooLarge = 107
    /// The order's quantity is above the account's limit.
    case orderQuantityAboveLimit = 108
    /// The position would be worth more than the account's limit.
    case positionValueAboveLimit = 109
    /// Long and short value together would be above the account's limit.
    case grossExposureAboveLimit = 110
    /// Long less short value would be above the account's limit.
    case netExposureAboveLimit = 111
    /// The position would be a larger share of equity than the account's limit, in basis points.
    case concentrationAboveLimit = 112
    /// The account has lost more than its limit since the last close.
    case dayLossAboveLimit = 113
    /// The account has fallen further from its highest equity than its limit, in basis points.
    case drawdownAboveLimit = 114
    /// The account has sent as many orders in this second as its limit says.
    case ordersPerSecondAboveLimit = 115
    /// The account has as many orders open as its limit says.
    case openOrdersAboveLimit = 116
    /// The order repeats another within the account's window, which is the limit, in seconds.
    case duplicateOrder = 117
    /// Limits that end before they begin; dates count days since 1970-01-01.
    case limitsOutOfOrder = 118
    /// The limits lack approvals that their policy asks for, which is the limit; or it is no known policy.
    case approvalMissing = 119
    /// The sale is marked long and is more than the owner and the account own and have not on offer, which is
    /// the limit.
    case saleNotLong = 120
    /// The sale is marked short while the owner has that much that is not on offer.
    case saleNotShort = 121
    /// The order needs more than equity less the initial requirement of positions and open orders, the limit.
    case initialMarginExceeded = 122
    /// The withdrawal is above equity less the initial requirement of positions and open orders, the limit.
    case marginWithdrawalExceeded = 123
    /// A margin call is open: equity, the value, was below the maintenance requirement, the limit.
    case marginCallOpen = 124
    // Compliance: 200 … 299
    /// The instrument is on the restricted list.
    case instrumentRestricted = 200
    /// The instrument is halted: orders that add risk wait until it trades again.
    case instrumentHalted = 201
    /// The instrument takes only orders that reduce a position.
    case instrumentClosingOnly = 202
    /// The instrument trades no more.
    case instrumentDelisted = 203
    /// The instrument may not be sold short.
    case instrumentNotShortable = 204
    /// A short sale without a locate.
    case locateMissing = 205
    // Venue: 300 … 399
    /// The venue refused the order.
    case venueRejected = 300
    /// The venue has no price to trade the order at.
    case venueUnpriced = 301
    /// The order may only rest, and would have traded at once.
    case venueWouldTrade = 302
    /// The venue did not answer, and a person found out that it does not work the order.
    case venueSilent = 303

    /// The stable name, as in `BUYING_POWER_EXCEEDED`.
    public var name: String { Self.names[self] ?? "" }

    /// Spelled once, since each refusal asks for one.
    private static let names = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.spelled) })

    private var spelled: String {
        // A word begins at an upper-case letter after a lower-case one, or before one inside capitals:
        // `IDTaken`.
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
