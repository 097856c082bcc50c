public import BifrostKernel

/// Corrections and withdrawals of what was announced.
///
/// An announcement is revised until its ex-date begins. The shard of the facts knows that by the official
/// prices of the day before, with which that day is rolled; a trading shard by its own rolls, and what comes
/// after them changes nothing there.
extension ReferenceBook {
    /// The announcement with `id` that takes the place of an earlier one, or why not.
    public func correcting(
        _ wanted: CorrectCorporateAction,
        id: Identifier
    ) throws(Rejection) -> CorporateActionAnnounced {
        let before = try revisable(wanted.action)
        var fact = wanted.terms(over: before)
        fact.action = id
        fact.source = wanted.source
        fact.replaced = before.action
        try check(&fact)
        if let begun = begun(fact) { throw begun }
        var same = fact
        (same.action, same.source, same.replaced) = (before.action, before.source, before.replaced)
        guard same != before else { throw Rejection(.corporateActionTaken) }
        return fact
    }

    /// The end of an announcement, or why not.
    public func withdrawing(_ wanted: WithdrawCorporateAction) throws(Rejection) -> CorporateActionWithdrawn {
        let before = try revisable(wanted.action)
        var fact = CorporateActionWithdrawn()
        fact.action = before.action
        fact.instrument = before.instrument
        fact.exDate = before.exDate
        fact.source = wanted.source
        return fact
    }

    /// What `event` would have changed here, had the ex-date not begun.
    public func missed(_ event: ReferenceEvent) -> CorporateActionRevisionMissed? {
        var fact = CorporateActionRevisionMissed()
        switch event {
        case .corporateActionAnnounced(let announced) where announced.replaced != .none:
            fact.action = announced.replaced
            fact.replacement = announced.action
        case .corporateActionWithdrawn(let withdrawn): fact.action = withdrawn.action
        default: return nil
        }
        guard let before = corporateActions.standing(fact.action), corporateActions.hasBegun(before) else {
            return nil
        }
        fact.instrument = before.instrument
        fact.exDate = before.exDate
        return fact
    }

    private func revisable(_ action: Identifier) throws(Rejection) -> CorporateActionAnnounced {
        guard let fact = corporateActions.standing(action) else {
            let isOver = corporateActions.endedByID[action] != nil
            throw Rejection(isOver ? .corporateActionOver : .unknownCorporateAction)
        }
        if let begun = begun(fact) { throw begun }
        return fact
    }

    /// Why it is too late for the ex-date of an action: its market has closed the day before, or a later one.
    private func begun(_ fact: CorporateActionAnnounced) -> Rejection? {
        guard let calendar = instrumentByID[fact.instrument]?.tradingCalendar else { return nil }
        let before = BusinessDate(days: max(fact.exDate.days, .min + 1) - 1)
        let last = calendarByName[calendar]?.last(upTo: before) ?? fact.exDate
        // ORDER: whether there is one.
        let isOver = markByID.contains { instrument, mark in
            mark.date >= last && instrumentByID[instrument]?.tradingCalendar == calendar
        }
        guard isOver else { return nil }
        let unit = Int128(Decimals.nanosPerUnit)
        return Rejection(
            .corporateActionBegun,
            limit: Int128(last.days) * unit,
            value: Int128(fact.exDate.days) * unit
        )
    }
}
