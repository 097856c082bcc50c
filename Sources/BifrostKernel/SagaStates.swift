/// The states of a saga, and what leads from one to the next: the code goes by this table, and the docs draw
/// it.
public protocol SagaState: WireChoice, Equatable {
    /// What happens to a saga of this kind.
    associatedtype Trigger: WireChoice, Equatable
    /// Where it begins.
    static var first: Self { get }
    /// Every step that it can take.
    static var steps: [SagaStep<Self>] { get }
}

/// One step of a saga.
public struct SagaStep<State: SagaState>: Sendable {
    /// Where it stands.
    public let from: State
    /// What happens.
    public let trigger: State.Trigger
    /// Where it stands then.
    public let to: State

    /// Puts the parts together.
    public init(_ from: State, _ trigger: State.Trigger, _ to: State) {
        self.from = from
        self.trigger = trigger
        self.to = to
    }
}

extension SagaState {
    /// Where `trigger` leads from here; `nil` when it changes nothing.
    public func after(_ trigger: Trigger) -> Self? {
        Self.steps.first { $0.from == self && $0.trigger == trigger }?.to
    }

    /// Whether no step leads on.
    public var isFinal: Bool { !Self.steps.contains { $0.from == self } }

    /// The table as the text of a Mermaid state diagram.
    public static var diagram: String {
        var lines = ["stateDiagram-v2", "    [*] --> \(first.name)"]
        lines += steps.map { "    \($0.from.name) --> \($0.to.name): \($0.trigger.name)" }
        lines += allCases.filter(\.isFinal).map { "    \($0.name) --> [*]" }
        return lines.joined(separator: "\n")
    }
}
