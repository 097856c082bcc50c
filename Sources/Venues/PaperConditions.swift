public import BifrostKernel
internal import Orders
internal import SeededChoices

/// What goes wrong at a paper venue, and how much of an order trades at once: all of it by a seed.
///
/// Rates are shares of the cases: 10,000 basis points are always. The venue's own book stays exact under any
/// of them, and nothing that it traded is unsaid for good.
public struct PaperConditions: Sendable, Equatable {
    /// What every choice follows from.
    public var seed: UInt64 = 0

    // Of the book.

    /// The share of the volume that a price carries that may trade here, by all orders together.
    ///
    /// `nil` for no bound; a price without a volume has none either.
    public var participation: BasisPoints?
    /// Whether a limit order that comes to rest stands behind as much as the last price carried.
    ///
    /// Volume of prices at its limit uses that up, and it trades from the next such price on; a price beyond
    /// its limit trades it at once.
    public var hasQueues = false
    /// How many new orders the venue refuses.
    public var rejects = BasisPoints(0)
    /// How many trades it takes back, when the price moves next.
    public var busts = BasisPoints(0)
    /// How many trades it gives another price, in the order's favour, when the price moves next.
    public var corrections = BasisPoints(0)
    /// How many cancels of a working limit order find that all or half of it traded at its limit before they
    /// came.
    public var cancelRaces = BasisPoints(0)

    // Of the way between core and venue, which forgets what is under way when the venue ends.

    /// How many price moves an instruction needs to arrive.
    public var latencyMoves = 0
    /// How many acknowledgements get lost, until the order comes again.
    public var droppedAcknowledgements = BasisPoints(0)
    /// How many acknowledgements are said twice.
    public var duplicatedAcknowledgements = BasisPoints(0)
    /// How many executions come behind later ones, half of them for the second time.
    public var disorderedExecutions = BasisPoints(0)
    /// At how many price moves the connection breaks without a word: what is sent vanishes, and what the
    /// venue has to say comes when it is there again.
    public var disconnects = BasisPoints(0)
    /// For how many price moves it stays broken; a new date ends it too.
    public var disconnectMoves = 3

    /// Nothing goes wrong, and orders trade whole.
    public static let none = PaperConditions()

    /// No conditions.
    public init() {}

    /// A bad day: every fault now and then, half of what trades in parts, and no latency, because marks may
    /// be the only moves.
    public static func faults(seed: UInt64) -> PaperConditions {
        var conditions = PaperConditions()
        conditions.seed = seed
        conditions.participation = BasisPoints(5_000)
        conditions.hasQueues = true
        conditions.rejects = BasisPoints(200)
        conditions.busts = BasisPoints(300)
        conditions.corrections = BasisPoints(300)
        conditions.cancelRaces = BasisPoints(2_000)
        conditions.droppedAcknowledgements = BasisPoints(500)
        conditions.duplicatedAcknowledgements = BasisPoints(500)
        conditions.disorderedExecutions = BasisPoints(1_000)
        conditions.disconnects = BasisPoints(200)
        return conditions
    }
}

/// What the book goes by beside its facts.
struct PaperRules: Sendable {
    /// What it charges, by the date of the trade, ascending.
    var schedules: [FeeSchedule]
    var conditions = PaperConditions.none

    /// What it charges for a trade on `date`: nothing before the first schedule.
    func schedule(on date: BusinessDate) -> FeeSchedule {
        schedules.last { $0.validFrom <= date } ?? FeeSchedule(BasisPoints(0))
    }

    /// What chance decides in the book.
    enum Matter: UInt64 {
        case reject = 1
        case bust = 2
        case correction = 3
        case correctedSteps = 4
        case race = 5
        case racedWhole = 6
    }

    /// A number that the seed, the matter and its subject alone decide, so that a venue that was restarted
    /// chooses as it would have.
    func draw(_ matter: Matter, _ subject: UInt64) -> UInt64 {
        var first = Generator(seed: conditions.seed ^ matter.rawValue << 56)
        var second = Generator(seed: first.next() ^ subject)
        return second.next()
    }

    func happens(_ matter: Matter, _ subject: UInt64, at rate: BasisPoints) -> Bool {
        rate > BasisPoints(0) && draw(matter, subject) % 10_000_000_000 < UInt64(rate.micros)
    }
}

extension OrderID {
    /// What chance knows it by.
    var subject: UInt64 { id.high ^ id.low }
}
