public import BifrostKernel

extension PortfolioEvent {
    /// What the event changes in the ledger, in the order of its lines; empty when it changes nothing.
    public var postings: [Posting] {
        switch self {
        case .deposited(let fact): fact.postings
        case .withdrawn(let fact): fact.postings
        case .tradeBooked(let fact): fact.postings
        case .tradeSettled(let fact): fact.postings
        case .tradeCorrected(let fact): fact.postings
        case .dividendAccrued(let fact): fact.postings
        case .dividendPaid(let fact): fact.postings
        case .positionAdjusted(let fact): fact.postings
        case .positionImported(let fact): fact.postings
        case .interestAccrued(let fact): fact.postings
        case .interestPaid(let fact): fact.postings
        case .converted(let fact): fact.postings
        case .dayClosed, .reconciliationBroke, .breakResolved: []
        }
    }

    /// The one instrument that the event is about, or none.
    public var instrument: InstrumentID {
        switch self {
        case .tradeBooked(let fact): fact.instrument
        case .tradeSettled(let fact): fact.instrument
        case .tradeCorrected(let fact): fact.instrument
        case .dividendAccrued(let fact): fact.instrument
        case .dividendPaid(let fact): fact.instrument
        case .positionAdjusted(let fact): fact.instrument
        case .positionImported(let fact): fact.instrument
        case .deposited, .withdrawn, .interestAccrued, .interestPaid, .converted, .dayClosed,
            .reconciliationBroke, .breakResolved:
            .none
        }
    }
}
