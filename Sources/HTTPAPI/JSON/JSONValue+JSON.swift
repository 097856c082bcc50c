public import Replays

extension JSONValue {
    /// The same value, to be printed for people.
    public init(_ json: JSON) {
        self =
            switch json {
            case .null: .null
            case .bool(let value): .flag(value)
            case .number(let digits): .raw(digits)
            case .string(let text): .text(text)
            case .array(let elements): .list(elements.map { JSONValue($0) })
            case .object(let members): .object(members.map { ($0.name, JSONValue($0.value)) })
            }
    }
}
