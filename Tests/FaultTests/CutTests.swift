import BifrostKernel
import Engine
import EventStore
import EventStorePostgres
import EventStoreTesting
import Faults
import Sagas
import SeededChoices
import Testing
import Threads

extension FaultTests {
    /// Every byte with `BIFROST_LONG=1`; while working, every byte of the answers and some of the questions.
    private static let step = Amount.isLong ? 1 : 11

    @Test("a connection cut at every step of an append", arguments: ConnectionCutter.Direction.allCases)
    func appendCut(direction: ConnectionCutter.Direction) throws {
        let fixture = try CutFixture("cut_append_\(direction.rawValue.lowercased())")
        let shard = ShardNumber(1)
        var maker = EventMaker()
        var written = 0
        var missing = 0
        var bytes = 0
        while true {
            let appender = fixture.cutter.connections
            let writer = try fixture.log.acquire(shard, holder: "test", takingOver: true)
            let before = writer.headAtStart
            fixture.cutter.arm(direction, after: bytes, connection: appender)
            maker.firstAccount = writer.epoch.value * 1_000
            let batch = maker.batch(after: before, count: 3)
            var told: Head?
            var error: AppendError?
            do throws(AppendError) {
                told = try writer.append(batch, after: before, epoch: writer.epoch)
            } catch let problem {
                error = problem
            }
            fixture.cutter.disarm()
            let next = try fixture.log.acquire(shard, holder: "test", takingOver: true)
            let after = next.headAtStart
            #expect(after.position == before.position || after.position == before.position + 3)
            if let told { #expect(after == told, "acknowledged means durable, cut after \(bytes) bytes") }
            switch error {
            case .outcomeUnknown:
                if after == before { missing += 1 } else { written += 1 }
            case .unavailable, .fenced, .refused:
                Issue.record("a cut after \(bytes) bytes was told as \(String(describing: error))")
            case nil: break
            }
            next.release()
            if told != nil { break }
            bytes += direction == .toClient ? 1 : Self.step
        }
        print("append cut \(direction.rawValue): \(written) had been written, \(missing) had not")
        #expect(missing > 0)
        if direction == .toClient { #expect(written > 0, "a commit whose answer was cut off") }
        #expect(try fixture.isIntact(shard))
        #expect(try fixture.events(shard).count == (written + 1) * 3)
        fixture.cutter.end()
    }

    @Test("a connection cut at every step of taking a shard", arguments: ConnectionCutter.Direction.allCases)
    func acquireCut(direction: ConnectionCutter.Direction) throws {
        let fixture = try CutFixture("cut_acquire_\(direction.rawValue.lowercased())")
        let shard = ShardNumber(1)
        var epoch = Epoch(0)
        // The connection that appends, then the heartbeat's.
        for part in 0...1 {
            var bytes = 0
            while true {
                let connection = fixture.cutter.connections + part
                let cuts = fixture.cutter.cuts
                fixture.cutter.arm(direction, after: bytes, connection: connection)
                do throws(AcquireError) {
                    try fixture.log.acquire(shard, holder: "test", takingOver: true).release()
                } catch {
                    guard case .unavailable = error else {
                        Issue.record("cut after \(bytes) bytes of connection \(part): \(error)")
                        break
                    }
                }
                fixture.cutter.disarm()
                let next = try fixture.log.acquire(shard, holder: "test", takingOver: true)
                #expect(next.epoch > epoch)
                epoch = next.epoch
                next.release()
                if fixture.cutter.cuts == cuts { break }
                bytes += Self.step * 3
            }
        }
        #expect(fixture.cutter.cuts > 20)
        #expect(try fixture.events(shard).isEmpty)
        fixture.cutter.end()
    }

    @Test("an engine whose connections are cut anywhere, all the time, answers everybody, once")
    func engineCut() throws {
        let fixture = try CutFixture("cut_engine")
        let desk = try EngineDesk(fixture.log)
        var dice = Generator(seed: Amount.seed)
        let total = 400
        let answers = Monitor<[String: CommandAnswer]>([:])
        for index in 0..<total {
            if index % 20 == 10 {
                let direction = dice.chance(50) ? ConnectionCutter.Direction.toServer : .toClient
                fixture.cutter.arm(direction, after: dice.int(0...4_000))
            }
            let name = "d\(index)"
            desk.engine.submit(try desk.deposit(name)) { answer in answers.change { $0[name] = answer } }
            pause(millis: dice.int(0...4))
        }
        let all = answers.await(until: .now.advanced(millis: 60_000)) { $0.count == total ? $0 : nil }
        fixture.cutter.disarm()
        try desk.expectOnce(all ?? [:], total, fixture.events(desk.engine.shard))
        desk.engine.stop()
        #expect(fixture.cutter.cuts > 0, "BIFROST_FAULT_SEED=\(Amount.seed)")
        #expect(try fixture.isIntact(desk.engine.shard))
        fixture.cutter.end()
    }
}
