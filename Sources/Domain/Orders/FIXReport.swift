public import BifrostKernel

/// An order as an execution report of FIX 4.4 shows it: a function of its facts and of nothing else.
public struct FIXReport: Equatable, Sendable {
    /// What led to the report (ExecType, tag 150); `I`, order status, when nothing did.
    public let execType: Character
    /// The status (OrdStatus, tag 39).
    public let ordStatus: Character
    /// Which way it trades and how a sale is marked (Side, tag 54); `7`, undisclosed, before its terms.
    public let side: Character
    /// The quantity of the terms in force (OrderQty, tag 38).
    public let orderQuantity: Quantity
    /// What traded in all (CumQty, tag 14).
    public let cumulative: Quantity
    /// What may still trade (LeavesQty, tag 151).
    public let leaves: Quantity
    /// The average price (AvgPx, tag 6), zero before the first trade.
    public let averagePrice: Price
    /// What the reported trade was, zero for other reports (LastQty, tag 32).
    public let lastQuantity: Quantity
    /// The link of the chain of client order ids that is in force: 0 for the order, then its replacements
    /// (OrigClOrdID, tag 41, of a reject).
    public let requestInForce: UInt32
    /// The last day of a good-till-date order (ExpireDate, tag 432).
    public let expireDate: BusinessDate?
    /// The moment that ends one (ExpireTime, tag 126); it has one of the two.
    public let expireTime: Timestamp?

    /// The report after `event`, or of the present status.
    public init(_ state: OrderState, after event: OrderEvent? = nil) {
        execType = event?.execType ?? "I"
        ordStatus = state.status.fix
        side = state.placed?.side.fix ?? "7"
        orderQuantity = state.ordered
        cumulative = state.cumulative
        // FIX lets an order that is done for its day show nothing left; one that outlives the day goes on.
        let isOver = state.status == .doneForDay && !(state.placed?.timeInForce.outlivesDay ?? false)
        leaves = isOver ? .zero : state.leaves
        averagePrice = state.averagePrice ?? .zero
        lastQuantity = if case .executed(let fact) = event { fact.quantity } else { .zero }
        requestInForce = state.requestInForce
        let special = state.placed?.special ?? .none
        expireDate = special.expireDate
        expireTime = special.expireAt
    }
}

extension FIXReport {
    /// The quantities of one day of an order (DayOrderQty, tag 424, and DayCumQty, tag 425).
    public static func day(_ state: OrderState, _ date: BusinessDate) -> (
        ordered: Quantity, cumulative: Quantity
    ) {
        var before: Int128 = 0
        var today: Int128 = 0
        // ORDER: sums of integers do not depend on the order of their terms.
        for report in state.executions.values {
            let quantity = Int128(state.standing(report).quantity.nanos)
            if report.tradeDate < date { before += quantity } else { today += quantity }
        }
        let ordered = max(Int128(state.ordered.nanos) - before, 0)
        return (clamped(ordered), clamped(today))
    }

    private static func clamped(_ nanos: Int128) -> Quantity {
        Quantity(exactly: Int64(clamping: nanos)) ?? Quantity(nanos: Quantity.nanosMax)
    }
}

extension OrderEvent {
    /// The value of ExecType (tag 150) that reports the event; `nil` for those that FIX reports by a cancel
    /// reject (35=9), or not at all.
    public var execType: Character? {
        switch self {
        case .placed: "A"
        case .acknowledged, .externalFound, .workBegan: "0"
        case .executed: "F"
        case .cancelRequested: "6"
        case .cancelled: "4"
        case .rejected: "8"
        case .expired: "C"
        case .replaceRequested: "E"
        case .replaced: "5"
        case .doneForDay: "3"
        case .suspended: "9"
        case .triggered: "L"
        case .resumed, .restated, .adjusted: "D"
        case .executionCorrected: "G"
        case .executionBusted: "H"
        case .approved, .executionConflicted, .cancelRejected, .replaceRejected, .heldForReview, .reviewed,
            .replaceApproved, .statusRequested, .parked, .resolved, .workProgressed, .workCompleted:
            nil
        }
    }
}

extension TimeInForce {
    /// Whether the order goes on after the day that it was placed on.
    public var outlivesDay: Bool { self == .goodTillCancelled || self == .goodTillDate }
}
