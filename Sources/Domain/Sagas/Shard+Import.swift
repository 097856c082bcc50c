internal import BifrostKernel
internal import Portfolios
internal import References

extension Shard {
    /// Takes over opening cash and lots, every line or none.
    static func importHoldings(
        _ account: AccountID,
        _ wanted: ImportHoldings,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var books = try entry(account, state).portfolio
        let count = wanted.cash.count + wanted.lots.count
        guard count > 0, count <= ImportHoldings.linesMax else {
            let unit = Int128(Decimals.nanosPerUnit)
            throw Rejection(
                .tooManyItems,
                limit: Int128(ImportHoldings.linesMax) * unit,
                value: Int128(count) * unit
            )
        }
        let filing = Filing(.portfolio, of: account.id, account, command(posed, slot: account.id.slot))
        let today = state.businessDate(at: posed.effectiveAt)
        var commands = wanted.cash.map { PortfolioCommand.deposit(account, $0.currency, $0.amount) }
        for (index, line) in wanted.lots.enumerated() {
            let id = Identifier(
                .execution,
                slot: account.id.slot,
                shard: shardNumber(state),
                birth: posed.position,
                index: UInt16(index)
            )
            let lot = try lot(line, id, today, state.reference)
            commands.append(.importLot(account, lot))
        }
        for command in commands {
            var events = Decision<PortfolioEvent>()
            try Portfolio.decide(command, given: books, into: &events)
            for event in events.events { Portfolio.evolve(&books, by: event) }
            try decision.emit(events) { filing.draft(.portfolio($0)) }
        }
        try meetCalls(posed, state, &decision)
    }

    private static func lot(
        _ line: HoldingLine,
        _ id: Identifier,
        _ today: BusinessDate,
        _ book: ReferenceBook
    ) throws(Rejection) -> ImportedLot {
        guard let instrument = book.instrument(line.symbol, on: today) else {
            throw Rejection(.unknownSymbol)
        }
        guard line.quantity.nanos % instrument.lotSize.nanos == 0 else {
            throw Rejection(
                .quantityNotLotMultiple,
                limit: Int128(instrument.lotSize.nanos),
                value: Int128(line.quantity.nanos)
            )
        }
        guard line.acquired <= today else {
            let unit = Int128(Decimals.nanosPerUnit)
            throw Rejection(
                .acquiredInFuture,
                limit: Int128(today.days) * unit,
                value: Int128(line.acquired.days) * unit
            )
        }
        return ImportedLot(
            lot: id,
            instrument: instrument.instrument,
            currency: instrument.currency,
            quantity: line.quantity,
            cost: line.cost,
            acquired: line.acquired
        )
    }
}
