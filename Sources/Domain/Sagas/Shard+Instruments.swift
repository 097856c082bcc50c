internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import References

extension Shard {
    /// Whether an order of `side` may trade the instrument; a sale only reduces, because risk lets no account
    /// sell more than it has.
    static func standing(
        of instrument: InstrumentID,
        _ side: Side,
        _ state: ShardState
    ) -> InstrumentStanding {
        switch state.reference.status(of: instrument) {
        case .active: .trading
        case .halted: .halted(reduces: side != .buy)
        case .closingOnly: .closingOnly(reduces: side != .buy)
        case .delisted: .delisted
        }
    }

    /// Other terms of an instrument, or another status.
    static func instrumentStep(
        _ command: Command,
        _ book: ReferenceBook,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        switch command {
        case .changeInstrument(let wanted):
            let fact = try book.changing(wanted)
            let stream = StreamOrdinal(.instrument, of: fact.instrument.id)
            try decision.emit(Draft(.reference(.termsChanged(fact)), stream, correlation: fact.instrument.id))
        case .setInstrumentStatus(let symbol, let status):
            guard let fact = try book.setting(status, of: symbol) else { return }
            let stream = StreamOrdinal(.instrument, of: fact.instrument.id)
            try decision.emit(
                Draft(.reference(.statusChanged(fact)), stream, correlation: fact.instrument.id)
            )
        default: return
        }
    }
}
