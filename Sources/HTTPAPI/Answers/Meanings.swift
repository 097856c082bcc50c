internal import BifrostKernel

extension RejectionCode {
    /// What the code means, in a sentence or two.
    var meaning: String {
        switch self {
        case .unknownAccount: "No account of the shard has this alias or id."
        case .unknownSymbol: "No instrument has this symbol."
        case .unknownOrder: "The account has no order of this id."
        case .unknownCalendar: "No days of this calendar have been declared."
        case .aliasTaken: "Another account has this alias."
        case .symbolTaken: "Another instrument has this symbol."
        case .currencyMismatch:
            "The instrument is quoted in another currency than the account's: a rebalance weighs what is in that one"
                + " alone, a margin account trades in it alone, and a suspended trade goes to an account that has it."
        case .clientOrderIDTaken: "An order of the account has this client order id; each names one order."
        case .calendarOutOfOrder: "The days do not ascend, or some are not after those declared before."
        case .dayOutOfOrder:
            "The day does not follow the last one that was rolled, or that one is still closing."
        case .notATradingDay: "The calendar has no such day."
        case .notOnThisShard:
            "Facts for all accounts belong to the reference shard, the rest to a trading shard."
        case .settlementUnsupported: "This build cannot book trades that settle so many days later."
        case .tooManyItems: "One command has a largest number of entries, which is the limit."
        case .decisionTooLarge: "The command would write more events than one may, which is the limit."
        case .referenceOutOfOrder: "A copied fact is not the one that follows the last copy."
        case .feeUnsupported: "A share of the traded amount is above 1,000 basis points."
        case .feeBoundsInvalid:
            "The least commission of an order is above the most, which is the limit, or a bound is negative, zero for"
                + " a fee, or no amount that can be paid."
        case .feeRateInvalid: "An amount for one unit is negative or above the limit."
        case .feeKindTwice: "A schedule names a kind of fee twice, or commission among the fees beside it."
        case .feeCurrencyMissing: "A schedule has amounts and does not say in which currency."
        case .weightsAboveWhole:
            "The weights of a rebalance are more than 100 % together, or its band, buffer or slippage is. Limit and"
                + " value are in basis points."
        case .rebalanceUnderWay: "The account has a rebalance that has not ended: two would undo each other."
        case .unknownRebalance: "The account has no rebalance of this id that has not ended."
        case .unknownBreak:
            "The account has no open break between the venue's book and ours at that position of the log."
        case .transferToItself: "A transfer goes from one account to another."
        case .groupLegRefused: "Another order of the group was refused, and they go to the venue together."
        case .groupLegCountInvalid:
            "A bracket has three orders, and a pair two: the limit is what it should be, the value what it was."
        case .groupLegsDiffer:
            "The orders of a group trade one quantity of one instrument; legs of a pair on one side, legs behind an"
                + " entry on the other. The value is the number of the first order that does not."
        case .unknownGroup:
            "The account has no group of this id that has not ended, or none that waits for a person."
        case .dayCountMissing:
            "No convention is known for how the currency counts the days of a year, and the rate does not say."
        case .conversionToItself: "A conversion goes from one currency to another."
        case .exchangeRateUnavailable:
            "No official rate leads from the currency to that of the account, so that nothing can be judged by it."
        case .currencyPairInvalid:
            "The exchange rates of a day name a pair of currencies twice, or a currency against itself."
        case .targetTwice: "A rebalance names an instrument more than once."
        case .marginCurrencyUnsupported: "The margin rules have amounts in USD and hold for accounts in USD."
        case .unknownOwner: "No account of the shard belongs to this owner."
        default: orderMeaning
        }
    }

    /// The cases that are about the form of orders.
    private var orderMeaning: String {
        switch self {
        case .quantityNotPositive: "An order's quantity is above zero."
        case .quantityNotLotMultiple: "A quantity is a multiple of the instrument's lot, which is the limit."
        case .limitPriceMissing: "An order with a limit names its price."
        case .limitPriceUnexpected: "An order without a limit names no limit price."
        case .stopPriceMissing: "A stop order names the price that wakes it."
        case .stopPriceUnexpected: "Only stop and stop-limit orders name a stop price."
        case .trailingDistanceInvalid:
            "A trailing order has one distance, an amount on the tick or basis points above 0 and below 10000; a"
                + " trailing stop-limit has a limitOffset on the tick as well; other orders have none."
        case .priceNotPositive: "A price is above zero."
        case .priceNotTickMultiple: "A price is a multiple of the instrument's tick, which is the limit."
        case .minimumQuantityInvalid:
            "A minimum quantity is a positive multiple of the lot within the order's quantity, which is the limit."
        case .displayQuantityInvalid:
            "A display quantity is a positive multiple of the lot within the order's quantity, which is the limit."
        case .expireDateInvalid:
            "A good-till-date order has an expire date, not before the trading day, and no other order has one."
                + " Limit and value count days since 1970-01-01."
        case .termsConflict:
            "Orders for an auction live for the day; stops and trailing orders cannot be immediate; post-only and"
                + " a display quantity need a limit order that may rest."
        case .quantityBelowFilled:
            "A replacement's quantity counts what has traded, which is the limit, and more."
        case .expireTimeInvalid:
            "Only a good-till-date order has an expire time, and it comes after the order. Limit and value are"
                + " seconds since 1970."
        case .expireDateAndTime: "An order ends with a day or at a moment, not both."
        case .unknownLot: "The account has no open lot of the instrument that this execution opened."
        case .lotQuantityInvalid:
            "A lot has less than the order names of it, or the order trades less than all that it names; the limit is"
                + " what is there."
        case .lotOnOtherSide: "A sale closes lots that were bought, a purchase those that were sold short."
        case .externalOrder: "The core did not send the order, so that it does not replace it."
        case .orderNotOpen:
            "The order cannot be replaced, reviewed or resolved: it is closed, has a cancel pending, has not gone to"
                + " the venue, or waits for nobody."
        case .amountNotPositive: "An amount is above zero."
        case .amountNotPayable: "The currency has no unit that small; the limit is what can be paid."
        default: judgedMeaning
        }
    }

    /// The cases that a judge decides.
    private var judgedMeaning: String {
        switch self {
        case .notionalTooLarge: "Price × quantity and the fees are beyond what money can hold."
        case .orderValueAboveLimit: "The order's value is above the account's limit for one order."
        case .priceOutsideCollar:
            "The limit price is worse than the reference price by more than the account's collar allows."
        case .buyingPowerExceeded:
            "The order and its fees need more than the settled cash that no other order holds back."
        case .positionInsufficient:
            "The order takes more of the position than is held and not on offer; a reduce-only order never opens"
                + " one."
        case .killSwitchPulled: "A kill switch stops orders that add risk, for the account or the shard."
        case .priceUnavailable: "There is no price to judge an order by that adds risk."
        case .cashInsufficient: "The withdrawal is above the settled cash that no order holds back."
        case .balanceTooLarge: "A balance or a position would leave the bounds of its type."
        case .instrumentRestricted: "The instrument is on the restricted list."
        case .venueRejected: "The venue did not take the order or its new terms."
        case .venueSilent:
            "The venue did not answer, and a person found out that it does not work the order."
        case .venueUnpriced: "The venue has no price to trade the instrument at."
        case .venueWouldTrade: "The order may only rest, and would have traded at once at the venue's price."
        case .instrumentHalted: "The instrument does not trade for now."
        case .instrumentClosingOnly: "Only orders that make a position smaller are taken in the instrument."
        case .instrumentDelisted: "The instrument does not trade any more."
        default: limitMeaning
        }
    }

    /// The cases of limits that an account need not have, and of what is not about orders.
    private var limitMeaning: String {
        switch self {
        case .orderQuantityAboveLimit: "The order's quantity is above the account's limit for one order."
        case .positionValueAboveLimit: "The position with the order would be worth more than its limit."
        case .grossExposureAboveLimit: "All positions with the order would be worth more than their limit."
        case .netExposureAboveLimit: "Long less short value with the order would be beyond its limit."
        case .concentrationAboveLimit: "The position would be a larger share of equity than its limit."
        case .dayLossAboveLimit: "The account lost more today than it may before orders that add risk stop."
        case .drawdownAboveLimit:
            "Equity fell further from its highest than it may before orders that add risk stop."
        case .ordersPerSecondAboveLimit: "The account placed as many orders within a second as it may."
        case .openOrdersAboveLimit: "The account has as many open orders as it may."
        case .duplicateOrder: "An order with the same terms was placed within the account's window."
        case .limitsOutOfOrder: "The last day of the limits comes before their first, which is the limit."
        case .approvalMissing: "The policy asks for more persons' approval than the command names."
        case .splitRatioUnsupported: "A split gives new units for old ones, two different numbers."
        case .payDateBeforeExDate: "A corporate action is paid on its ex-date or later, never before."
        case .exDatePassed: "The ex-date has official prices already, so its holders can no longer be found."
        case .corporateActionTaken: "The same corporate action is announced already."
        case .unknownCorporateAction: "No corporate action was announced under that id."
        case .corporateActionBegun:
            "The last day before the ex-date, the limit, has official prices: with its end the action is applied."
        case .corporateActionOver: "The announcement was corrected or withdrawn before."
        case .splitSinceTrade:
            "The account traded the instrument after a split, the value, that the trade in suspense came before, and"
                + " held nothing when it was split."
        case .rollUnfinished: "A day is being rolled: accounts wait for what the next one begins with."
        case .unknownInstrumentChange: "The instrument has no change of its terms that begins on that day."
        case .instrumentChangeOver: "The instrument's terms change again on a later day, the limit."
        case .acquiredInFuture: "A lot was bought on a day that has not come yet."
        case .instrumentTermsInvalid: "The terms of the instrument contradict each other."
        case .instrumentTermsOutOfOrder: "Terms of an instrument begin after those decided before."
        case .sessionStillOpen: "A day is rolled after its session has closed."
        case .shortSaleNeedsMargin: "Only a margin account sells short."
        case .locateUnexpected: "Only a short sale rests on a locate."
        case .saleNotLong:
            "A sale is marked long only as far as the account and its owner own what is sold and have it not on"
                + " offer: 17 CFR 242.200(g)."
        case .saleNotShort:
            "A short sale is one of what its owner does not own: over all accounts, the value is owned and not on"
                + " offer. 17 CFR 242.200(a) and (c)."
        case .initialMarginExceeded:
            "The order adds more to the initial requirement than equity has above it, which is the limit: Regulation"
                + " T, 12 CFR 220.12."
        case .marginWithdrawalExceeded:
            "The withdrawal is more than equity has above the initial requirement, which is the limit; without a"
                + " limit, a position has no mark to know it by."
        case .marginCallOpen:
            "Equity at a close, the value, was below the maintenance requirement, the limit, and is not yet covered:"
                + " FINRA Rule 4210(c)."
        case .instrumentNotShortable: "The instrument is not marked as one that may be sold short."
        case .locateMissing: "A short sale rests on a locate: 17 CFR 242.203(b)(1)."
        case .calendarBehind:
            "Days are rolled in their order over all calendars; the limit is a day of another one that is due before."
        case .parentNotOpen:
            "The parent order waits for a person, is closed, or is to be cancelled: it takes no slice."
        case .parentDiffers: "A slice trades another instrument than its parent order, or the other side."
        case .parentQuantityExceeded:
            "The slice is for more than its parent order has left beside its other slices."
        case .workedOrderInvalid:
            "An order that is worked here has terms that only a venue can keep, or is part of another order."
        case .quantityBelowSlices:
            "The slices of the order have traded, and hold, more than the quantity wanted."
        case .symbolGivenUp: "The symbol's last day was the limit: its instrument has another one since."
        case .outsideSession: "The order comes before the session opens, or after it has closed."
        default: ""
        }
    }
}

/// What a code means and what to do about it: the text of answers and of `bifrost explain`.
public struct CodeExplanation: Sendable {
    /// The code.
    public let name: String
    /// What it means.
    public let meaning: String
    /// What to do about it, empty for what the door says case by case.
    public let advice: String

    /// The explanation of a rule's or the door's code, `nil` when there is no such code.
    public init?(_ name: String) {
        if let code = RejectionCode.allCases.first(where: { $0.name == name }) {
            self.init(name: name, meaning: code.meaning, advice: code.advice)
        } else if let code = GatewayCode(rawValue: name) {
            self.init(name: name, meaning: code.title + ".", advice: "")
        } else {
            return nil
        }
    }

    private init(name: String, meaning: String, advice: String) {
        self.name = name
        self.meaning = meaning
        self.advice = advice
    }

    /// Every code that there is, the rules' first.
    public static var names: [String] {
        RejectionCode.allCases.map(\.name) + GatewayCode.allCases.map(\.rawValue)
    }
}
