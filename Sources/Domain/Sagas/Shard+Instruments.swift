internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import References

extension Shard {
    /// Whether the order may trade its instrument.
    static func standing(
        of placed: OrderPlaced,
        _ entry: AccountEntry,
        wanted: Quantity? = nil,
        sharing other: OrderID = .none,
        _ state: ShardState
    ) -> InstrumentStanding {
        func onlyReduces() -> Bool { reduces(placed, entry, wanted: wanted, sharing: other, state) }
        return switch state.reference.status(of: placed.instrument) {
        case .active: .trading
        case .halted: .halted(reduces: onlyReduces())
        case .closingOnly: .closingOnly(reduces: onlyReduces())
        case .delisted: .delisted
        }
    }

    /// Other terms of an instrument, or another status.
    static func instrumentStep(
        _ posed: PosedCommand,
        _ book: ReferenceBook,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        switch posed.command {
        case .changeInstrument(let wanted):
            let fact = try book.changing(wanted)
            let stream = StreamOrdinal(.instrument, of: fact.instrument.id)
            try decision.emit(Draft(.reference(.termsChanged(fact)), stream, correlation: fact.instrument.id))
        case .correctInstrument(let wanted):
            guard let fact = try book.correcting(wanted) else { return }
            let stream = StreamOrdinal(.instrument, of: fact.instrument.id)
            try decision.emit(Draft(.reference(.termsChanged(fact)), stream, correlation: fact.instrument.id))
        case .withdrawInstrumentChange(let wanted):
            let fact = try book.withdrawing(wanted)
            let stream = StreamOrdinal(.instrument, of: fact.instrument.id)
            try decision.emit(
                Draft(.reference(.changeWithdrawn(fact)), stream, correlation: fact.instrument.id)
            )
        case .setInstrumentStatus(let symbol, let status):
            guard let fact = try book.setting(status, of: symbol, on: posed.effectiveAt.date) else { return }
            let stream = StreamOrdinal(.instrument, of: fact.instrument.id)
            try decision.emit(
                Draft(.reference(.statusChanged(fact)), stream, correlation: fact.instrument.id)
            )
        default: return
        }
    }
}
