import BifrostKernel
import Orders
import SeededChoices
import Testing

@Suite("Rare facts of an order")
struct RareFactTests {
    static let facts: [(String, [OrderEvent], VenueFact, [OrderEvent])] = [
        ("replaced", [], .replaced(Fixture.replaced(80)), [.replaced(Fixture.replaced(80))]),
        ("replaced again", [.replaced(Fixture.replaced(80))], .replaced(Fixture.replaced(80)), []),
        ("replaced unasked by what is in force", [], .replaced(Fixture.replaced(100, 0)), []),
        ("a refusal of no request", [], .replaceRejected(Fixture.replaceRejected()), []),
        ("triggered again", [.triggered(Fixture.triggered)], .triggered(Fixture.triggered), []),
        (
            "done for the same day again", [.doneForDay(Fixture.doneForDay())],
            .doneForDay(Fixture.doneForDay()), []
        ),
        ("suspended again", [.suspended(Fixture.suspended)], .suspended(Fixture.suspended), []),
        ("resumed though not suspended", [], .resumed(Fixture.resumed), []),
        (
            "restated again", [.restated(Fixture.restated(Sample.day))],
            .restated(Fixture.restated(Sample.day)), []
        ),
    ]

    @Test("what is so already leaves nothing", arguments: facts)
    func notes(name: String, given: [OrderEvent], said: VenueFact, then: [OrderEvent]) {
        expect(Order.self, given: Fixture.live + given, when: .note(said), then: then)
    }

    @Test("a bust names the execution that it takes back, once")
    func busts() {
        var known = Fixture.busted(1, of: "E1")
        known.revision.revised = Sample.execution(1)
        let given = Fixture.live + [Fixture.filled(40)]
        let said = OrderCommand.note(.busted(Fixture.busted(1, of: "E1")))
        expect(Order.self, given: given, when: said, then: [.executionBusted(known)])
        expect(Order.self, given: given + [.executionBusted(known)], when: said, then: [])
    }

    @Test("a revision of an execution that was never seen is kept")
    func keepsUnseen() {
        let bust = Fixture.busted(1, of: "E9")
        expect(Order.self, given: Fixture.live, when: .note(.busted(bust)), then: [.executionBusted(bust)])
        let after = folded(Order.self, Fixture.live + [.executionBusted(bust)])
        #expect(after.cumulative == .zero)
        #expect(after.leaves == Quantity(units: 100))
    }

    @Test("two revisions of one report contradict each other: the second is kept and changes nothing")
    func keepsConflicts() {
        var second = Fixture.corrected(2, of: "E1", to: 20)
        second.revision.revised = Sample.execution(1)
        second.revision.conflicting = true
        let given = Fixture.live + [Fixture.filled(40), .executionBusted(Fixture.busted(1, of: "E1"))]
        expect(
            Order.self,
            given: given,
            when: .note(.corrected(Fixture.corrected(2, of: "E1", to: 20))),
            then: [.executionCorrected(second)]
        )
        #expect(folded(Order.self, given + [.executionCorrected(second)]).cumulative == .zero)
    }

    @Test("reports that revise each other in a circle end")
    func endsCircles() {
        let circle: [OrderEvent] = [
            .executionCorrected(Fixture.corrected(1, of: "R2", to: 10)),
            .executionCorrected(Fixture.corrected(2, of: "R1", to: 20)),
        ]
        let state = folded(Order.self, Fixture.live + circle + [Fixture.filled(40)])
        #expect(state.cumulative == Quantity(units: 40))
        #expect(state.trade(revisedBy: Fixture.revision(1, of: "R2").identity) == nil)
    }

    static let closures: [(String, [OrderEvent])] = [
        ("never at the venue", []), ("filled", [Fixture.filled(100)]),
        ("cancelled", [.cancelled(Fixture.cancelled(units: 100))]),
        ("expired", [.expired(Fixture.expired(units: 100))]), ("rejected", [.rejected(Fixture.rejected())]),
        ("pending cancel", [.cancelRequested(Fixture.cancelRequested)]),
    ]

    @Test("a closed order is not replaced", arguments: closures)
    func refusesReplaces(name: String, closure: [OrderEvent]) {
        let given = closure.isEmpty ? [.placed(Fixture.placed())] : Fixture.live + closure
        let traded = folded(Order.self, given).cumulative
        expect(
            Order.self,
            given: given,
            when: .requestReplace(Fixture.replaceRequested(80, 0), terms: Fixture.terms),
            refused: Rejection(.orderNotOpen, limit: 100_000_000_000, value: Int128(traded.nanos))
        )
    }

    @Test("the terms of a replacement are judged by form, and not below what traded")
    func judgesReplaces() {
        let given = Fixture.live + [Fixture.filled(40)]
        func refused(_ terms: AmendedTerms, _ rejection: Rejection) {
            var wanted = Fixture.replaceRequested(80, 0)
            wanted.terms = terms
            expect(
                Order.self,
                given: given,
                when: .requestReplace(wanted, terms: Fixture.terms),
                refused: rejection
            )
        }
        refused(Fixture.amended(0), Rejection(.quantityNotPositive, value: 0))
        refused(
            Fixture.amended(40),
            Rejection(.quantityBelowFilled, limit: 40_000_000_000, value: 40_000_000_000)
        )
        refused(Fixture.amended(80, limit: nil), Rejection(.limitPriceMissing))
        var stop = Fixture.amended(80)
        stop.stopPrice = Price(cents: 1)
        refused(stop, Rejection(.stopPriceUnexpected, value: 10_000_000))
    }

    @Test("requests are numbered as they are asked, and terms that are in force are no request")
    func numbersRequests() {
        let asked = OrderEvent.replaceRequested(Fixture.replaceRequested(80, 1))
        func ask(_ units: Int64) -> OrderCommand {
            .requestReplace(Fixture.replaceRequested(units, 0), terms: Fixture.terms)
        }
        expect(Order.self, given: Fixture.live, when: ask(80), then: [asked])
        expect(Order.self, given: Fixture.live, when: ask(100), then: [])
        let second = OrderEvent.replaceRequested(Fixture.replaceRequested(100, 2))
        expect(Order.self, given: Fixture.live + [asked], when: ask(100), then: [second])
    }

    /// Facts that do not depend on each other: trades, what revises them, terms by number, and one end.
    private static func story(_ generator: inout Generator) -> [OrderCommand] {
        var story: [OrderCommand] = [.acknowledge(Fixture.acknowledged)]
        let reinstates = generator.chance(50)
        for number in 1...generator.int64(1...6) {
            let units = generator.int64(1...60)
            story.append(.execute(Fixture.report(number, units: units)))
            let back = reinstates ? generator.int64(0...units) : 0
            switch generator.int(0...3) {
            case 0: story.append(.note(.busted(Fixture.busted(number, of: "E\(number)", reinstated: back))))
            case 1:
                let other = generator.int64(1...60)
                story.append(.note(.corrected(Fixture.corrected(number, of: "E\(number)", to: other))))
                guard generator.chance(50) else { break }
                story.append(.note(.busted(Fixture.busted(number + 50, of: "R\(number)"))))
            default: break
            }
        }
        if generator.chance(40) { story.append(.note(.doneForDay(Fixture.doneForDay()))) }
        if generator.chance(40) { story.append(.note(.triggered(Fixture.triggered))) }
        for request in 1...3 where generator.chance(40) {
            let units = generator.int64(1...200)
            story.append(.note(.replaced(Fixture.replaced(units, UInt32(request)))))
        }
        if generator.chance(30) { story.append(.note(.restated(Fixture.restated(Sample.day)))) }
        if !reinstates, generator.chance(40) { story.append(.reject(Fixture.rejected())) }
        return story
    }

    private static func run(_ story: [OrderCommand]) throws -> (OrderState, Int) {
        var state = folded(Order.self, [.placed(Fixture.placed()), .approved(Fixture.approved)])
        var booked = 0
        for command in story {
            for event in try decided(Order.self, command, state) {
                if case .executed = event { booked += 1 }
                Order.evolve(&state, by: event)
            }
        }
        return (state, booked)
    }

    @Test("any order and repetition of independent facts gives the same order", arguments: Seeds.take(200))
    func commutes(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for _ in 0..<10 {
            let story = Self.story(&generator)
            let trades = story.count { if case .execute = $0 { true } else { false } }
            let (plain, booked) = try Self.run(story)
            try #require(booked == trades, "no trade is refused or lost")
            let standing = plain.executions.values.reduce(0) { $0 + plain.standing($1).quantity.nanos }
            try #require(plain.cumulative.nanos == standing, "cumulative is the sum of what stands")
            for _ in 0..<4 {
                let repeats = story.filter { _ in generator.chance(50) }
                let shuffled = (story + repeats).shuffled(using: &generator)
                let (other, bookedThere) = try Self.run(shuffled)
                try #require(bookedThere == trades)
                try #require(other.cumulative == plain.cumulative)
                try #require(other.leaves == plain.leaves)
                try #require(other.lapsed == plain.lapsed)
                try #require(other.status == plain.status)
                try #require(AlpacaStatus(other) == AlpacaStatus(plain))
                try #require(other.averagePrice == plain.averagePrice)
                try #require(FIXReport(other) == FIXReport(plain))
            }
        }
    }
}
