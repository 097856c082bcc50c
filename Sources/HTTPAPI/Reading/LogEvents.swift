internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import EventStorePostgres
internal import Orders
internal import Sagas

extension ReadModelAccess {
    /// The events at these positions, latest first, with the orders that `orders` finds in them, by id.
    ///
    /// Blocks.
    func events(
        _ shard: ShardNumber,
        at positions: [Int64],
        orders: (DomainEvent) -> OrderID? = { _ in nil }
    ) throws -> (events: [EventPages.Read], placed: [OrderID: PlacedName]) {
        let found = try decoded(shard, positions)
        let births = Set(found.compactMap { orders($0.event)?.id.birth })
        var placed: [OrderID: PlacedName] = [:]
        for read in try decoded(shard, births.sorted()) {
            if let name = PlacedName(read.event) { placed[name.order] = name }
        }
        return (found.reversed(), placed)
    }

    private func decoded(_ shard: ShardNumber, _ positions: [Int64]) throws -> [EventPages.Read] {
        var found: [EventPages.Read] = []
        var failure: String?
        try log.read(shard, at: positions) { stored in
            do throws(WireError) {
                found.append(
                    EventPages.Read(header: stored.header, event: try EventRegistry.decode(stored))
                )
            } catch {
                failure = "position \(stored.header.position): \(error)"
            }
        }
        if let failure { throw ReadError.corrupt(failure) }
        return found
    }
}

/// What an order is called in lists of other things.
struct PlacedName: Sendable {
    let order: OrderID
    let symbol: Symbol
    let clientOrderID: ClientName?

    /// `nil` when the event placed no order.
    init?(_ event: DomainEvent) {
        switch event {
        case .order(.placed(let fact)):
            (order, symbol, clientOrderID) = (fact.order, fact.symbol, fact.clientOrderID)
        case .order(.externalFound(let fact)):
            (order, symbol, clientOrderID) = (fact.order, fact.symbol, nil)
        default: return nil
        }
    }
}
