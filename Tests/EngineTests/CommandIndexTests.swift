import BifrostKernel
import EventStore
import EventStoreTesting
import Orders
import Sagas
import Testing
import Threads

@testable import Engine

@Suite("The index of commands")
struct CommandIndexTests {
    private func key(_ number: Int) -> CommandKey {
        CommandKey(Identifier(high: UInt64(number), low: UInt64(number) &* 0x9E37_79B9_7F4A_7C15))
    }

    private func index(_ count: Int, recentMin: Int = 10) -> CommandIndex {
        var index = CommandIndex(recentMin: recentMin)
        for number in 0..<count {
            let digest = CommandDigest(high: UInt64(number), low: 1)
            index.insert(
                key(number),
                CommandIndex.Entry(digest: digest, firstPosition: Int64(number) * 3 + 1, count: 1)
            )
            index.lengthen(key(number), to: Int64(number) * 3 + 3)
        }
        return index
    }

    @Test("knows the latest by heart, of the others where they are, and no other")
    func finds() {
        let index = index(95)
        for number in 0..<95 {
            switch index.find(key(number)) {
            case .new: Issue.record("\(number) was forgotten")
            case .known(let entry):
                #expect(number >= 75 && entry.firstPosition == Int64(number) * 3 + 1 && entry.count == 3)
            case .logged(let position): #expect(number < 85 && position == Int64(number) * 3 + 1)
            }
        }
        guard case .new = index.find(key(95)) else {
            Issue.record("an id that no command has was found")
            return
        }
    }

    @Test(
        "is the same after a snapshot, and grows on as the one that it was made of",
        arguments: [3, 10, 57, 95]
    )
    func snapshot(count: Int) throws {
        func images(_ index: CommandIndex) -> [[UInt8]] {
            var images: [[UInt8]] = []
            index.images { images.append($0) }
            return images
        }
        var again = CommandIndex(recentMin: 10)
        again.reserve(count)
        for image in images(index(count)) { try again.take(image) }
        for row in index(count).recent { try again.remember(row) }
        for number in count..<count + 25 {
            let digest = CommandDigest(high: UInt64(number), low: 1)
            again.insert(
                key(number),
                CommandIndex.Entry(digest: digest, firstPosition: Int64(number) * 3 + 1, count: 3)
            )
        }
        let whole = index(count + 25)
        #expect(images(again) == images(whole))
        #expect(again.recent.map { WireEncoder.encode($0) } == whole.recent.map { WireEncoder.encode($0) })
        #expect(again.count == count + 25)
    }
}

@Suite("Commands of long ago")
struct OldCommandTests {
    private let log = FaultyLog(MemoryLog(id: Identifier(high: 1, low: 2)))

    private typealias Answers = Monitor<[(name: String, answer: CommandAnswer)]>

    /// A desk that knows eight to sixteen commands by heart, with forty that came after `o1`, which traded;
    /// and the receipt of that one.
    private func desk(ownBatchEventsMax: Int = 64) throws -> (TestDesk, AccountID, CommandReceipt) {
        let desk = TestDesk(log, ownBatchEventsMax: ownBatchEventsMax, recentCommandsMin: 8)
        try desk.start()
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "100000")
        let answer = desk.perform("o1", .placeOrder(account, try desk.order(5)))
        for number in 0..<40 {
            desk.perform("r\(number)", .placeOrder(account, try desk.order(1, limit: "9")))
        }
        desk.settle()
        guard case .decided(let receipt, _) = answer else { throw NoAnswer() }
        return (desk, account, receipt)
    }

    private func submit(
        _ name: String,
        _ order: PlaceOrder,
        of account: AccountID,
        at desk: TestDesk,
        _ answers: Answers
    ) {
        desk.trading.submit(desk.request(name, .placeOrder(account, order))) { answer in
            answers.change { $0.append((name, answer)) }
        }
    }

    @Test("a repeat is answered with the first receipt, other content is refused, and nothing is written")
    func repeats() throws {
        let (desk, account, receipt) = try desk()
        defer { desk.stop() }
        #expect(receipt.count > 1)
        let head = try log.head(of: ShardNumber(1)).position
        #expect(desk.perform("o1", .placeOrder(account, try desk.order(5))) == .repeated(receipt))
        #expect(desk.perform("o1", .placeOrder(account, try desk.order(6))) == .idReused(receipt))
        #expect(try log.head(of: ShardNumber(1)).position == head)
    }

    @Test("many repeats at once hold up nobody who comes after them")
    func storm() throws {
        let (desk, account, _) = try desk()
        defer { desk.stop() }
        let answers = Answers([])
        log.hold(nil)
        submit("first", try desk.order(1), of: account, at: desk, answers)
        log.waitUntilHeld()
        for number in 0..<20 {
            submit("r\(number)", try desk.order(1, limit: "9"), of: account, at: desk, answers)
        }
        submit("new", try desk.order(1), of: account, at: desk, answers)
        log.letGo()
        let names = answers.await { $0.count == 22 ? $0.map(\.name) : nil }
        #expect(Set(names).count == 22)
        let place = try #require(names.firstIndex(of: "new"))
        #expect(place < 15, "was answered after \(names[..<place])")
    }

    @Test("a log that cannot be read just then is asked again, and what came behind is decided after it")
    func unreadable() throws {
        let (desk, account, receipt) = try desk()
        defer { desk.stop() }
        log.failReads(2)
        #expect(desk.perform("o1", .placeOrder(account, try desk.order(5))) == .repeated(receipt))
        guard case .decided = desk.perform("new", .placeOrder(account, try desk.order(1))) else {
            Issue.record("the order behind it was not decided")
            return
        }
    }

    @Test(
        "a log that is damaged there ends the engine once the batch in flight has landed, and each is answered once"
    )
    func damaged() throws {
        let (desk, account, _) = try desk(ownBatchEventsMax: 0)
        let answers = Answers([])
        log.hold(nil)
        submit("first", try desk.order(1), of: account, at: desk, answers)
        log.waitUntilHeld()
        log.failReads(.max, as: .corrupt("a bit was flipped"))
        submit("o1", try desk.order(5), of: account, at: desk, answers)
        log.script.await { $0.readsFailing < .max ? () : nil }
        log.letGo()
        desk.trading.inbox.await { inbox -> Void? in
            guard case .stopped(let reason) = inbox.status else { return nil }
            #expect(reason?.contains("a bit was flipped") == true)
            return ()
        }
        desk.stop()
        let all = answers.look { $0 }
        #expect(all.map(\.name) == ["first", "o1"])
        guard case .decided = all.first?.answer, case .stopped = all.last?.answer else {
            Issue.record("was \(all)")
            return
        }
    }
}
