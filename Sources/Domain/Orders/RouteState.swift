public import BifrostKernel

/// What an order and its venue owe each other.
public enum RouteState: UInt8, SagaState {
    /// The venue has answered everything that it was told.
    case answered = 1
    /// It was told something, and its time to answer runs.
    case waiting = 2
    /// Its time was over: it was told again, which asks for all that it knows of the order.
    case asked = 3
    /// It does not answer: a person has to find out.
    case parked = 4

    /// What happens between them.
    public enum Trigger: UInt8, WireChoice {
        /// The order, a cancel or other terms went to the venue.
        case told = 1
        /// The venue said what became of it.
        case answerCame = 2
        /// The time to answer is over.
        case deadlineReached = 3
        /// So is the last time of those that it is asked.
        case attemptsUsed = 4
        /// A person wants it asked again.
        case retryRequested = 5
        /// A person found out that the venue does not work the order.
        case closedByPerson = 6
        /// The venue spoke of it, and still owes an answer: its time begins anew.
        case spokeOtherwise = 7
    }

    /// Nothing was told yet.
    public static let first = answered
    /// Every step that it can take.
    public static let steps: [SagaStep<Self>] = [
        SagaStep(.answered, .told, .waiting),
        SagaStep(.waiting, .answerCame, .answered),
        SagaStep(.waiting, .deadlineReached, .asked),
        SagaStep(.asked, .answerCame, .answered),
        SagaStep(.asked, .deadlineReached, .asked),
        SagaStep(.asked, .attemptsUsed, .parked),
        SagaStep(.asked, .spokeOtherwise, .waiting),
        SagaStep(.parked, .answerCame, .answered),
        SagaStep(.parked, .retryRequested, .asked),
        SagaStep(.parked, .closedByPerson, .answered),
        SagaStep(.parked, .spokeOtherwise, .waiting),
    ]

    /// Whether the venue's time runs.
    public var hasDeadline: Bool { self == .waiting || self == .asked }

    /// How often a venue is asked before a person is.
    public static let attemptsMax: UInt32 = 3
}

extension OrderState {
    /// Where it stands with its venue: derived like the status, so that whatever the venue says is an answer.
    public var route: RouteState {
        guard venue != nil, isOpen, awaitsAnswer else { return .answered }
        guard let rare = rare.value else { return .waiting }
        return rare.parked ? .parked : rare.statusRequests > 0 ? .asked : .waiting
    }

    /// How often the venue was asked since it answered last.
    public var statusRequests: UInt32 { rare.value?.statusRequests ?? 0 }

    private var awaitsAnswer: Bool {
        (!acknowledged && executions.isEmpty) || cancelPending || !pendingReplaces.isEmpty
    }

    /// An answer starts the count anew.
    mutating func hear() {
        guard let rare = rare.value, rare.parked || rare.statusRequests > 0 else { return }
        self.rare.change { rare in
            rare.statusRequests = 0
            rare.parked = false
        }
    }
}
