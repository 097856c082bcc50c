internal import BifrostKernel
internal import Orders

/// One fact of the paper venue; its book is the fold of all of them.
enum PaperFact: Equatable, Sendable {
    case moved(PaperMove)
    case accepted(PaperAcceptance)
    case executed(PaperExecution)
    case cancelled(PaperCancel)
    case refused(PaperRefusal)
    case triggered(PaperTrigger)
    case replaced(PaperReplacement)
    case replaceRefused(PaperReplaceRefusal)
    case busted(PaperBust)
    case corrected(PaperCorrection)
}

extension PaperFact: WireFields {
    init() { self = .moved(PaperMove()) }

    /// Exactly one of the messages.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var found: PaperFact?
        try Self.visit(1, "moved", moved, PaperFact.moved, &found, &visitor)
        try Self.visit(2, "accepted", accepted, PaperFact.accepted, &found, &visitor)
        try Self.visit(3, "executed", executed, PaperFact.executed, &found, &visitor)
        try Self.visit(4, "cancelled", cancelled, PaperFact.cancelled, &found, &visitor)
        try Self.visit(5, "refused", refused, PaperFact.refused, &found, &visitor)
        try Self.visit(6, "triggered", triggered, PaperFact.triggered, &found, &visitor)
        try Self.visit(7, "replaced", replaced, PaperFact.replaced, &found, &visitor)
        try Self.visit(8, "replaceRefused", replaceRefused, PaperFact.replaceRefused, &found, &visitor)
        try Self.visit(9, "busted", busted, PaperFact.busted, &found, &visitor)
        try Self.visit(10, "corrected", corrected, PaperFact.corrected, &found, &visitor)
        guard let found else { throw .missingField(number: 1) }
        self = found
    }

    private static func visit<M: WireFields, V: FieldVisitor>(
        _ number: UInt64,
        _ name: StaticString,
        _ message: M?,
        _ fact: (M) -> PaperFact,
        _ found: inout PaperFact?,
        _ visitor: inout V
    ) throws(WireError) {
        var message = message
        try visitor.message(number, name, &message)
        guard let message else { return }
        guard found == nil else { throw .outOfRange(field: number) }
        found = fact(message)
    }

    private var moved: PaperMove? { if case .moved(let fact) = self { fact } else { nil } }
    private var accepted: PaperAcceptance? { if case .accepted(let fact) = self { fact } else { nil } }
    private var executed: PaperExecution? { if case .executed(let fact) = self { fact } else { nil } }
    private var cancelled: PaperCancel? { if case .cancelled(let fact) = self { fact } else { nil } }
    private var refused: PaperRefusal? { if case .refused(let fact) = self { fact } else { nil } }
    private var triggered: PaperTrigger? { if case .triggered(let fact) = self { fact } else { nil } }
    private var replaced: PaperReplacement? { if case .replaced(let fact) = self { fact } else { nil } }
    private var replaceRefused: PaperReplaceRefusal? {
        if case .replaceRefused(let fact) = self { fact } else { nil }
    }
    private var busted: PaperBust? { if case .busted(let fact) = self { fact } else { nil } }
    private var corrected: PaperCorrection? { if case .corrected(let fact) = self { fact } else { nil } }
}

/// What one call did, whole or not at all.
struct PaperBatch: WireFields, Equatable, Sendable {
    var facts: [PaperFact] = []

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "facts", &facts)
    }
}
