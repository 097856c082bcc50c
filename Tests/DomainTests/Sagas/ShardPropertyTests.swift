import BifrostKernel
import RiskLimits
import Sagas
import SeededChoices
import Testing

@Suite("Any trading day")
struct ShardPropertyTests {
    @Test(
        "no sequence of commands makes debt, shorts or a ledger that does not balance",
        arguments: Seeds.take(24)
    )
    func staysSolvent(seed: UInt64) throws {
        var day = try TradingDay(seed: seed)
        for _ in 0..<400 {
            try day.step()
            try Invariants.check(day.runner.state)
            try Invariants.checkSolvent(day.runner.state)
        }
        try day.close()
        try Invariants.check(day.runner.state)
        let entries = day.runner.state.accountByID.values
        #expect(day.runner.state.openOrders.isEmpty)
        #expect(entries.allSatisfy { $0.risk.reservationByID.isEmpty })
        #expect(entries.allSatisfy { $0.risk.reservedCash.values.allSatisfy { $0 == .zero } })
        #expect(entries.allSatisfy { $0.risk.reservedShares.values.allSatisfy { $0 == .zero } })
        #expect(entries.allSatisfy { $0.risk.pendingBuys.values.allSatisfy { $0 == .zero } })
    }

    @Test(
        "a log folded in two parts, or again from the start, gives the same state",
        arguments: Seeds.take(12)
    )
    func foldsAlike(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var day = try TradingDay(seed: seed)
        for _ in 0..<300 { try day.step() }
        let log = day.runner.log
        let whole = Invariants.summary(day.runner.state)
        #expect(Invariants.summary(Invariants.fold(log)) == whole)
        for _ in 0..<3 {
            let split = generator.int(0...log.count)
            let prefix = Invariants.fold(log.prefix(split))
            let kept = Invariants.summary(prefix)
            #expect(Invariants.summary(Invariants.fold(log.dropFirst(split), onto: prefix)) == whole)
            #expect(Invariants.summary(prefix) == kept)
        }
    }

    @Test("the same seed leads to the same log", arguments: Seeds.take(4))
    func repeats(seed: UInt64) throws {
        var first = try TradingDay(seed: seed)
        var second = try TradingDay(seed: seed)
        for _ in 0..<200 {
            try first.step()
            try second.step()
        }
        #expect(first.runner.log.map(\.event) == second.runner.log.map(\.event))
        #expect(first.runner.log.map(\.businessDate) == second.runner.log.map(\.businessDate))
    }
}
