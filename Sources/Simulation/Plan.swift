internal import SeededChoices

/// What can happen in one step of a simulation.
public enum StepKind: UInt8, CaseIterable, Sendable {
    /// A client or an operator poses a new command.
    case pose
    /// A command is posed again, as after a lost answer.
    case poseAgain
    /// An id is used again with another content.
    case reuseID
    /// An operator states a global fact.
    case state
    /// The trading engine decides.
    case decide
    /// The trading engine appends.
    case append
    /// The trading engine carries its instructions to the venue.
    case carry
    /// The reference engine decides.
    case decideFacts
    /// The reference engine appends.
    case appendFacts
    /// The copier copies.
    case copy
    /// The venue takes an instruction or makes a trade.
    case trade
    /// A report of the venue arrives.
    case report
    /// The venue says what nobody expects: a late fill, an overfill, another story about a known trade.
    case stray
    /// The market moves.
    case move
    /// The clock goes on, or jumps.
    case clock
    /// The next append fails, in one way or another.
    case failAppend
    /// The store cannot be reached for a while.
    case failStore
    /// The trading engine's process ends without a word.
    case crash
    /// The reference engine's process ends without a word.
    case crashFacts
    /// The trading engine loses its lease and does not know it.
    case usurp
    /// An engine that lost its shard wakes up and goes on.
    case wake
    /// What is missing is started.
    case start

    /// How often it happens, before a seed makes it more or less frequent.
    fileprivate var weight: Int {
        switch self {
        case .pose: 24
        case .poseAgain, .reuseID, .state, .stray, .clock: 3
        case .decide, .append: 14
        case .carry, .trade, .report: 8
        case .decideFacts, .appendFacts, .copy, .start: 5
        case .move, .wake: 2
        case .failAppend, .failStore, .crash, .crashFacts, .usurp: 1
        }
    }

    /// What no seed leaves out.
    fileprivate var isVital: Bool {
        switch self {
        case .pose, .decide, .append, .carry, .trade, .report, .start: true
        default: false
        }
    }
}

/// One step: what happens, and the number that all its choices follow from.
///
/// A step makes sense in any world, so that a plan is still one when steps are taken out of it.
public struct Step: Equatable, Sendable {
    /// What happens.
    public let kind: StepKind
    /// What its choices follow from.
    public let salt: UInt64
}

/// The steps of one simulation.
public struct Plan: Sendable {
    /// What everything follows from.
    public let seed: UInt64
    /// The steps that are taken, by their numbers in the whole plan.
    public let kept: [Int]
    let steps: [Step]

    /// Steps of a plan where nothing else is asked for.
    private static let stepsDefault = 400
    /// Every so many seeds the plan is four times as long: what is old by then shows there.
    private static let seedsPerLongPlan: UInt64 = 32

    /// The plan of `seed`; with `kept`, only those of its steps.
    public init(seed: UInt64, steps: Int? = nil, keeping kept: [Int]? = nil) {
        let isLong = seed % Self.seedsPerLongPlan == 0
        let count = steps ?? Self.stepsDefault * (isLong ? 4 : 1)
        var choices = Generator(seed: seed)
        // Each seed leaves some things out and does others often: what hides in an even mixture shows there.
        var bag: [StepKind] = []
        for kind in StepKind.allCases {
            let factor = choices.one(of: kind.isVital ? [1, 1, 2, 3] : [0, 1, 1, 2, 6])
            bag += Array(repeating: kind, count: kind.weight * factor)
        }
        self.seed = seed
        self.steps = (0..<count).map { _ in Step(kind: choices.one(of: bag), salt: choices.next()) }
        self.kept = kept?.filter { $0 < count } ?? Array(0..<count)
    }

    private init(_ plan: Plan, keeping kept: [Int]) {
        self.seed = plan.seed
        self.steps = plan.steps
        self.kept = kept
    }

    /// The same plan with fewer steps.
    func keeping(_ kept: [Int]) -> Plan { Plan(self, keeping: kept) }
}
