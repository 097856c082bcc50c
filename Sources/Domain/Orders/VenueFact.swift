public import BifrostKernel

/// What a venue says of an order beside acknowledgements, trades and cancels.
public indirect enum VenueFact: Equatable, Sendable {
    /// It has other terms.
    case replaced(OrderReplaced)
    /// Its terms stay.
    case replaceRejected(OrderReplaceRejected)
    /// Its stop price was reached.
    case triggered(OrderTriggered)
    /// It trades no more today.
    case doneForDay(OrderDoneForDay)
    /// The venue does not work it for now.
    case suspended(OrderSuspended)
    /// The venue works it again.
    case resumed(OrderResumed)
    /// The venue said anew what it is.
    case restated(OrderRestated)
    /// A trade has other numbers.
    case corrected(ExecutionCorrected)
    /// A trade was taken back.
    case busted(ExecutionBusted)

    /// The order that it is about.
    public var order: OrderID {
        switch self {
        case .replaced(let fact): fact.order
        case .replaceRejected(let fact): fact.order
        case .triggered(let fact): fact.order
        case .doneForDay(let fact): fact.order
        case .suspended(let fact): fact.order
        case .resumed(let fact): fact.order
        case .restated(let fact): fact.order
        case .corrected(let fact): fact.revision.order
        case .busted(let fact): fact.revision.order
        }
    }

    /// Which trade it revises, `nil` when it revises none.
    public var revision: ExecutionRevision? {
        switch self {
        case .corrected(let fact): fact.revision
        case .busted(let fact): fact.revision
        default: nil
        }
    }
}
