import BifrostKernel

extension Money {
    init(cents: Int64) { self.init(nanos: Int128(cents) * 10_000_000) }
    init(units: Int128) { self.init(nanos: units * 1_000_000_000) }
}

extension Price {
    init(cents: Int64) { self.init(nanos: cents * 10_000_000) }
    init(units: Int64) { self.init(nanos: units * 1_000_000_000) }
}

extension Currency {
    static func known(_ code: String) -> Currency { Currency(code) ?? .usd }
}

extension ClientName {
    static func known(_ text: String) -> ClientName {
        guard let name = ClientName(text) else { preconditionFailure("\(text) is a client's name") }
        return name
    }
}

extension Symbol {
    static func known(_ text: String) -> Symbol {
        guard let symbol = Symbol(text) else { preconditionFailure("\(text) is a symbol") }
        return symbol
    }
}

/// Ids as the core would give them, for tests of one aggregate.
enum Sample {
    static let order = OrderID(Identifier(.order, slot: 1, shard: 0, birth: 40))
    static let account = AccountID(Identifier(.account, slot: 1, shard: 0, birth: 2))
    static let instrument = instrument(1)
    static let day = BusinessDate(days: 7306)

    static func instrument(_ number: Int64) -> InstrumentID {
        InstrumentID(Identifier(.instrument, slot: 0, shard: 1, birth: number))
    }
    static func order(_ number: Int64) -> OrderID {
        OrderID(Identifier(.order, slot: 1, shard: 0, birth: number))
    }
    static func execution(_ number: Int64) -> Identifier {
        Identifier(.execution, slot: 1, shard: 0, birth: number)
    }
}
