internal import BifrostKernel

extension RejectionCode {
    /// What the rule says in a few words: the code in plain letters.
    var title: String {
        let words = name.lowercased().split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// A sentence of what to do about it.
    var advice: String {
        switch self {
        case .unknownAccount: "Open the account first, or name another one."
        case .unknownSymbol: "Register the instrument first, or check the symbol."
        case .unknownOrder: "Name an order of this account: GET /v1/accounts/{account}/orders lists them."
        case .unknownCalendar: "Declare the days of the calendar first."
        case .aliasTaken: "Choose another alias, or use the account that has it."
        case .symbolTaken: "Choose another symbol, or use the instrument that has it."
        case .currencyMismatch: "Name instruments of the account's currency; order others one by one."
        case .clientOrderIDTaken: "Choose another clientOrderId: this account has used it already."
        case .calendarOutOfOrder: "Give days in ascending order, after all days declared before."
        case .dayOutOfOrder: "Take the days in order, none twice."
        case .notATradingDay: "Name a day of the calendar."
        case .notOnThisShard: "Send the command to the shard that decides it."
        case .settlementUnsupported: "Name no more settlement days than the limit."
        case .tooManyItems: "Send fewer items in one command."
        case .decisionTooLarge: "Ask for less in one command."
        case .referenceOutOfOrder: "Report this: facts reached the shard in the wrong order."
        case .feeUnsupported: "Name a share within the limit, which is in basis points."
        case .feeBoundsInvalid:
            "Give a minimum of zero or more and a maximum no lower, both in whole minor units of the currency."
        case .feeRateInvalid: "Give an amount for one unit of zero or more, within the limit."
        case .feeKindTwice:
            "Name each kind of fee once; the schedule's own rates are the commission, which is none of them."
        case .feeCurrencyMissing: "Name the currency of the amounts."
        case .splitRatioUnsupported: "Give new units for old ones, two different numbers of 1 to 1,000,000."
        case .payDateBeforeExDate: "Give a pay date on or after the ex-date."
        case .exDatePassed: "Announce an action before its ex-date; book what was missed by hand."
        case .corporateActionTaken:
            "Nothing is to be done: this action is announced already, and a correction has to change something."
        case .unknownCorporateAction:
            "Name an action by the id that its announcement was answered with."
        case .corporateActionBegun:
            "Book the difference by hand, with a deposit or a withdrawal in each account that it concerns."
        case .corporateActionOver: "Name the announcement that took its place, or announce the action anew."
        case .acquiredInFuture: "Give the day on which the lot was bought, today at the latest."
        case .weightsAboveWhole: "Give weights of 100 % together at most, and rates of 100 % at most."
        case .rebalanceUnderWay: "Wait until the account's rebalance has ended, or stop it."
        case .unknownRebalance: "Name a rebalance of this account that has not ended."
        case .unknownBreak:
            "Name the position of a break: `bifrost account breaks` lists those that are open."
        case .transferToItself: "Name another account."
        case .groupLegRefused: "Look at the other orders of the group: one of them says why."
        case .groupLegCountInvalid:
            "Give a bracket an entry, takeProfit and stopLoss; oco the latter two; oto an entry and one of them."
        case .groupLegsDiffer:
            "Give all orders one symbol and quantity, and legs the other side of their entry."
        case .unknownGroup: "Name a group that has not ended: `bifrost order groups ACCOUNT` lists them."
        case .targetTwice: "Name each instrument once."
        case .dayCountMissing: "Say how the rate counts the days of a year: ACT/360 or ACT/365."
        case .conversionToItself: "Name two currencies."
        case .exchangeRateUnavailable:
            "Record the official rate between the currency and that of the account first."
        case .currencyPairInvalid: "Give each pair of currencies once, in one direction."
        case .sessionStillOpen: "Close the session first, then roll the day."
        case .calendarBehind: "Roll that day first, or all that are due: bifrost calendar catch-up DATE."
        case .symbolGivenUp: "Give the symbol that the instrument has now: bifrost portfolio show names it."
        case .outsideSession: "Order within the session's hours; what is shown is its opening or its close."
        case .instrumentTermsInvalid: "Give steps and cycles in ascending order and within the scale."
        case .instrumentTermsOutOfOrder: "Let the terms begin after those decided before."
        case .marginCurrencyUnsupported: "Open the account in USD, or as a cash account."
        case .unknownOwner: "Name the owner that an account of the shard shows, or leave it out."
        default: orderAdvice
        }
    }

    /// The cases that are about orders and money.
    private var orderAdvice: String {
        switch self {
        case .stopPriceMissing: "Give a stopPrice, or make it an order without a stop."
        case .stopPriceUnexpected: "Leave the stopPrice out, or make it a stop order."
        case .trailingDistanceInvalid:
            "Give a trailing order one distance: trailingAmount on the tick, or trailingBasisPoints below 10000."
        case .quantityBelowFilled: "Ask for more than has traded, or cancel the rest."
        case .minimumQuantityInvalid: "Give a minimumQuantity in whole lots, at most the order's quantity."
        case .displayQuantityInvalid: "Give a displayQuantity in whole lots, at most the order's quantity."
        case .expireDateInvalid:
            "Give a good_till_date order an expireDate from today on, and no other order one."
        case .termsConflict: "Leave one of the terms out: see `bifrost explain TERMS_CONFLICT`."
        case .expireTimeInvalid:
            "Give a good_till_date order an expireAt that is to come, and no other order one."
        case .expireDateAndTime: "Give expireDate or expireAt, and leave the other out."
        case .unknownLot: "Name open lots by their execution: `bifrost portfolio lots` lists them."
        case .lotQuantityInvalid:
            "Name no more of a lot than is left of it, and of all no more than the order trades."
        case .lotOnOtherSide: "Name lots that the order closes: a sale those that were bought."
        case .parentNotOpen: "Name a parent that is open, or leave parent out."
        case .parentDiffers: "Give the slice the symbol and the side of its parent."
        case .parentQuantityExceeded: "Ask for at most the limit shown, or make the parent larger first."
        case .workedOrderInvalid:
            "Make a worked order a market or limit order that is no slice and in no group, without terms for a venue."
        case .quantityBelowSlices: "Ask for at least the limit shown, or cancel slices first."
        case .splitSinceTrade:
            "Bring the units in with `bifrost account import`, in the units of today, and leave the trade in suspense."
        case .rollUnfinished: "Ask again in a moment, under another idempotency key."
        case .unknownInstrumentChange: "Name the symbol of the day before and the first day of the change."
        case .instrumentChangeOver: "Correct or withdraw the later change first."
        case .externalOrder: "Change the order where it was sent from, or cancel it."
        case .orderNotOpen: "Look at the order: what is closed or pending cancel keeps its terms."
        case .quantityNotPositive: "Give a quantity above zero."
        case .quantityNotLotMultiple: "Give a multiple of the lot size, which is the limit shown."
        case .limitPriceMissing: "Give a limitPrice, or make it a market order."
        case .limitPriceUnexpected: "Leave the limitPrice out, or make it a limit order."
        case .priceNotPositive: "Give a price above zero."
        case .priceNotTickMultiple: "Give a multiple of the tick size, which is the limit shown."
        case .amountNotPositive: "Give an amount above zero."
        case .amountNotPayable: "Give an amount that can be paid in the currency's smallest unit."
        case .notionalTooLarge: "Order less: the value is beyond what can be held."
        case .orderValueAboveLimit: "Order less than the account's limit, or have the limit raised."
        case .priceOutsideCollar: "Give a price nearer to the market, or wait until the market is there."
        case .buyingPowerExceeded: "Order less, deposit cash, or cancel orders that hold cash back."
        case .positionInsufficient: "Sell no more than is held and not yet on offer."
        case .killSwitchPulled: "Release the kill switch when trading may go on."
        case .priceUnavailable: "Record a mark for the instrument, or wait for a price."
        case .cashInsufficient: "Withdraw no more than is settled and not held back for orders."
        case .balanceTooLarge: "Move less: the balance would be beyond what can be held."
        case .instrumentRestricted: "Ask compliance: the instrument is on the restricted list."
        case .instrumentHalted: "Wait until the instrument trades again; orders that reduce are taken."
        case .instrumentClosingOnly: "Order only what reduces the position."
        case .instrumentDelisted: "Nothing: the instrument trades no more."
        case .venueRejected: "Ask the venue: it did not take the order."
        case .venueSilent: "Place the order again, once the venue answers."
        case .venueUnpriced: "Wait until the venue has a price."
        case .venueWouldTrade: "Give a limit that the price has not reached, or leave postOnly out."
        default: limitAdvice
        }
    }

    /// The cases that are about limits that only some accounts have.
    private var limitAdvice: String {
        switch self {
        case .orderQuantityAboveLimit: "Order less than the account's limit, or have the limit raised."
        case .positionValueAboveLimit: "Order less, or have the limit of the position raised."
        case .grossExposureAboveLimit: "Reduce positions or open orders, or have the limit raised."
        case .netExposureAboveLimit: "Reduce positions or open orders, or have the limit raised."
        case .concentrationAboveLimit: "Order less: one position would be too large a share of the account."
        case .dayLossAboveLimit: "Only reduce positions until the day is closed, or have the limit raised."
        case .drawdownAboveLimit: "Only reduce positions, or have the limit raised."
        case .ordersPerSecondAboveLimit: "Send the order again in a second."
        case .openOrdersAboveLimit: "Cancel an order, or wait until one is done."
        case .duplicateOrder: "If it is meant, send it after the window, or as a slice of its parent."
        case .approvalMissing:
            "Have the limits approved by as many persons as the policy, one-person or two-persons, says."
        case .limitsOutOfOrder: "Let the limits end on or after the day that they begin."
        case .shortSaleNeedsMargin: "Sell short from a margin account: `bifrost account open --kind margin`."
        case .locateUnexpected: "Leave locateId out, or make it a sell_short."
        case .saleNotLong: "Sell at most the limit shown, and the rest as sell_short with a locateId."
        case .saleNotShort: "Sell what is long first, as a plain sell; the value shown is how much that is."
        case .initialMarginExceeded: "Order less, deposit cash, or close positions or open orders."
        case .marginWithdrawalExceeded: "Withdraw at most the limit shown, or close positions or open orders."
        case .marginCallOpen: "Deposit cash or close positions until equity covers the requirement shown."
        case .instrumentNotShortable: "Nothing: the instrument is not lent out."
        case .locateMissing: "Give the locateId of shares that can be borrowed."
        default: "Correct the command and send it under another idempotency key."
        }
    }
}
