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
        case .currencyMismatch: "Use the currency of the account."
        case .clientOrderIDTaken: "Choose another clientOrderId: this account has used it already."
        case .calendarOutOfOrder: "Give days in ascending order, after all days declared before."
        case .dayOutOfOrder: "Take the days in order, none twice."
        case .notATradingDay: "Name a day of the calendar."
        case .notOnThisShard: "Send the command to the shard that decides it."
        case .settlementUnsupported: "Settlement on the trade date is all there is so far."
        case .tooManyItems: "Send fewer items in one command."
        case .decisionTooLarge: "Ask for less in one command."
        case .referenceOutOfOrder: "Report this: facts reached the shard in the wrong order."
        case .feeUnsupported: "Name a commission within the limit."
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
        case .venueRejected: "Ask the venue: it did not take the order."
        case .venueUnpriced: "Wait until the venue has a price."
        default: "Correct the command and send it under another idempotency key."
        }
    }
}
