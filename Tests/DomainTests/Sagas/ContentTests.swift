import BifrostKernel
import Orders
import References
import Sagas
import Testing

/// The canonical content of commands: digests of it are stored, so that its bytes are frozen.
@Suite("The content of commands")
struct ContentTests {
    private static func text(_ command: Command) -> String {
        command.content.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("an order without special terms has the content that it had before there were any")
    func keepsOldContent() throws {
        var wanted = PlaceOrder()
        wanted.clientOrderID = .known("a")
        wanted.symbol = .known("SPX")
        wanted.type = .limit
        wanted.quantity = Quantity(units: 1)
        wanted.limitPrice = Price(cents: 1)
        #expect(
            Self.text(.placeOrder(Sample.account, wanted))
                == "0807" + "1210" + Self.account + "0a0161" + "1203535058" + "1801" + "2002" + "2801"
                + "3100ca9a3b00000000"
                + "398096980000000000" + "5801"
        )
    }

    @Test("each special term has its field")
    func addsTerms() {
        var wanted = PlaceOrder()
        wanted.symbol = .known("SPX")
        let plain = Self.text(.placeOrder(Sample.account, wanted))
        wanted.special.stopPrice = Price(nanos: 1)
        wanted.special.trailingAmount = Price(nanos: 2)
        wanted.special.trailingRate = BasisPoints(1)
        wanted.special.limitOffset = Price(nanos: 3)
        wanted.special.minimumQuantity = Quantity(nanos: 4)
        wanted.special.displayQuantity = Quantity(nanos: 5)
        wanted.special.reduceOnly = true
        wanted.special.postOnly = true
        wanted.special.expireDate = BusinessDate(days: 1)
        wanted.review = true
        #expect(
            Self.text(.placeOrder(Sample.account, wanted))
                == plain + "610100000000000000" + "690200000000000000" + "70c0843d" + "790300000000000000"
                + "8101" + "0400000000000000" + "8901" + "0500000000000000" + "900101" + "980101" + "a00102"
                + "a80101"
        )
    }

    @Test("a short sale names its locate, and an account its regime and owner")
    func addsMargin() {
        var wanted = PlaceOrder()
        wanted.symbol = .known("SPX")
        let plain = Self.text(.placeOrder(Sample.account, wanted))
        wanted.special.locate = .known("L")
        #expect(Self.text(.placeOrder(Sample.account, wanted)) == plain + "ea01" + "014c")
        var open = OpenAccount()
        let cash = Self.text(.openAccount(open))
        open.kind = .margin
        open.owner = OwnerID(Sample.account.id)
        #expect(Self.text(.openAccount(open)) == cash + "2002" + "2a10" + Self.account)
    }

    @Test("commands about rare facts have their numbers")
    func numbersCommands() {
        let account = Sample.account
        let commands: [(Command, String)] = [
            (.replaceOrder(account, ReplaceOrder()), "0819"),
            (.recordVenueFact(account, .replaced(OrderReplaced())), "081a"),
            (.recordVenueFact(account, .replaceRejected(OrderReplaceRejected())), "081b"),
            (.recordVenueFact(account, .triggered(OrderTriggered())), "081c"),
            (.recordVenueFact(account, .doneForDay(OrderDoneForDay())), "081d"),
            (.recordVenueFact(account, .suspended(OrderSuspended())), "081e"),
            (.recordVenueFact(account, .resumed(OrderResumed())), "081f"),
            (.recordVenueFact(account, .restated(OrderRestated())), "0820"),
            (.recordVenueFact(account, .corrected(ExecutionCorrected())), "0821"),
            (.recordVenueFact(account, .busted(ExecutionBusted())), "0822"),
            (.reviewOrder(account, ReviewOrder()), "0823"),
            (.resolveOrder(account, ResolveOrder()), "0824"),
            (.transferCash(account, TransferCash()), "0825"),
            (.resolveBreak(account, ResolveBreak()), "0826"),
            (.convertCash(account, ConvertCash()), "0853"),
            (.rebalance(account, RebalanceAccount()), "0846"),
            (.continueRebalance(account, Sample.order.id, step: 1), "0847"),
            (.stopRebalance(account, Sample.order.id), "0848"),
            (.reachDeadline(account, Sample.order.id, since: 1), "0849"),
            (.placeGroup(account, PlaceGroup()), "085a"),
            (.continueGroup(account, Sample.order, step: 1), "085b"),
            (.continueWork(account, Sample.order, step: 1), "086f"),
            (.cancelGroup(account, Sample.order), "085c"),
            (.resolveGroup(account, ResolveOrder()), "085d"),
            (.recordExternal(account, ExternalReport()), "0864"),
            (.assignTrade(account, AssignTrade()), "0865"),
            (.expireOrder(account, Sample.order), "0867"),
        ]
        #expect(Self.text(.recordRates(OfficialRatesRecorded())).hasPrefix("0854"))
        #expect(Self.text(.setInterestRates(InterestRatesSet())).hasPrefix("0855"))
        #expect(Self.text(.correctCorporateAction(CorrectCorporateAction())).hasPrefix("085e"))
        #expect(Self.text(.withdrawCorporateAction(WithdrawCorporateAction())).hasPrefix("085f"))
        #expect(Self.text(.correctInstrument(CorrectInstrument())).hasPrefix("0870"))
        #expect(Self.text(.withdrawInstrumentChange(WithdrawInstrumentChange())).hasPrefix("0871"))
        for (command, head) in commands { #expect(Self.text(command).hasPrefix(head + "1210")) }
    }

    /// The account of the samples: slot 1, shard 0, birth 2.
    private static var account: String {
        let id = Sample.account.id
        return [id.high, id.low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
