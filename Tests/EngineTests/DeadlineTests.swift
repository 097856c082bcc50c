import BifrostKernel
import EventStore
import Orders
import Sagas
import Testing
import Threads

@testable import Engine

@Suite("Deadlines on a clock that goes on")
struct DeadlineTests {
    private let log = MemoryLog(id: Identifier(high: 1, low: 2))
    private let time = SetTime()

    private func open() throws -> (TestDesk, AccountID) {
        let desk = TestDesk(log, time: time, simulatedClock: false)
        try desk.start()
        desk.declareMarket()
        return (desk, try desk.openAccount("a", deposit: "1000"))
    }

    private func place(_ desk: TestDesk, _ account: AccountID) throws -> OrderID {
        guard case .decided(_, let outcome) = desk.perform("o1", .placeOrder(account, try desk.order(5)))
        else {
            throw NoAnswer()
        }
        desk.settle()
        return OrderID(outcome.subject)
    }

    /// Waits for the first event that `isIt`, at most so long; nobody else wakes the engine meanwhile.
    private func first(_ desk: TestDesk, _ isIt: (OrderEvent) -> Bool) throws -> OrderEvent? {
        let deadline = MonotonicTime.now.advanced(millis: 20_000)
        while MonotonicTime.now < deadline {
            for case (_, .order(let event)) in try desk.events() where isIt(event) { return event }
            pause(millis: 20)
        }
        return nil
    }

    @Test("a venue that lost an order gets it again when its time is over, and the order fills once")
    func asksAgain() throws {
        let (desk, account) = try open()
        defer { desk.stop() }
        desk.venue.ignore(sends: 1)
        let order = try place(desk, account)
        #expect(desk.venue.executionCount == 0 && desk.venue.ignoresLeft == 0)
        time.pass(seconds: 9)
        pause(millis: 1_500)
        #expect(try !desk.events().contains { $0.event.asksVenue })
        time.pass(seconds: 2)
        let event = try first(desk) { if case .executed = $0 { true } else { false } }
        #expect(event?.order == order)
        desk.settle()
        #expect(desk.venue.executionCount == 1)
        #expect(try desk.events().filter { $0.event.asksVenue }.count == 1)
    }

    @Test("a venue that stays silent leaves the order to a person")
    func parks() throws {
        let (desk, account) = try open()
        defer { desk.stop() }
        desk.venue.ignore(sends: 100)
        let order = try place(desk, account)
        for attempt in 1...3 as ClosedRange<UInt32> {
            time.pass(seconds: 11)
            let asked = try first(desk) {
                if case .statusRequested(let fact) = $0 { fact.attempt == attempt } else { false }
            }
            #expect(asked?.order == order)
            // It is in the log before the venue has it.
            desk.settle()
        }
        time.pass(seconds: 11)
        #expect(try first(desk) { if case .parked = $0 { true } else { false } }?.order == order)
        desk.settle()
        #expect(desk.venue.ignoresLeft == 96)
        desk.venue.ignore(sends: 0)
        var wanted = ResolveOrder()
        wanted.order = order
        wanted.retry = true
        desk.perform("retry", .resolveOrder(account, wanted))
        desk.settle()
        #expect(desk.venue.executionCount == 1)
    }
}

extension DomainEvent {
    fileprivate var asksVenue: Bool {
        if case .order(.statusRequested) = self { true } else { false }
    }
}
