public import BifrostKernel

/// The published names of a choice, spelled once: spelling one costs more than the rest of its row.
public struct ChoiceNames<Choice: WireChoice>: Sendable {
    private let names: [String]

    /// Of all cases.
    public init(_ type: Choice.Type) {
        var names: [String] = []
        for choice in Choice.allCases {
            while names.count <= Int(choice.rawValue) { names.append("") }
            names[Int(choice.rawValue)] = choice.name
        }
        self.names = names
    }

    /// The name of a case.
    public subscript(choice: Choice) -> String { names[Int(choice.rawValue)] }
}
