/// A promise that was broken, by the number that the design gives it.
public struct Violation: Error, Equatable, Sendable {
    /// The promise: `I1` to `I13`.
    public let invariant: String
    /// What was expected and what was found.
    public let text: String

    init(_ invariant: String, _ text: String) {
        self.invariant = invariant
        self.text = text
    }
}

/// Breaks off the simulation unless `condition` holds.
func expect(_ condition: Bool, _ invariant: String, _ text: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(invariant, text()) }
}
