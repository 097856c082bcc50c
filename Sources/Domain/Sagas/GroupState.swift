public import BifrostKernel

/// Where a group of orders stands of which one does something to another.
public enum GroupState: UInt8, SagaState {
    /// Its orders are being judged, or the first works and the others wait for what it trades.
    case entering = 1
    /// Its legs are at the venue, or on their way there; two of them share one quantity.
    case working = 2
    /// What is left of it is being cancelled.
    case closing = 3
    /// It cannot go on by itself: a person has to see to it.
    case parked = 4
    /// Its legs traded the whole quantity.
    case completed = 5
    /// It ended before that.
    case ended = 6

    /// What happens to a group.
    public enum Trigger: UInt8, WireChoice {
        /// Both legs passed their judges.
        case legsPlaced = 1
        /// The entry can trade no more, and traded at least a lot.
        case entryFilled = 2
        /// The entry can trade no more, and did not trade a lot.
        case entryClosed = 3
        /// So did an entry that was cancelled for a split: prices and quantities are another unit's.
        case termsOutdated = 4
        /// A judge or the venue refused one of its orders.
        case legRefused = 5
        /// The legs together traded the whole quantity.
        case legFilled = 6
        /// A leg can trade no more, and the whole quantity has not traded.
        case legClosed = 7
        /// The venue refused to make a leg smaller by what the other one traded.
        case reductionRefused = 8
        /// The venue refused to cancel a leg, and still works it.
        case cancelRefused = 9
        /// Somebody cancelled the group.
        case cancelRequested = 10
        /// A person wants what was refused to be tried again.
        case retryRequested = 11
        /// A person gave it up: what is open is cancelled.
        case closedByPerson = 12
        /// Nothing is open, and the whole quantity traded.
        case allFilled = 13
        /// Nothing is open.
        case allClosed = 14
    }

    /// Nothing was placed yet.
    public static let first = entering
    /// Every step that it can take.
    public static let steps: [SagaStep<Self>] = [
        SagaStep(.entering, .legRefused, .ended),
        SagaStep(.entering, .legsPlaced, .working),
        SagaStep(.entering, .entryFilled, .working),
        SagaStep(.entering, .entryClosed, .ended),
        SagaStep(.entering, .termsOutdated, .parked),
        SagaStep(.entering, .cancelRequested, .closing),
        SagaStep(.working, .legFilled, .closing),
        SagaStep(.working, .legClosed, .closing),
        SagaStep(.working, .legRefused, .parked),
        SagaStep(.working, .reductionRefused, .parked),
        SagaStep(.working, .cancelRequested, .closing),
        SagaStep(.closing, .cancelRefused, .parked),
        SagaStep(.closing, .allFilled, .completed),
        SagaStep(.closing, .allClosed, .ended),
        SagaStep(.parked, .retryRequested, .working),
        SagaStep(.parked, .closedByPerson, .closing),
        SagaStep(.parked, .cancelRequested, .closing),
        SagaStep(.parked, .legFilled, .closing),
        SagaStep(.parked, .allFilled, .completed),
        SagaStep(.parked, .allClosed, .ended),
    ]
}

/// What a person should know of a group, although it changes nothing any more.
public enum GroupFlag: UInt8, WireChoice {
    /// Its legs traded more than the quantity that they share.
    case overfilled = 1
    /// A trade was corrected or taken back after the group had acted on it.
    case revised = 2
    /// An order traded after the group had done with it: its legs do not cover that.
    case tradedLate = 3
}
