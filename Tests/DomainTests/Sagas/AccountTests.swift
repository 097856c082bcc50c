import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Accounts and shards")
struct AccountTests {
    @Test("a new account has an owner, limits by name, and ids that follow from slot and position")
    func opens() throws {
        var runner = try World.trading()
        let before = runner.position
        let account = try runner.open("alpha")
        let facts = runner.log.suffix(3)
        #expect(facts.map(\.position) == [before + 1, before + 2, before + 3])
        guard case .ownerRegistered(let owner) = facts.first?.event,
            case .risk(.limitsSet(let limits)) = facts.last?.event
        else {
            Issue.record("expected an owner, an account and limits")
            return
        }
        let slot = UInt16(1 + (before + 1) % 65_535)
        #expect(owner.owner == OwnerID(Identifier(.owner, slot: slot, shard: 1, birth: before + 1)))
        #expect(account == AccountID(Identifier(.account, slot: slot, shard: 1, birth: before + 2)))
        #expect(limits.version == 1)
        #expect(limits.profile == PaperProfile.name)
        #expect(limits.orderValueMax == Money(units: 10_000_000))
        #expect(runner.state.accountByAlias[try #require(AccountAlias("alpha"))] == account)
        var again = OpenAccount()
        again.alias = "alpha"
        #expect(try runner.pose(.openAccount(again)) == .refused(Rejection(.aliasTaken)))
        again.alias = "Not An Alias"
        #expect(try runner.pose(.openAccount(again)) == .refused(Rejection(.unknownAccount)))
    }

    @Test("ids resolve to the streams in which their stories are told")
    func resolvesStreams() throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let drafts = try runner.drafts(.placeOrder(account, World.limit(.buy, 1, at: 2000)))
        let order = try runner.place(account, World.limit(.buy, 1, at: 2000))
        #expect(order.id.kind == .order)
        #expect(order.id.slot == account.id.slot)
        #expect(order.id.shard == 1)
        #expect(order.id.birth == runner.position - 3)
        #expect(
            drafts.map(\.stream) == [
                StreamOrdinal(.order, of: order.id), StreamOrdinal(.risk, of: account.id),
                StreamOrdinal(.compliance, of: account.id), StreamOrdinal(.order, of: order.id),
            ]
        )
        #expect(drafts.allSatisfy { $0.account == AccountOrdinal(account) && $0.correlation == order.id })
        let fill = Command.recordExecution(account, try venue.fill(order, 1, at: 2000, runner))
        let booked = try runner.drafts(fill)
        #expect(
            booked.map(\.stream) == [
                StreamOrdinal(.order, of: order.id), StreamOrdinal(.portfolio, of: account.id),
                StreamOrdinal(.risk, of: account.id),
            ]
        )
        #expect(booked.allSatisfy { $0.correlation == order.id })
        guard case .order(.executed(let fact)) = booked[0].event else { return }
        #expect(
            fact.execution
                == Identifier(.execution, slot: account.id.slot, shard: 1, birth: runner.position + 1)
        )
    }

    @Test("cash held back for orders cannot be withdrawn")
    func holdsCash() throws {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 1000)
        _ = try runner.place(account, World.limit(.buy, 10, at: 2000))
        let expected = Rejection(.cashInsufficient, limit: 800_000_000_000, value: 800_010_000_000)
        let tooMuch = ShardRunner.move(Money(cents: 80_001))
        #expect(try runner.pose(.withdraw(account, tooMuch)) == .refused(expected))
        let most = ShardRunner.move(Money(cents: 80_000))
        #expect(try runner.pose(.withdraw(account, most)).events.count == 1)
        #expect(try runner.account(account).portfolio.cash(.usd) == Money(units: 200))
    }

    @Test("new limits count up, hold from the next order on, and must let something pass")
    func changesLimits() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var wanted = SetLimits()
        #expect(
            try runner.pose(.setLimits(account, wanted)) == .refused(Rejection(.amountNotPositive, value: 0))
        )
        wanted.orderValueMax = Money(units: 19)
        try runner.pose(.setLimits(account, wanted))
        #expect(try runner.account(account).risk.limits?.version == 2)
        let order = try runner.place(account, World.limit(.buy, 1, at: 2000))
        guard case .order(.rejected(let fact)) = runner.log.last?.event else { return }
        #expect(fact.order == order)
        #expect(fact.code == .orderValueAboveLimit)
    }

    @Test("what names no account of the shard is refused")
    func refusesUnknownAccounts() throws {
        var runner = try World.trading()
        let move = ShardRunner.move(Money(units: 1))
        for command in [
            Command.deposit(Sample.account, move), .withdraw(Sample.account, move),
            .setLimits(Sample.account, SetLimits()), .placeOrder(Sample.account, PlaceOrder()),
            .pullKillSwitch(Sample.account), .releaseKillSwitch(Sample.account),
        ] {
            #expect(try runner.pose(command) == .refused(Rejection(.unknownAccount)))
        }
    }

    private static let made: [Command] = [
        .registerInstrument(RegisterInstrument()), .recordMarks(RecordMarks()),
        .restrict(World.symbols[0], true), .setFees(FeeScheduleSet()),
        .declareTradingDays(TradingDaysDeclared()),
    ]
    private static let traded: [Command] = [
        .openAccount(OpenAccount()), .deposit(Sample.account, MoveCash()),
        .withdraw(Sample.account, MoveCash()), .setLimits(Sample.account, SetLimits()),
        .placeOrder(Sample.account, PlaceOrder()), .cancelOrder(Sample.account, Sample.order),
        .acknowledgeOrder(Sample.account, OrderAcknowledged()),
        .recordExecution(Sample.account, OrderExecuted()), .confirmCancel(Sample.account, Sample.order),
        .refuseCancel(Sample.account, Sample.order),
        .rejectAtVenue(Sample.account, Sample.order, .venueRejected), .pullKillSwitch(nil),
        .releaseKillSwitch(nil), .continueSweep(1, done: 0), .rollDay(calendar: "XNYS", World.monday),
        .continueRoll(World.monday, step: 1),
        .copyReference(ReferenceFactCopied(), .restrictionChanged(RestrictionChanged())),
    ]

    @Test("global facts are made on the reference shard alone", arguments: made)
    func keepsReferenceAway(command: Command) throws {
        var runner = try World.trading()
        #expect(try runner.pose(command) == .refused(Rejection(.notOnThisShard)))
    }

    @Test("nothing is traded on the reference shard", arguments: traded)
    func keepsTradingAway(command: Command) throws {
        var runner = try Self.reference()
        #expect(try runner.pose(command) == .refused(Rejection(.notOnThisShard)))
    }

    private static func reference() throws -> ShardRunner {
        var runner = ShardRunner()
        var opened = ShardOpened()
        opened.isReference = true
        try runner.pose(.openShard(opened))
        return runner
    }

    @Test("the reference shard makes facts, each with its version, and ignores what is already so")
    func makesFacts() throws {
        var runner = try Self.reference()
        var days = TradingDaysDeclared()
        days.calendar = World.calendar
        days.days = [World.day(0), World.day(1)]
        #expect(try runner.pose(.declareTradingDays(days)).events.count == 1)
        #expect(try runner.pose(.declareTradingDays(days)) == .refused(Rejection(.calendarOutOfOrder)))
        var register = RegisterInstrument()
        register.terms = World.instrument(World.symbols[0], .none)
        #expect(try runner.pose(.registerInstrument(register)).events.count == 1)
        #expect(try runner.pose(.registerInstrument(register)) == .refused(Rejection(.symbolTaken)))
        let instrument = try #require(runner.state.reference.instrument(World.symbols[0])).instrument
        #expect(instrument.id == Identifier(.instrument, slot: 0, shard: 0, birth: 4))
        #expect(try runner.pose(.restrict(World.symbols[0], false)) == .noEffect)
        #expect(try runner.pose(.restrict(World.symbols[0], true)).events.count == 1)
        var marks = RecordMarks()
        marks.date = World.monday
        marks.marks = [SymbolPrice(World.symbols[0], Price(cents: 100))]
        try runner.pose(.recordMarks(marks))
        try runner.pose(.recordMarks(marks))
        #expect(runner.state.reference.marksVersionByDate == [World.monday: 2])
        var fees = FeeScheduleSet()
        fees.venue = "paper"
        #expect(try runner.pose(.setFees(fees)).events.count == 1)
    }

    @Test("a shard opens once, under a number that fits its ids")
    func opensOnce() throws {
        var runner = ShardRunner()
        var opened = ShardOpened()
        opened.shard = 1 << 14
        let unit = Int128(1_000_000_000)
        let tooLarge = Rejection(.notOnThisShard, limit: 16_383 * unit, value: 16_384 * unit)
        #expect(try runner.pose(.openShard(opened)) == .refused(tooLarge))
        opened.shard = 16_383
        #expect(try runner.pose(.openShard(opened)).events == [.shardOpened(opened)])
        #expect(try runner.pose(.openShard(opened)) == .noEffect)
        #expect(try runner.open("alpha").id.shard == 16_383)
        var started = WriterStarted()
        started.epoch = 3
        try runner.pose(.startWriter(started))
        #expect(runner.state.epoch == 3)
    }

    @Test("copies go forward only, and only onto what they can follow")
    func copiesForward() throws {
        var runner = try World.trading()
        let upTo = runner.state.reference.copiedUpTo
        let restriction = ReferenceEvent.restrictionChanged(RestrictionChanged())
        var copy = ReferenceFactCopied()
        for position in [upTo, 1, 0, -1] {
            copy.sourcePosition = position
            #expect(try runner.pose(.copyReference(copy, restriction)) == .noEffect)
        }
        copy.sourcePosition = upTo + 5
        var earlier = TradingDaysDeclared()
        earlier.calendar = World.calendar
        earlier.days = [World.monday]
        var lotless = World.instrument(.known("NEW"), Sample.instrument(8))
        lotless.lotSize = .zero
        for fact in [
            ReferenceEvent.tradingDaysDeclared(earlier), .instrumentRegistered(lotless),
            .copied(copy, restriction),
        ] {
            #expect(try runner.pose(.copyReference(copy, fact)) == .refused(Rejection(.referenceOutOfOrder)))
        }
        #expect(try runner.pose(.copyReference(copy, restriction)).events.count == 1)
        #expect(runner.state.reference.copiedUpTo == upTo + 5)
    }
}
