internal import BifrostKernel
internal import Orders

extension PaperBook {
    /// All that was ever said of an order, `nil` when nothing was.
    func reports(of order: OrderID) -> [VenueReport]? {
        if let refusal = refusalByID[order] { return [report(refusal)] }
        guard let entry = entryByID[order] else { return nil }
        return [acknowledgement(entry)] + entry.story.compactMap(report(of:))
    }

    /// Every trade, in the order in which they were made.
    var trades: [PaperExecution] {
        // ORDER: sorted by the numbers that they were given.
        entryByID.values.flatMap(\.trades).sorted { left, right in
            // Numbers count from 1, so that shorter texts come first.
            let (left, right) = (left.report.venueExecutionID, right.report.venueExecutionID)
            return (left.utf8.count, left) < (right.utf8.count, right)
        }
    }

    /// The trades of the last two days that had orders or trades, and what was said of trades on them.
    func lateReports() -> [VenueReport] {
        let trades = trades
        // ORDER: revisions are sorted by the numbers that they were given.
        let revisions = entryByID.values.flatMap(\.revisionFacts).sorted { $0.number < $1.number }
        let days = Set(entryByID.values.lazy.map(\.date)).union(trades.lazy.map(\.report.tradeDate))
            .union(revisions.lazy.map(\.date))
        let late = Set(days.sorted().suffix(2))
        return trades.lazy.filter { late.contains($0.report.tradeDate) }
            .compactMap { report(of: .executed($0)) }
            + revisions.lazy.filter { late.contains($0.date) }.compactMap { report(of: $0.fact) }
    }

    /// The answer that a request for other terms got, `nil` before it got one.
    func answer(to request: UInt32, _ entry: Entry) -> VenueReport? {
        let answer = entry.story.first { fact in
            switch fact {
            case .replaced(let fact): fact.request == request
            case .replaceRefused(let fact): fact.request == request
            default: false
            }
        }
        return answer.flatMap(report(of:))
    }

    /// What the venue says when a fact comes to be; nothing of a move.
    func report(of fact: PaperFact) -> VenueReport? {
        switch fact {
        case .moved: return nil
        case .accepted(let fact): return entryByID[fact.order].map(acknowledgement)
        case .refused(let fact): return report(fact)
        case .executed(let fact):
            return account(fact.report.order).map { .executed($0, fact.report, at: fact.at) }
        case .cancelled(let fact): return account(fact.order).map { .cancelled($0, fact.order, at: fact.at) }
        case .triggered(let fact):
            var said = OrderTriggered()
            said.order = fact.order
            said.price = fact.price
            return account(fact.order).map { .told($0, .triggered(said), at: fact.at) }
        case .replaced(let fact):
            var said = OrderReplaced()
            said.order = fact.order
            said.request = fact.request
            said.terms = fact.terms
            return account(fact.order).map { .told($0, .replaced(said), at: fact.at) }
        case .replaceRefused(let fact): return account(fact.order).map { report(fact, $0) }
        case .busted(let fact):
            return account(fact.fact.revision.order).map { .told($0, .busted(fact.fact), at: fact.at) }
        case .corrected(let fact):
            return account(fact.fact.revision.order).map { .told($0, .corrected(fact.fact), at: fact.at) }
        }
    }

    func report(_ fact: PaperReplaceRefusal, _ account: AccountID) -> VenueReport {
        var said = OrderReplaceRejected()
        said.order = fact.order
        said.request = fact.request
        said.code = .venueRejected
        said.venueCode = fact.venueCode
        return .told(account, .replaceRejected(said), at: fact.at)
    }

    private func report(_ fact: PaperRefusal) -> VenueReport {
        .rejected(fact.account, fact.order, fact.code, at: fact.at)
    }

    private func acknowledgement(_ entry: Entry) -> VenueReport {
        var fact = OrderAcknowledged()
        fact.order = entry.terms.order
        fact.venueOrderID = "P\(entry.number)"
        return .acknowledged(entry.terms.account, fact, at: entry.acceptedAt)
    }

    private func account(_ order: OrderID) -> AccountID? { entryByID[order]?.terms.account }
}

extension PaperBook.Entry {
    /// Its trades, in order.
    var trades: [PaperExecution] {
        story.compactMap { if case .executed(let fact) = $0 { fact } else { nil } }
    }

    /// What changed them.
    var revisions: [ExecutionRevision] { story.compactMap(\.revision) }

    fileprivate var revisionFacts: [(number: Int, date: BusinessDate, fact: PaperFact)] {
        story.compactMap { fact in
            guard let revision = fact.revision else { return nil }
            return (Int(revision.venueExecutionID.dropFirst()) ?? 0, revision.tradeDate, fact)
        }
    }
}

extension PaperFact {
    /// Which trade it changes, `nil` when none.
    var revision: ExecutionRevision? {
        switch self {
        case .busted(let bust): bust.fact.revision
        case .corrected(let correction): correction.fact.revision
        default: nil
        }
    }
}
