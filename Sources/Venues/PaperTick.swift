public import BifrostKernel

/// A price of an instrument as the stream gives it.
public struct PaperTick: Hashable, Sendable {
    /// What it is the price of.
    public let instrument: InstrumentID
    /// The price, which is bid, ask and last in one.
    public let price: Price
    /// Whether it is the last of its date, at which orders on close trade.
    public let isClosing: Bool
    /// What traded at it elsewhere, where that is known; it counts under conditions alone.
    public let volume: Quantity?

    /// Puts the parts together.
    public init(_ instrument: InstrumentID, _ price: Price, isClosing: Bool = false, volume: Quantity? = nil)
    {
        self.instrument = instrument
        self.price = price
        self.isClosing = isClosing
        self.volume = volume
    }
}
