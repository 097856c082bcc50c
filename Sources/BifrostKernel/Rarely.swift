/// A value that most of its owners never have, or that is seldom asked for: it costs one word where there is
/// none, and a box where there is one.
public struct Rarely<Value: Sendable>: Sendable {
    private final class Box: Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    private var box: Box?

    /// None.
    public static var never: Rarely { Rarely(box: nil) }
    /// One, in a box.
    public static func kept(_ value: Value) -> Rarely { Rarely(box: Box(value)) }

    /// The value, `nil` when there is none.
    public var value: Value? { box?.value }
    /// Asks the value where it stands: a copy may cost more than what is asked.
    public func look<Answer>(_ body: (Value) -> Answer) -> Answer? { box.map { body($0.value) } }
    /// Whether there is none.
    public var isNever: Bool { box == nil }
}

extension Rarely: Equatable where Value: Equatable {
    /// Compares the values, not the boxes.
    public static func == (left: Rarely, right: Rarely) -> Bool { left.value == right.value }
}
