internal import BifrostKernel
internal import Orders
internal import SeededChoices

/// The way between the core and the venue's book, with what goes wrong on it.
///
/// It holds nothing that counts: an instruction under way is sent again by a core that starts again, and
/// every trade is in the book, which says it again.
struct PaperLink: Sendable {
    private let conditions: PaperConditions
    private var choices: Generator
    private var moves = 0
    /// Instructions under way, each with the move that it arrives at.
    private var underWay: [(move: Int, instruction: VenueInstruction)] = []
    /// While the connection is broken, the move at which it is there again.
    private var brokenUntil: Int?
    private var unsaid: [VenueReport] = []

    init(_ conditions: PaperConditions) {
        self.conditions = conditions
        choices = Generator(seed: conditions.seed)
    }

    /// What arrives at once of what the core sends.
    mutating func send(_ instructions: [VenueInstruction]) -> [VenueInstruction] {
        guard brokenUntil == nil else { return [] }
        guard conditions.latencyMoves > 0 else { return instructions }
        for instruction in instructions {
            underWay.append((moves + conditions.latencyMoves, instruction))
        }
        return []
    }

    /// Counts a price move, and gives what arrives with it.
    mutating func move(isNewDate: Bool) -> [VenueInstruction] {
        guard conditions != .none else { return [] }
        moves += 1
        if let until = brokenUntil, moves >= until || isNewDate { brokenUntil = nil }
        if brokenUntil == nil, happens(conditions.disconnects), conditions.disconnectMoves > 0 {
            brokenUntil = moves + conditions.disconnectMoves
        }
        let arrived = underWay.prefix { $0.move <= moves }.map(\.instruction)
        underWay.removeFirst(arrived.count)
        return arrived
    }

    /// What the core hears now of what the venue says.
    mutating func carry(_ reports: [VenueReport]) -> [VenueReport] {
        guard conditions != .none else { return reports }
        var heard: [VenueReport] = []
        for report in reports {
            switch report {
            case .acknowledged:
                if happens(conditions.droppedAcknowledgements) { continue }
                heard.append(report)
                if happens(conditions.duplicatedAcknowledgements) { heard.append(report) }
            case .executed where happens(conditions.disorderedExecutions):
                unsaid.append(report)
                if choices.chance(50) { heard.append(report) }
            default: heard.append(report)
            }
        }
        guard brokenUntil != nil else { return heard }
        unsaid += heard
        return []
    }

    /// Nothing is under way or held back, and the connection is there.
    var isIdle: Bool { underWay.isEmpty && unsaid.isEmpty && brokenUntil == nil }

    /// Somebody listens anew.
    mutating func connect() { brokenUntil = nil }

    /// What was held back and is said now; nothing while the connection is broken.
    mutating func release() -> [VenueReport] {
        guard brokenUntil == nil else { return [] }
        defer { unsaid = [] }
        return unsaid
    }

    private mutating func happens(_ rate: BasisPoints) -> Bool {
        rate > BasisPoints(0) && choices.next() % 10_000_000_000 < UInt64(rate.micros)
    }
}
