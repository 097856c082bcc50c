import BifrostKernel
import Orders
import SeededChoices
import Testing

@Suite("Order status")
struct OrderStatusTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let facts: [OrderEvent]
        let status: OrderStatus
        let filled: Int64
        let leaves: Int64

        init(_ name: String, _ facts: [OrderEvent], _ status: OrderStatus, _ filled: Int64, _ leaves: Int64) {
            testDescription = name
            self.facts = facts
            self.status = status
            self.filled = filled
            self.leaves = leaves
        }
    }

    static let requested = OrderEvent.cancelRequested(Fixture.cancelRequested)
    static let cancelled = OrderEvent.cancelled(Fixture.cancelled(units: 100))
    static let expired = OrderEvent.expired(Fixture.expired(units: 100))
    static let rejected = OrderEvent.rejected(Fixture.rejected())

    static let table: [Row] = [
        Row("no facts", [], .pendingNew, 0, 0),
        Row("placed", [.placed(Fixture.placed())], .pendingNew, 0, 100),
        Row("acknowledged", Fixture.live, .new, 0, 100),
        Row("a partial fill", Fixture.live + [Fixture.filled(40)], .partiallyFilled, 40, 60),
        Row("a full fill", Fixture.live + [Fixture.filled(100)], .filled, 100, 0),
        Row("an overfill", Fixture.live + [Fixture.filled(101)], .filled, 101, 0),
        Row(
            "a fill before the acknowledgement",
            [.placed(Fixture.placed()), Fixture.filled(40)],
            .partiallyFilled,
            40,
            60
        ),
        Row("a pending cancel", Fixture.live + [requested], .pendingCancel, 0, 100),
        Row(
            "a pending cancel outranks a partial fill before it",
            Fixture.live + [Fixture.filled(40), requested],
            .pendingCancel,
            40,
            60
        ),
        Row(
            "a pending cancel outranks a partial fill after it",
            Fixture.live + [requested, Fixture.filled(40)],
            .pendingCancel,
            40,
            60
        ),
        Row(
            "a full fill answers a pending cancel",
            Fixture.live + [requested, Fixture.filled(100)],
            .filled,
            100,
            0
        ),
        Row(
            "a refused cancel restores what was before",
            Fixture.live + [Fixture.filled(40), requested, .cancelRejected(Fixture.cancelRejected)],
            .partiallyFilled,
            40,
            60
        ),
        Row("a cancel", Fixture.live + [requested, cancelled], .cancelled, 0, 0),
        Row(
            "a cancel after a partial fill",
            Fixture.live + [Fixture.filled(40), cancelled],
            .cancelled,
            40,
            0
        ),
        Row(
            "a partial fill after the cancel stays cancelled with nothing left",
            Fixture.live + [cancelled, Fixture.filled(40)],
            .cancelled,
            40,
            0
        ),
        Row(
            "a full fill outranks the cancel",
            Fixture.live + [cancelled, Fixture.filled(100)],
            .filled,
            100,
            0
        ),
        Row("an expiry", Fixture.live + [expired], .expired, 0, 0),
        Row(
            "a partial fill after the expiry stays expired",
            Fixture.live + [expired, Fixture.filled(40)],
            .expired,
            40,
            0
        ),
        Row(
            "a full fill outranks the expiry",
            Fixture.live + [expired, Fixture.filled(100)],
            .filled,
            100,
            0
        ),
        Row("a rejection", [.placed(Fixture.placed()), rejected], .rejected, 0, 0),
        Row("a rejection of a pending cancel", Fixture.live + [requested, rejected], .rejected, 0, 0),
        Row(
            "a partial fill after the rejection",
            Fixture.live + [rejected, Fixture.filled(40)],
            .rejected,
            40,
            0
        ),
        Row(
            "a full fill outranks the rejection",
            Fixture.live + [rejected, Fixture.filled(100)],
            .filled,
            100,
            0
        ),
    ]

    @Test("status follows the precedence of FIX", arguments: table)
    func follows(row: Row) {
        let state = folded(Order.self, row.facts)
        #expect(state.status == row.status)
        #expect(state.cumulative == Quantity(units: row.filled))
        #expect(state.leaves == Quantity(units: row.leaves))
    }

    @Test("every status has its value of tag 39")
    func speaksFIX() {
        let all: [OrderStatus] = [
            .pendingNew, .new, .partiallyFilled, .filled, .pendingCancel, .cancelled, .expired, .rejected,
        ]
        #expect(String(all.map(\.fix)) == "A01264C8")
    }

    @Test("the average price is the traded amount over the traded quantity")
    func averages() {
        var state = folded(Order.self, Fixture.live)
        #expect(state.averagePrice == nil)
        Order.evolve(
            &state,
            by: .executed(Fixture.report(1, Quantity(units: 1), price: Price(cents: 1000)))
        )
        Order.evolve(
            &state,
            by: .executed(Fixture.report(2, Quantity(units: 2), price: Price(cents: 1001)))
        )
        #expect(state.averagePrice == Price(nanos: 10_006_666_667))
    }

    /// What may be said of one order in any sequence: trades, an acknowledgement, a cancel asked for, one
    /// end.
    private static func story(_ generator: inout Generator, _ quantity: Quantity) -> [OrderCommand] {
        let count = generator.int(0...6)
        var story: [OrderCommand] = (0..<count).map { number in
            let extreme = generator.chance(10)
            let nanos = extreme ? Quantity.nanosMax : generator.int64(1...quantity.nanos)
            return .execute(Fixture.report(Int64(number) + 1, Quantity(nanos: nanos)))
        }
        if generator.chance(80) { story.append(.acknowledge(Fixture.acknowledged)) }
        if generator.chance(40) { story.append(.requestCancel(Fixture.cancelRequested)) }
        switch generator.int(0...4) {
        case 0: story.append(.confirmCancel(Sample.order))
        case 1: story.append(.expire(Sample.order))
        case 2: story.append(.reject(Fixture.rejected()))
        default: break
        }
        return story
    }

    private static func run(_ story: [OrderCommand], _ quantity: Quantity) throws -> (OrderState, Int) {
        var state = folded(Order.self, [.placed(Fixture.placed(quantity)), .approved(Fixture.approved)])
        var booked = 0
        for command in story {
            for event in try decided(Order.self, command, state) {
                if case .executed = event { booked += 1 }
                Order.evolve(&state, by: event)
            }
        }
        return (state, booked)
    }

    @Test("any order and repetition of what a venue says gives the same order", arguments: Seeds.take(200))
    func commutes(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for _ in 0..<10 {
            let extreme = generator.chance(20)
            let quantity =
                extreme ? Quantity(nanos: Quantity.nanosMax) : Quantity(units: generator.int64(1...1000))
            let story = Self.story(&generator, quantity)
            var traded = Int128(0)
            var trades = 0
            for case .execute(let report) in story {
                traded += Int128(report.quantity.nanos)
                trades += 1
            }
            let (plain, booked) = try Self.run(story, quantity)
            #expect(booked == trades)
            #expect(plain.executions.count == trades)
            #expect(Int128(plain.cumulative.nanos) == min(traded, Int128(Quantity.nanosMax)))
            for _ in 0..<4 {
                let repeats = story.filter { _ in generator.chance(50) }
                let shuffled = (story + repeats).shuffled(using: &generator)
                let (other, bookedThere) = try Self.run(shuffled, quantity)
                try #require(bookedThere == trades)
                try #require(other.status == plain.status)
                try #require(other.cumulative == plain.cumulative)
                try #require(other.leaves == plain.leaves)
                try #require(other.averagePrice == plain.averagePrice)
            }
        }
    }
}
