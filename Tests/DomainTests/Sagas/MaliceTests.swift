import BifrostKernel
import Orders
import References
import RiskLimits
import Sagas
import SeededChoices
import Testing

@Suite("Extreme commands")
struct MaliceTests {
    static func learn(_ runner: ShardRunner, _ malice: inout Malice) {
        let known = runner.state.orderByID.ids.sorted { $0.id.birth < $1.id.birth }.suffix(4)
        let orders = known + runner.state.openOrders.sorted().suffix(6)
        if !runner.state.accountByID.isEmpty { malice.accounts = runner.state.accountByID.keys.sorted() }
        if !orders.isEmpty {
            malice.orders = orders.map { (runner.state.orderByID[$0]?.account ?? .none, $0) }
            malice.waits = [0] + orders.map { runner.state.orderByID[$0]?.waitsSince ?? 0 }
        }
        let due = runner.state.dueGroups.sorted()
        let open = runner.state.groupByID.filter { !$0.value.state.isFinal }.keys.sorted()
        malice.groups = (due.suffix(4) + open.suffix(4)).map { group in
            (runner.state.groupByID[group]?.started.account ?? .none, group)
        }
        let works = runner.state.dueWork.sorted().suffix(4) + runner.state.workByID.keys.sorted().suffix(4)
        malice.works = works.map { (runner.state.orderByID[$0]?.account ?? .none, $0) }
        malice.sweeps = runner.state.sweeps.map(\.position)
        malice.breaks = runner.state.openBreaks.keys.sorted()
        malice.rebalances = runner.state.rebalances.map { ($0.started.account, $0.started.rebalance) }
    }

    @Test("no command stops a trading shard, and its books stay sound", arguments: Seeds.take(60))
    func survives(seed: UInt64) throws {
        var malice = Malice(seed: seed)
        var runner = try World.trading()
        _ = try runner.open("alpha", cash: 1_000_000)
        _ = try runner.open("beta", cash: 1_000_000_000_000_000)
        _ = try runner.open("delta", cash: 1_000_000, .margin)
        for step in 0..<250 {
            Self.learn(runner, &malice)
            let command = malice.command()
            #expect(!command.content.isEmpty)
            if malice.generator.chance(10) { runner.effectiveAt = malice.time() }
            try runner.pose(command)
            try Invariants.check(runner.state)
            guard step % 10 == 0 else { continue }
            for account in runner.state.accountByID.keys {
                let seen = Shard.exposure(of: account, in: runner.state, at: runner.effectiveAt)
                #expect(seen != nil)
            }
        }
        let whole = Invariants.summary(runner.state)
        #expect(Invariants.summary(Invariants.fold(runner.log)) == whole)
    }

    @Test("no ex-date stops a shard, whatever its orders are", arguments: Seeds.take(40))
    func survivesExDates(seed: UInt64) throws {
        var malice = Malice(seed: seed)
        malice.plausiblePercent = 85
        var runner = try World.trading(days: 12)
        let account = try runner.open("alpha", cash: 1_000_000)
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        for day in Int32(1)..<10 {
            for _ in 0..<12 {
                Self.learn(runner, &malice)
                var wanted = malice.placeOrder()
                wanted.timeInForce = .goodTillCancelled
                try runner.pose(.placeOrder(account, wanted))
                let known = malice.order()
                try runner.pose(malice.rareCommand(known.account, known.order))
            }
            for _ in 0..<2 {
                var fact = malice.announcement()
                fact.exDate = World.day(day + 1)
                try World.copy([.corporateActionAnnounced(fact)], into: &runner)
            }
            try runner.pose(.rollDay(calendar: World.calendar, World.day(day)))
            while runner.state.rollIsUnfinished {
                try runner.pose(.continueRoll(World.day(day), step: UInt64(runner.position)))
            }
            while let sweep = runner.state.sweeps.first {
                let answer = try runner.pose(.continueSweep(sweep.position, done: UInt64(sweep.done)))
                try #require(!answer.events.isEmpty, "a sweep goes on, was \(answer)")
                try Invariants.check(runner.state)
            }
        }
        #expect(Invariants.summary(Invariants.fold(runner.log)) == Invariants.summary(runner.state))
    }

    @Test("no command stops a shard that is new, or that holds global facts", arguments: Seeds.take(20))
    func survivesElsewhere(seed: UInt64) throws {
        var malice = Malice(seed: seed)
        var runner = ShardRunner()
        if malice.generator.chance(60) {
            var opened = ShardOpened()
            opened.isReference = true
            try runner.pose(.openShard(opened))
        }
        for _ in 0..<150 {
            Self.learn(runner, &malice)
            runner.effectiveAt = malice.time()
            try runner.pose(malice.generator.chance(70) ? malice.referenceCommand() : malice.command())
            try Invariants.check(runner.state)
        }
    }

    @Test("no question stops the risk book", arguments: Seeds.take(20))
    func survivesQuestions(seed: UInt64) throws {
        var malice = Malice(seed: seed)
        for _ in 0..<500 {
            var limits = RiskFixture.limits(orderValueMax: malice.money(), collar: malice.rate())
            limits.version = .max - 1
            let question = RiskFixture.question {
                $0.quantity = malice.quantity()
                $0.limitPrice = malice.optionalPrice()
                $0.referencePrice = malice.optionalPrice()
                $0.commission = malice.rate()
                $0.currency = malice.currency()
                $0.settledCash = malice.money()
                $0.position = malice.quantity()
                $0.isBuy = malice.generator.chance(50)
            }
            let fact = try RiskFixture.assessed(question, given: [.limitsSet(limits)])
            let passed = fact.checks.allSatisfy { $0.passed }
            try #require(passed == (fact.verdict == .approved))
        }
    }
}
