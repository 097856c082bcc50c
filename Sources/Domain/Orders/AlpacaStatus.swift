internal import BifrostKernel

/// The status of an order in the words of Alpaca's trading API: a function of its facts.
///
/// The words that have no cause here are left out: an order keeps its id when it is replaced, so that none is
/// `replaced`; the venue port has no bidding, stops or settlement calculations.
public enum AlpacaStatus: String, CaseIterable, Sendable {
    /// A person has to look at it.
    case pendingReview = "pending_review"
    /// It is on its way to the venue.
    case pendingNew = "pending_new"
    /// The venue works it.
    case new = "new"
    /// Part of it traded.
    case partiallyFilled = "partially_filled"
    /// All of it traded.
    case filled = "filled"
    /// It trades no more today.
    case doneForDay = "done_for_day"
    /// The rest was taken off the book.
    case canceled = "canceled"
    /// Its time ended.
    case expired = "expired"
    /// A cancel was asked for.
    case pendingCancel = "pending_cancel"
    /// Other terms were asked for.
    case pendingReplace = "pending_replace"
    /// It was refused.
    case rejected = "rejected"
    /// The venue does not work it for now.
    case suspended = "suspended"

    /// The word for an order with these facts.
    public init(_ state: OrderState) {
        self =
            switch state.status {
            case .pendingNew: state.heldForVenue == nil ? .pendingNew : .pendingReview
            case .new: .new
            case .partiallyFilled: .partiallyFilled
            case .filled: .filled
            // Nothing is left to go on with on another day.
            case .doneForDay: state.leaves == .zero ? .filled : .doneForDay
            case .cancelled: .canceled
            case .expired: .expired
            case .pendingCancel: .pendingCancel
            case .pendingReplace: .pendingReplace
            case .rejected: .rejected
            case .suspended: .suspended
            }
    }
}
