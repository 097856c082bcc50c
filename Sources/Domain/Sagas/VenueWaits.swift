public import BifrostKernel

/// What a venue has to answer, in the order in which its time is over.
///
/// All have the same time, so that the next one is the first. One that was answered stays until it is the
/// first: to take it out at once would cost a search for each order.
public struct VenueWaits: Sendable {
    /// An order that was told to a venue, or a change of it.
    public struct Wait: Sendable {
        /// The order.
        public private(set) var order: OrderID
        /// The position of what it was told.
        public private(set) var since: Int64
        /// When its time is over.
        public private(set) var due: Timestamp
    }

    /// 10 seconds.
    private static let answerNanosMax: Int64 = 10_000_000_000
    private static let spentMax = 4096

    private var waits: [Wait] = []
    private var first = 0

    /// None.
    public init() {}

    /// The wait that is due next, `nil` when nothing waits.
    public var next: Wait? { first < waits.count ? waits[first] : nil }

    /// Every wait that is due at `time`, at most so many.
    public func due(at time: Timestamp, atMost count: Int) -> [Wait] {
        Array(waits[first...].prefix(count).prefix { $0.due <= time })
    }

    mutating func add(_ order: OrderID, since position: Int64, at time: Timestamp) {
        let (sum, overflow) = time.nanos.addingReportingOverflow(Self.answerNanosMax)
        let due = Timestamp(nanos: overflow ? .max : sum)
        waits.append(Wait(order: order, since: position, due: max(due, waits.last?.due ?? due)))
    }

    /// Takes out the one that is due next.
    mutating func drop() {
        first += 1
        if first == waits.count {
            waits.removeAll(keepingCapacity: true)
            first = 0
        } else if first > Self.spentMax, first * 2 > waits.count {
            waits.removeFirst(first)
            first = 0
        }
    }
}

extension VenueWaits.Wait: WireFields {
    /// Nothing.
    public init() { self.init(order: .none, since: 0, due: Timestamp(nanos: 0)) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "order", &order)
        try visitor.position(2, "since", &since)
        try visitor.time(3, "due", &due)
    }
}

extension VenueWaits: WireFields {
    /// Visits the waits that are left.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var left = Array(waits[first...])
        try visitor.list(1, "waits", &left)
        if visitor.isReading { waits = left }
    }
}
