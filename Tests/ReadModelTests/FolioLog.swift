import BifrostKernel
import EventStore
import Portfolios
import References
import RiskLimits
import Sagas

/// A log of one account's ledger: what the portfolio decides on commands, recorded as the engine would.
struct FolioLog {
    static let shard = ShardNumber(1)
    static let account = AccountID(Identifier(.account, slot: 1, shard: 1, birth: 1))
    static let instrument = InstrumentID(Identifier(.instrument, slot: 0, shard: 0, birth: 7))

    private(set) var batch = EventBatch()
    private(set) var position: Int64 = 0
    private var state = Portfolio.initial
    let opened: AccountOpened

    init() {
        var opened = AccountOpened()
        opened.account = Self.account
        opened.alias = "main"
        self.opened = opened
        record(opened, .account, on: 0)
    }

    /// What was recorded since the last call.
    mutating func take() -> EventBatch {
        defer { batch = EventBatch() }
        return batch
    }

    mutating func decide(_ command: PortfolioCommand, on date: Int32) throws {
        var decision = Decision<PortfolioEvent>()
        try Portfolio.decide(command, given: state, into: &decision)
        for event in decision.events {
            Portfolio.evolve(&state, by: event, at: Self.time(date, position + 1))
            record(event, on: date)
        }
    }

    /// A close at one mark, which becomes official before it.
    mutating func close(_ date: Int32, at price: String) throws {
        var marks = OfficialMarksRecorded()
        marks.date = BusinessDate(days: date)
        marks.version = 1
        marks.marks = [OfficialMark(Self.instrument, try Price(price))]
        var copied = ReferenceFactCopied()
        copied.type = OfficialMarksRecorded.eventType
        copied.schemaVersion = 1
        copied.payload = WireEncoder.encode(marks)
        record(copied, .reference, on: date)
        let seen = [MarkSeen(Self.instrument, try Price(price), stale: false)]
        try decide(
            .closeDay(Self.account, BusinessDate(days: date), .usd, marks: seen, marksVersion: 1),
            on: date
        )
    }

    /// A trade with a commission of 1, settled at once.
    mutating func trade(_ units: Int64, at price: String, on date: Int32) throws -> Identifier {
        var report = TradeReport()
        report.account = Self.account
        report.execution = Identifier(.execution, slot: 1, shard: 1, birth: position + 1)
        report.instrument = Self.instrument
        report.quantity = Quantity(units: units)
        report.price = try Price(price)
        let gross = Money.notional(report.price, report.quantity, .halfAwayFromZero)
        report.settlementAmount = gross < .zero ? -gross : gross
        report.commission = try Money("1")
        report.tradeDate = BusinessDate(days: date)
        report.effectiveAt = Self.time(date, position + 1)
        report.isCompared = false
        try decide(.book(report), on: date)
        return report.execution
    }

    /// Other limits of the account.
    mutating func limit(_ version: UInt32, on date: Int32) {
        var limits = AccountLimitsSet()
        limits.account = Self.account
        limits.version = version
        record(limits, .risk, on: date)
    }

    /// Takes a trade back.
    mutating func bust(_ execution: Identifier, of tradeDate: Int32, on date: Int32) throws {
        var bust = TradeCorrection()
        bust.account = Self.account
        bust.instrument = Self.instrument
        bust.execution = execution
        bust.newExecution = Identifier(.execution, slot: 1, shard: 1, birth: position + 1)
        bust.tradeDate = BusinessDate(days: tradeDate)
        try decide(.correct(bust), on: date)
    }

    static func time(_ date: Int32, _ position: Int64) -> Timestamp {
        Timestamp(nanos: Int64(date) * 86_400_000_000_000 + position)
    }

    private mutating func record(_ event: PortfolioEvent, on date: Int32) {
        switch event {
        case .deposited(let fact): record(fact, .portfolio, on: date)
        case .withdrawn(let fact): record(fact, .portfolio, on: date)
        case .tradeBooked(let fact): record(fact, .portfolio, on: date)
        case .tradeCorrected(let fact): record(fact, .portfolio, on: date)
        case .dividendAccrued(let fact): record(fact, .portfolio, on: date)
        case .positionImported(let fact): record(fact, .portfolio, on: date)
        case .dayClosed(let fact): record(fact, .portfolio, on: date)
        // What the venue's book claims is not part of these stories.
        default: break
        }
    }

    private mutating func record<P: EventPayload>(_ payload: P, _ kind: StreamKind, on date: Int32) {
        position += 1
        batch.begin(
            EventHeader(
                position: position,
                account: kind == .reference ? .none : AccountOrdinal(Self.account),
                stream: kind == .reference ? .reference : StreamOrdinal(kind, of: Self.account.id),
                version: position,
                type: P.eventType,
                schemaVersion: 1,
                receivedAt: Timestamp(nanos: position),
                recordedAt: Timestamp(nanos: position),
                effectiveAt: Self.time(date, position),
                businessDate: BusinessDate(days: date),
                commandID: ClientName("command-\(position)")!,
                commandDigest: CommandDigest(of: Array("command-\(position)".utf8)),
                causation: 0,
                correlation: Self.account.id,
                actor: ActorName("tester")!
            )
        )
        batch.finish(payload)
    }
}
