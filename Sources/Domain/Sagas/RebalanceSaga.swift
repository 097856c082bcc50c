public import BifrostKernel
internal import Orders

/// A rebalance that has not ended: the fold of its own facts and of what becomes of its orders.
public struct RebalanceSaga: Equatable, Sendable {
    /// What is wanted.
    public private(set) var started: RebalanceStarted
    /// When it began, and its prices were taken.
    public private(set) var startedAt: Timestamp
    /// Where it stands.
    public private(set) var state = RebalanceState.first
    /// The legs that are no orders yet.
    public private(set) var waiting: [RebalanceLeg]
    /// Its orders that may still trade, in the order of their placement.
    public private(set) var open: [OrderID] = []
    /// How many legs were refused.
    public private(set) var refusals = 0
    /// Counts what happened to it: names the command that carries it on.
    public private(set) var step: UInt64 = 0

    init(_ started: RebalanceStarted, at startedAt: Timestamp) {
        self.started = started
        self.startedAt = startedAt
        waiting = started.legs.filter { $0.side == .sell }
    }

    /// When it stops by itself; `nil` when it does not, or stops already.
    public var deadline: Timestamp? {
        started.deadline.nanos == 0 || state.after(.deadlineReached) == nil ? nil : started.deadline
    }

    /// Whether a refused leg ends it.
    var isBroken: Bool { started.onRefusal == .stop && refusals > 0 }

    /// What has happened to it that leads on; `nil` while its orders are open or wait to be placed.
    var trigger: RebalanceState.Trigger? {
        if isBroken, state.after(.legRefused) != nil { return .legRefused }
        guard waiting.isEmpty, open.isEmpty else { return nil }
        switch state {
        case .selling: return .sellsClosed
        case .buying: return .buysClosed
        case .stopping: return .legsClosed
        case .completed, .stopped: return nil
        }
    }

    /// Whether it can be carried on now.
    public var isDue: Bool { trigger != nil || !waiting.isEmpty }

    mutating func advance(_ fact: RebalanceAdvanced) {
        state = fact.state
        waiting = fact.legs
        step += 1
    }

    mutating func place(_ order: OrderID) {
        if !waiting.isEmpty { waiting.removeFirst() }
        open.append(order)
        step += 1
    }

    mutating func refuse() {
        if !waiting.isEmpty { waiting.removeFirst() }
        refusals += 1
        step += 1
    }

    /// An order cannot trade any more; `false` when it is none of this rebalance.
    mutating func close(_ order: OrderID, refused: Bool) -> Bool {
        guard let index = open.firstIndex(of: order) else { return false }
        open.remove(at: index)
        if refused { refusals += 1 }
        step += 1
        return true
    }
}

extension RebalanceSaga: WireFields {
    /// Nothing wanted, to be read over.
    public init() { self.init(RebalanceStarted(), at: Timestamp(nanos: 0)) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "started", &started)
        try visitor.time(2, "startedAt", &startedAt)
        try visitor.choice(3, "state", &state)
        try visitor.list(4, "waiting", &waiting)
        try visitor.list(5, "open", &open)
        try visitor.count(6, "refusals", &refusals)
        try visitor.uint(7, "step", &step)
    }
}
