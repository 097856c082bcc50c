internal import BifrostKernel
internal import Orders
internal import RiskLimits

/// Orders that wait for a person.
extension Shard {
    /// What a person decides: an approved order goes to the venue, a declined one is refused.
    ///
    /// A kill switch that was pulled meanwhile stops an order that adds risk as it stops a new one.
    static func review(
        _ account: AccountID,
        _ wanted: ReviewOrder,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let order = try known(wanted.order, account, state).state
        let entry = try entry(account, state)
        var fact = OrderReviewed()
        fact.order = wanted.order
        fact.approved = wanted.approved
        fact.reviewer = posed.actor.text
        let isKilled = state.killed || entry.risk.killed
        if wanted.approved, isKilled || entry.risk.marginCall != nil, let placed = order.placed,
            !reduces(placed, entry, state)
        {
            throw Rejection(isKilled ? .killSwitchPulled : .marginCallOpen)
        }
        try emit(.review(fact), wanted.order, account, order, &decision)
        if wanted.approved {
            if order.placed?.isWorked ?? false {
                return try emit(.beginWork(wanted.order), wanted.order, account, order, &decision)
            }
            var approved = OrderApproved()
            approved.order = wanted.order
            approved.venue = order.heldForVenue ?? entry.opened.custodian
            return try emit(.approve(approved), wanted.order, account, order, &decision)
        }
        var rejected = OrderRejected()
        rejected.order = wanted.order
        rejected.judge = .person
        try emit(.reject(rejected), wanted.order, account, order, &decision)
        try risk(.release(wanted.order), account, wanted.order.id, state, &decision)
    }

    /// Asks the venue to cancel; an order that no venue has is cancelled at once.
    static func cancel(
        _ order: OrderID,
        _ entry: OrderEntry,
        _ state: ShardState,
        reason: CancelReason? = nil,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard entry.state.heldForVenue != nil else {
            var fact = OrderCancelRequested()
            fact.order = order
            fact.reason = reason
            return try emit(.requestCancel(fact), order, entry.account, entry.state, &decision)
        }
        try emit(.confirmCancel(order), order, entry.account, entry.state, &decision)
        try risk(.release(order), entry.account, order.id, state, &decision)
    }
}

extension OrderEntry {
    /// Whether the end of `date` ends the order: a good-till order lives on, and so does one with a later
    /// expire date, or with an expire time; of an order of others only its venue knows the date.
    func ends(on date: BusinessDate) -> Bool {
        guard placedOn <= date, let placed = state.placed else { return false }
        switch placed.timeInForce {
        case .goodTillCancelled: return false
        case .goodTillDate where placed.special.expireAt != nil: return false
        case .goodTillDate where state.external != nil && placed.special.expireDate == nil: return false
        case .goodTillDate: return (placed.special.expireDate ?? date) <= date
        case .day, .immediateOrCancel, .fillOrKill: return true
        }
    }
}
