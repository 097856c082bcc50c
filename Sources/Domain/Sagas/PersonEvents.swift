public import BifrostKernel

// What the log says about people: that an opaque thing stands in a role to an account, or acts under a name.
// Names, e-mails and notes stand in a table that can be erased, with the salt that opens the commitment:
//
//     commitment = SHA-256("BIFROST1-PERSON" 15 bytes · salt 32 · person's id 16)
//
// Each link has a salt of its own, so that two links of one person look like links of two. The layout is
// frozen.

/// A person in a role, by a salted digest that nobody can open without the salt.
public struct PersonCommitment: WireFields, Equatable, Sendable {
    /// The role: `holder`, `trader`, `adviser`.
    public var role = ""
    /// The commitment, 32 bytes.
    public var commitment: [UInt8] = []
    /// The bytes of a commitment.
    public static let byteCount = 32
    /// An empty commitment.
    public init() {}
    /// Visits the fields of `bifrost.v1.PersonCommitment`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "role", &role)
        try visitor.bytes(2, "commitment", &commitment)
    }
}

/// A person was linked to an account, or to a name that acts.
public struct PersonLinked: EventPayload {
    /// 12 in the registry.
    public static let eventType: UInt32 = 12
    /// The published name.
    public static let eventName: StaticString = "PersonLinked"
    /// The account; none where the link is to an actor alone.
    public var account = AccountID.none
    /// The name under which the person acts; empty where there is none.
    public var actor = ""
    /// Who it is, for whoever has the salt.
    public var person = PersonCommitment()
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.PersonLinked`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.text(2, "actor", &actor)
        try visitor.message(3, "person", &person)
    }
}

/// What was kept about a person was erased, the salts too: its commitments cannot be opened any more.
public struct PersonErased: EventPayload {
    /// 13 in the registry.
    public static let eventType: UInt32 = 13
    /// The published name.
    public static let eventName: StaticString = "PersonErased"
    /// The opaque id under which it was kept.
    public var person = Identifier.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.PersonErased`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "personId", &person)
    }
}

/// What happens to what is kept about people.
public enum PersonEvent: Equatable, Sendable {
    /// A link was made.
    case linked(PersonLinked)
    /// A person was erased.
    case erased(PersonErased)
}

extension Shard {
    /// Records a link or an erasure: no decision stands on either.
    static func person(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        switch posed.command {
        case .linkPerson(let link) where link.account != .none:
            _ = try entry(link.account, state)
            try decision.emit(
                Draft(
                    .person(.linked(link)),
                    StreamOrdinal(.account, of: link.account.id),
                    account: AccountOrdinal(link.account),
                    correlation: command(posed, slot: link.account.id.slot)
                )
            )
        case .linkPerson(let link):
            try decision.emit(Draft(.person(.linked(link)), .shard, correlation: command(posed)))
        case .erasePerson(let fact):
            try decision.emit(Draft(.person(.erased(fact)), .shard, correlation: command(posed)))
        default: preconditionFailure("only commands about people come here")
        }
    }
}
