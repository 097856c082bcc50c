public import BifrostKernel
internal import ProjectionKit
internal import References

/// An instrument with the terms that readers need, and its latest official mark.
public struct InstrumentRow: WireFields, Equatable, Sendable {
    /// The instrument.
    public var instrument = InstrumentID.none
    /// Its latest symbol.
    public var symbol = Symbol.none
    /// The currency that it is quoted in.
    public var currency = Currency.usd
    /// Its sector, empty for none.
    public var sector = ""
    /// The latest mark.
    public var mark: Price?
    /// The day of that mark.
    public var markDate: BusinessDate?

    /// An empty row.
    public init() {}

    init(_ instrument: InstrumentID) { self.instrument = instrument }

    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.symbol(2, "symbol", &symbol)
        try visitor.currency(3, "currency", &currency)
        try visitor.text(4, "sector", &sector)
        try visitor.price(5, "mark", &mark)
        try visitor.date(6, "markDate", &markDate)
    }

    mutating func take(_ terms: InstrumentRegistered) {
        symbol = terms.symbol
        currency = terms.currency
        sector = terms.sector
    }

    /// A mark of an earlier day than the one that is known says nothing of now.
    mutating func take(_ said: OfficialMark, of recorded: OfficialMarksRecorded) {
        if let markDate, markDate > recorded.date { return }
        mark = said.price
        markDate = recorded.date
    }

    static let columns = ["instrument_id", "symbol", "currency", "sector", "mark", "mark_date"]

    func write(to tuple: inout TupleWriter) {
        tuple.text(symbol.text)
        tuple.text(currency.code)
        tuple.optionalText(sector)
        tuple.price(mark)
        tuple.date(markDate)
    }
}
