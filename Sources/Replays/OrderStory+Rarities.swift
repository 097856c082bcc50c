internal import BifrostKernel
internal import Orders

/// Words for what happens to few orders.
extension Narrator {
    func tellRarely(_ event: OrderEvent) -> Words {
        switch event {
        case .replaceRequested(let fact):
            return (
                "\(fact.enteredBy) asked for other terms, request \(fact.request).", Self.terms(fact.terms)
            )
        case .replaced(let fact):
            let cause =
                fact.request > 0 ? "as request \(fact.request) asked" : "of the venue's own accord"
            return ("The order has other terms at the venue, \(cause).", Self.terms(fact.terms))
        case .replaceRejected(let fact):
            let code = fact.code?.name ?? fact.venueCode
            return (
                "Request \(fact.request) for other terms was refused by \(fact.judge): \(code).",
                Self.numbers(fact.limit, fact.value)
            )
        case .triggered(let fact):
            return ("The stop price was reached\(fact.price.map { " at \($0.text)" } ?? "").", [])
        case .doneForDay(let fact):
            return ("The order trades no more on \(fact.date.text).", [])
        case .suspended(let fact):
            let code = fact.venueCode.isEmpty ? "" : " (\(fact.venueCode))"
            return ("The venue suspended the order\(code).", [])
        case .resumed: return ("The venue works the order again.", [])
        case .restated(let fact):
            var details = fact.terms.map(Self.terms) ?? []
            if fact.reinstated > .zero { details.append("lives again: \(fact.reinstated.text)") }
            return ("The venue restated the order for \(fact.date.text): \(fact.reason.name).", details)
        case .executionCorrected(let fact):
            return (
                "\(actor) corrected a fill to \(fact.quantity.text) at \(fact.price.text).",
                Self.revision(fact.revision) + [
                    "commission \(fact.commission.text) \(fact.currency.code)" + Self.fees(fact.fees)
                ]
            )
        case .executionBusted(let fact):
            let kept = fact.commission.map { ["it still bears \($0.text) of the order's commission"] } ?? []
            return ("\(actor) took a fill back.", Self.revision(fact.revision) + kept)
        case .externalFound(let fact): return found(fact)
        case .heldForReview: return ("The order waits for a person.", [])
        case .reviewed(let fact):
            return ("\(fact.reviewer) \(fact.approved ? "approved" : "declined") the order.", [])
        case .replaceApproved(let fact):
            return ("Request \(fact.request) was approved and goes to the venue.", [])
        case .statusRequested(let fact):
            return ("The venue did not answer in time and was told again, attempt \(fact.attempt).", [])
        case .parked(let fact):
            return ("The venue did not answer \(fact.attempts) attempts: the order waits for a person.", [])
        case .resolved(let fact):
            let word =
                fact.retry ? "wants the venue asked again" : "says that the venue does not work the order"
            return ("\(fact.resolver) \(word).", [])
        case .adjusted(let fact): return Self.adjusted(fact)
        case .workBegan: return ("The order stays here, to be worked by slices.", [])
        case .workProgressed(let fact):
            return ("Its slices have traded \(fact.filled.text) of it.", [])
        case .workCompleted: return ("Its slices have traded all of it.", [])
        default: return ("\(event) was recorded.", [])
        }
    }

    private static func adjusted(_ fact: OrderAdjusted) -> Words {
        var causes: [String] = []
        if let dividend = fact.dividend { causes.append("a dividend of \(dividend.text)") }
        if fact.numerator > 0 { causes.append("a split of \(fact.numerator) for \(fact.denominator)") }
        let cause = causes.isEmpty ? "" : " by \(causes.joined(separator: " and "))"
        let parts = [
            ("minimum", fact.minimumQuantity?.text), ("display", fact.displayQuantity?.text),
            ("limit offset", fact.limitOffset?.text),
        ].compactMap { name, value in value.map { "\(name) \($0)" } }
        return (
            "From \(fact.exDate.text) on the order has other terms\(cause), as request \(fact.request) to the"
                + " venue.", terms(fact.terms) + parts
        )
    }

    private static func terms(_ terms: AmendedTerms) -> [String] {
        [
            ("quantity", terms.quantity.text), ("limit", terms.limitPrice?.text),
            ("stop", terms.stopPrice?.text), ("trailing amount", terms.trailingAmount?.text),
            ("trailing basis points", terms.trailingRate?.text),
        ].compactMap { name, value in value.map { "\(name) \($0)" } }
    }

    static func revision(_ revision: ExecutionRevision) -> [String] {
        var details = [
            "venue execution \(revision.revisedVenueExecutionID) of \(revision.revisedTradeDate.text),"
                + " by \(revision.venueExecutionID) of \(revision.tradeDate.text)"
        ]
        if revision.reinstated > .zero { details.append("lives again: \(revision.reinstated.text)") }
        if revision.revised == .none { details.append("flagged: no such execution has been seen") }
        if revision.conflicting { details.append("flagged: another revision stands; kept, not booked") }
        return details
    }
}
