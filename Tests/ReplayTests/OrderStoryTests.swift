import BifrostKernel
import Engine
import EventStore
import Orders
import Sagas
import Testing

@testable import Replays

@Suite("The story of an order")
struct OrderStoryTests {
    private let recorded: RecordedLog
    private let account: AccountOpened

    init() throws {
        recorded = try RecordedLog()
        account = try recorded.openAccount("main", deposit: "1000")
    }

    private func story(_ name: String, account: AccountOpened? = nil) throws -> OrderStory {
        try OrderStory.find(name, account: account, recorded.log, RecordedLog.trading)
    }

    private func text(_ story: OrderStory) -> String {
        story.sentences.map { ([$0.text] + $0.details).joined(separator: "\n") }.joined(separator: "\n")
    }

    @Test("a filled order is told with every number, from placement to reservation")
    func filled() throws {
        let order = try recorded.place("o1", account, .buy, 30).subject
        try recorded.fill(order, account, at: "10")
        let story = try story(order.text)
        #expect(
            story.sentences.map { $0.type } == [
                "OrderPlaced", "RiskAssessed", "ComplianceAssessed", "OrderApproved", "OrderAcknowledged",
                "OrderExecuted", "TradeBooked", "ReservationChanged",
            ]
        )
        let told = text(story)
        for part in [
            "alice placed an order for account main: buy 30 X, market, day.",
            "prices seen: bid 10, ask 10, last 10 from test at 1970-01-01T00:00:00.000000001Z",
            "client order id o1", "Risk let the order pass by limits version 1 and fees version 1.",
            "passed ORDER_VALUE_ABOVE_LIMIT: limit 10000000, was 300",
            "passed BUYING_POWER_EXCEEDED: limit 1000, was 330.17",
            "held back: 330.17 USD, 11 a unit and commission of 5 basis points",
            "Compliance cleared the order by restricted list version 0.", "passed INSTRUMENT_RESTRICTED",
            "goes to venue paper", "venue:paper acknowledged the order as V-",
            "venue:paper reported a fill: bought 30 at 10.", "commission 0.05 USD",
            "CASH_SETTLED -300.05 USD", "POSITION_SETTLED 30 X",
            "The fill consumed its reservation; nothing is held back any more.",
        ] { #expect(told.contains(part), "\(part)") }
    }

    @Test("an order is found by the client's name, with and without the account")
    func byName() throws {
        let order = try recorded.place("o1", account, .buy, 1).subject
        #expect(try story("o1").subject == order)
        #expect(try story("o1", account: account).subject == order)
        #expect(try story("place-o1").subject == order)
        let other = try recorded.openAccount("other", deposit: "1000")
        _ = try recorded.place("o1", other, .buy, 1)
        #expect(throws: ReplayError.ambiguous("o1", accounts: [account.account, other.account])) {
            try story("o1")
        }
        #expect(try story("o1", account: account).subject == order)
    }

    @Test("an order that risk refused is told with rule, limit and number")
    func refused() throws {
        let outcome = try recorded.place("big", account, .buy, 500)
        let told = text(try story(outcome.subject.text))
        #expect(told.contains("Risk refused the order by limits version 1 and fees version 1."))
        #expect(told.contains("refused BUYING_POWER_EXCEEDED: limit 1000, was 5502.75"))
        #expect(
            told.contains("The order was refused by risk: BUYING_POWER_EXCEEDED.\nlimit 1000\nwas 5502.75")
        )
    }

    @Test("a command that was refused before it made an order is told with what it asked for")
    func rejected() throws {
        var move = MoveCash()
        move.amount = try Money("5000")
        let outcome = try recorded.pose("w1", .withdraw(account.account, move))
        for name in ["w1", outcome.subject.text] {
            let told = text(try story(name))
            #expect(
                told.contains("tester asked to withdraw 5000 USD. The core refused it: CASH_INSUFFICIENT.")
            )
            #expect(told.contains("limit 1000\nwas 5000"))
        }
        _ = try recorded.place("nil", account, .buy, 0)
        let told = text(try story("place-nil"))
        #expect(
            told.contains(
                "alice asked to place an order: buy 0 X, market, day (client order id nil)."
                    + " The core refused it: QUANTITY_NOT_POSITIVE."
            )
        )
    }

    @Test("what led to an event from outside the story is part of it")
    func causes() throws {
        let order = try recorded.place("o1", account, .buy, 1).subject
        try recorded.roll(0)
        let story = try story(order.text)
        #expect(story.sentences.map { $0.type }.suffix(2) == ["OrderExpired", "ReservationChanged"])
        #expect(story.background.map { $0.text } == ["The day 1970-01-01 of calendar XNYS ended."])
        #expect(story.background.first?.position == story.sentences.last?.cause)
    }

    @Test("a name that nothing has is refused")
    func unknown() throws {
        let absent = Identifier(.order, slot: 1, shard: 1, birth: 2)
        for name in ["nothing", absent.text, Identifier(high: 1, low: 2).text] {
            #expect(throws: ReplayError.unknownOrder(name)) { try story(name) }
        }
    }
}
