import BifrostKernel
import Engine
import EventStore
import Sagas
import Testing
import Threads
import Venues

/// A clock that a test sets.
final class SetTime: TimeSource {
    private let nanos = Monitor<Int64>(1_700_000_000_000_000_000)

    func now() -> Timestamp { Timestamp(nanos: nanos.look { $0 }) }

    func step(seconds: Int64) { nanos.change { $0 += seconds * 1_000_000_000 } }
}

/// A trading shard's engine with one account, for tests that harm what is below it.
final class EngineDesk: Sendable {
    let engine: ShardEngine
    let time = SetTime()
    private let account: AccountID
    private let actor: ActorName

    init(_ log: any EventLog, venue: (any Venue)? = nil) throws {
        let options = EngineOptions(
            holder: "test",
            build: "test",
            isReference: false,
            simulatedClock: false,
            time: time
        )
        engine = ShardEngine(shard: ShardNumber(1), log: log, venue: venue, options: options)
        actor = try #require(ActorName("tester"))
        try engine.start()
        var open = OpenAccount()
        open.alias = "a"
        let id = try #require(ClientName("open"))
        let answer = engine.perform(
            CommandRequest(id: id, .openAccount(open), actor: actor, receivedAt: time.now())
        )
        switch answer {
        case .decided(_, let outcome): account = AccountID(outcome.subject)
        case .repeated(let receipt):
            account = AccountID(try CommandOutcome.stored(receipt, in: log).subject)
        default: throw DeskError(answer: answer)
        }
    }

    /// One dollar, under a name.
    func deposit(_ name: String) throws -> CommandRequest {
        var move = MoveCash()
        move.amount = Money(nanos: 1_000_000_000)
        let id = try #require(ClientName(name))
        return CommandRequest(id: id, .deposit(account, move), actor: actor, receivedAt: time.now())
    }

    /// Every command was answered with its place in the log, and is there, once.
    func expectOnce(_ answers: [String: CommandAnswer], _ total: Int, _ events: [RecordedEvent]) throws {
        #expect(answers.count == total)
        var positions: [String: Int64] = [:]
        for event in events where event.header.commandDigest != nil {
            let id = event.header.commandID.text
            #expect(positions.updateValue(event.header.position, forKey: id) == nil, "\(id) is there twice")
        }
        for (name, answer) in answers {
            switch answer {
            case .decided(let receipt, _), .repeated(let receipt):
                #expect(positions[name] == receipt.firstPosition, "\(name)")
            default: Issue.record("\(name) was answered \(answer)")
            }
        }
    }
}

struct DeskError: Error {
    let answer: CommandAnswer
}
