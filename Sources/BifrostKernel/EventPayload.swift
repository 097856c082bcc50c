/// A fact as the log stores it: a protobuf message with a number and a version that are never reused.
public protocol EventPayload: WireFields, Sendable, Equatable {
    /// The number under which the log files it.
    static var eventType: UInt32 { get }
    /// The name in the published schema and in exports.
    static var eventName: StaticString { get }
    /// The version of the schema that this build writes.
    static var schemaVersion: UInt32 { get }
}

extension EventPayload {
    /// The first version, unless a type says otherwise.
    @inlinable public static var schemaVersion: UInt32 { 1 }
}

/// What a rule looked at and found; a verdict is a list of these.
public struct RuleCheck: WireFields, Hashable, Sendable {
    /// The rule, by the code that it refuses with.
    public var rule: RejectionCode? = nil
    /// Whether the rule let the order pass.
    public var passed = false
    /// The limit, in units of 10⁻⁹, where the rule has one.
    public var limit: Int128? = nil
    /// The number that was held against it, in units of 10⁻⁹.
    public var value: Int128? = nil
    /// Whether the rule would have refused and let pass as policy says, with a warning.
    public var warned = false

    /// An empty check.
    public init() {}
    /// Puts the parts together.
    public init(
        _ rule: RejectionCode,
        passed: Bool,
        limit: Int128? = nil,
        value: Int128? = nil,
        warned: Bool = false
    ) {
        self.rule = rule
        self.passed = passed
        self.limit = limit
        self.value = value
        self.warned = warned
    }

    /// Visits the fields of `bifrost.v1.RuleCheck`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.code(1, "rule", &rule)
        try visitor.flag(2, "passed", &passed)
        try visitor.wide(3, "limit", &limit)
        try visitor.wide(4, "value", &value)
        try visitor.flag(5, "warned", &warned)
    }
}
