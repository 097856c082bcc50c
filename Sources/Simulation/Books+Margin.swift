internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
internal import Sagas

/// What the rules of a margin account must have seen: how a sale is marked, what only reduces, and what its
/// equity allows.
extension Books {
    /// 1.03 × what somebody sells at, or the limit where that is more.
    func shortPrice(_ question: Question) -> Int64? {
        let market = (question.ask ?? question.reference).map { Self.up(Int128($0) * 103, 100) }
        guard let market else { return question.limit }
        return Int64(clamping: max(market, Int128(question.limit ?? 0)))
    }

    /// Whether an order that is judged can only make a position smaller.
    func reduces(_ question: Question) -> Bool {
        guard question.isBuy else { return !question.isShort }
        let account = question.account
        let open = (held(account.opened.account).buys[question.instrument] ?? 0) - question.freed.buys
        return question.quantity <= -account.position(question.instrument) - open
    }

    /// Whether an order can only make a position smaller, by what is left of it or by what it is to become.
    func reduces(_ order: OrderBook) -> Bool {
        let placed = order.placed
        guard let account = accounts[placed.account] else { return false }
        guard account.opened.kind == .margin, placed.side == .buy else {
            return account.opened.kind == .margin ? !placed.side.isShort : placed.side != .buy
        }
        let asked = replacing == placed.order ? order.pending.values.max { $0.request < $1.request } : nil
        // A worked order that its slices have all of asks for nothing beside them.
        let isJudgedAnew = order.held.buys == 0 && !order.isAtWork
        var wanted = isJudgedAnew ? Int128(placed.quantity.nanos) : order.held.buys
        if let asked { wanted = order.rest(of: asked.terms.quantity) }
        let parents = work(of: order)?.held.buys ?? 0
        let own = order.held.larger(heldByPartner(of: order)).buys + parents
        let open = (held(placed.account).buys[placed.instrument] ?? 0) - own
        return wanted <= -account.position(placed.instrument) - open
    }

    /// What the rules of a margin account must have seen.
    func expectedMargin(_ question: Question, _ held: Held, _ day: BusinessDate, _ fact: RiskAssessed)
        -> [Expected]
    {
        var rules: [Expected] = []
        if let call = question.account.call {
            var rule = Expected(.marginCallOpen, question.reduces)
            (rule.limit, rule.value) = (call.requirement.nanos, call.equity.nanos)
            rules.append(rule)
        }
        let position = question.account.position(question.instrument)
        if question.isBuy, question.isReduceOnly {
            let open = (held.buys[question.instrument] ?? 0) - question.freed.buys
            let room = max(max(-position, 0) - open, 0)
            rules.append(Expected(.positionInsufficient, question.quantity, atMost: room))
        }
        if !question.isBuy { rules.append(expectedMarking(question, held)) }
        return question.isBuy || question.isShort ? rules + expectedEquity(question, day, fact) : rules
    }

    private func expectedMarking(_ question: Question, _ held: Held) -> Expected {
        func free(_ account: Account, _ held: Held) -> Int128 {
            account.position(question.instrument) - (held.shares[question.instrument] ?? 0)
        }
        let owner = question.account.opened.owner
        // ORDER: sums of integers do not depend on the order of their terms.
        let owned = accounts.values.filter { $0.opened.owner == owner }
            .reduce(question.freed.shares) { $0 + free($1, self.held($1.opened.account)) }
        if question.isShort { return Expected(.saleNotShort, max(owned, 0), atMost: 0) }
        let own = free(question.account, held) + question.freed.shares
        return Expected(.saleNotLong, question.quantity, atMost: max(min(own, owned), 0))
    }

    private func expectedEquity(_ question: Question, _ day: BusinessDate, _ fact: RiskAssessed) -> [Expected]
    {
        let today = openDay ?? day
        var unit = question.isShort ? shortPrice(question) : question.limit
        if unit == nil {
            unit = question.reference.map { Self.collared(Price(nanos: $0), question.limits.priceCollar) }
        }
        let account = question.account
        let before = initialRequirement(account, without: question.order, on: today)
        let equity = equity(account)
        guard let unit else { return [Expected(.initialMarginExceeded, question.reduces)] }
        let cash = Self.need(Int128(unit), question.quantity, fact.commission, fact.currency)
        guard unit <= Price.nanosMax, cash <= Money.nanosMax else {
            return [Expected(.notionalTooLarge, false)]
        }
        var held = OrderBook.Held(cash: cash, price: unit)
        if question.isBuy { held.buys = question.quantity } else { held.shorts = question.quantity }
        var partner = fact.sharedWith
        if partner == .none { partner = orders[question.order]?.partner ?? .none }
        let without = requiredByOrders(account, judged: question.order, on: today)
        let with = requiredByOrders(
            account,
            judged: question.order,
            held,
            besides: partner,
            question.instrument,
            keeping: keptByParent(of: question.order, beside: held),
            on: today
        )
        var rule = Expected(.initialMarginExceeded, question.reduces)
        rule.value = with - without
        if let equity, let before {
            rule = Expected(.initialMarginExceeded, with - without <= equity - before || question.reduces)
            (rule.limit, rule.value) = (equity - before, with - without)
        }
        return [rule]
    }

    /// What the parent of a slice keeps when the slice holds back as much, `nil` of any other order.
    private func keptByParent(
        of slice: OrderID,
        beside held: OrderBook.Held
    ) -> (parent: OrderID, held: OrderBook.Held)? {
        guard let order = orders[slice], var parent = work(of: order), parent.isAtWork, !parent.isClosed
        else { return nil }
        let price = parent.held.price
        parent.held = parent.held.less(held.less(order.held))
        parent.held.price = price
        return (parent.placed.order, parent.needed)
    }

    /// A withdrawal of a margin account leaves what its positions and open orders require.
    func checkWithdrawal(_ fact: CashWithdrawn, on day: BusinessDate) throws(Violation) {
        guard let account = accounts[fact.account] else { throw Violation("I10", "cash of no account") }
        var free = freeCash(fact.account, fact.currency)
        if account.opened.kind == .margin {
            let own = fact.currency == account.opened.currency
            guard let equity = equity(account),
                let required = initialRequirement(account, on: openDay ?? day),
                let worth = worth(fact.amount.nanos, fact.currency, account, at: { facts.rates[$0]?.price })
            else { throw Violation("I10", "withdrew \(fact.amount.text) of an equity that nobody knows") }
            try expect(
                worth <= equity - required,
                "I10",
                "withdrew \(fact.amount.text) of \(equity - required) above the requirement"
            )
            if own { return }
            // What is there of another currency is not lent.
            free += held(fact.account).cash[fact.currency] ?? 0
        }
        try expect(fact.amount.nanos <= free, "I10", "withdrew \(fact.amount.text) of \(free) free nanos")
    }
}
