import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import Testing

@Suite("Orders that are worked by slices")
struct WorkTests {
    private static func units(_ units: Int64) -> Quantity { Quantity(units: units) }

    @Test("a worked order is judged and reserves, and no venue gets it")
    func begins() throws {
        var fixture = try WorkFixture(cash: 500, fee: 5)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let state = try fixture.state(parent)
        #expect(state.status == .new && state.venue == nil && state.isAtWork)
        #expect(try fixture.held(parent) == 20_010, "fees included")
        #expect(FIXReport(state).ordStatus == "0")
        let other = try fixture.runner.place(fixture.account, WorkFixture.worked(.buy, 31))
        #expect(fixture.refusal(other) == .buyingPowerExceeded)
    }

    @Test("slices draw from it, and what they trade is what it has done")
    func progresses() throws {
        var fixture = try WorkFixture(cash: 200)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let first = try fixture.place(WorkFixture.slice(parent, .buy, 12))
        #expect(try fixture.held(parent) == 8_000 && fixture.held(first) == 12_000)
        try fixture.fill(first, 5, at: 990)
        #expect(try fixture.state(parent).cumulative == Self.units(5))
        #expect(try fixture.state(parent).status == .partiallyFilled)
        #expect(try fixture.state(parent).averagePrice == Price(cents: 990))
        try fixture.fill(first, 7, at: 1000)
        let second = try fixture.place(WorkFixture.slice(parent, .buy, 8))
        #expect(try fixture.held(parent) == 0, "its slice has all, and it may get it back")
        try fixture.pose(.cancelOrder(fixture.account, second))
        try fixture.pose(.confirmCancel(fixture.account, second))
        #expect(try fixture.held(parent) == 8_000)
        let last = try fixture.place(WorkFixture.slice(parent, .buy, 8))
        try fixture.fill(last, 8)
        let done = try fixture.state(parent)
        #expect(done.status == .filled && done.closed == .completed && done.leaves == .zero)
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
        #expect(fixture.runner.state.openOrders.isEmpty && fixture.runner.state.dueWork.isEmpty)
    }

    @Test("a sale's slices sell what it holds back, where nothing else is free")
    func sells() throws {
        var fixture = try WorkFixture(units: 20)
        let parent = try fixture.place(WorkFixture.worked(.sell, 20))
        let slice = try fixture.place(WorkFixture.slice(parent, .sell, 15))
        #expect(try fixture.held(parent) == 5 && fixture.held(slice) == 15)
        let other = try fixture.runner.place(fixture.account, World.limit(.sell, 1, at: 1000))
        #expect(fixture.refusal(other) == .positionInsufficient)
        try fixture.fill(slice, 15)
        #expect(try fixture.held(parent) == 5)
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: RejectionCode
        var value: Int64?
        var limit: Int64?
        let change: @Sendable (inout PlaceOrder) -> Void
    }

    static let refused: [Refused] = [
        Refused(testDescription: "the other side", code: .parentDiffers) { $0.side = .sell },
        Refused(testDescription: "another instrument", code: .parentDiffers) { $0.symbol = World.symbols[1] },
        Refused(testDescription: "more than is left", code: .parentQuantityExceeded, value: 9, limit: 8) {
            $0.quantity = WorkTests.units(9)
        },
        Refused(testDescription: "worked itself", code: .workedOrderInvalid) { $0.special.worked = true },
    ]

    @Test("a slice is of its parent's instrument and side, and for what is left of it", arguments: refused)
    func refuses(row: Refused) throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        _ = try fixture.place(WorkFixture.slice(parent, .buy, 12))
        var wanted = WorkFixture.slice(parent, .buy, 1)
        row.change(&wanted)
        let refusal = try #require(try fixture.runner.pose(.placeOrder(fixture.account, wanted)).refusal)
        #expect(refusal.code == row.code)
        #expect(refusal.value == row.value.map { Int128($0) * 1_000_000_000 })
        #expect(refusal.limit == row.limit.map { Int128($0) * 1_000_000_000 })
    }

    @Test("any other parent is a label")
    func labels() throws {
        var fixture = try WorkFixture(cash: 1000)
        let plain = try fixture.place(World.limit(.buy, 5, at: 1000))
        for parent in [plain, Sample.order] {
            let order = try fixture.place(WorkFixture.slice(parent, .buy, 30))
            #expect(try fixture.held(order) == 30_000)
        }
        let other = try fixture.runner.open("beta", cash: 1000)
        let foreign = try fixture.runner.place(other, WorkFixture.worked(.buy, 5))
        let order = try fixture.place(WorkFixture.slice(foreign, .buy, 30))
        #expect(try fixture.held(order) == 30_000)
        #expect(fixture.runner.state.workByID[foreign]?.sliceByID.isEmpty == true)
    }

    static let forms: [@Sendable (inout PlaceOrder) -> Void] = [
        { $0.timeInForce = .immediateOrCancel }, { $0.special.postOnly = true },
        { $0.special.displayQuantity = Quantity(units: 1) },
        { $0.special.minimumQuantity = Quantity(units: 1) }, { $0.special.lotMethod = .fifo },
        {
            $0.type = .stopLimit
            $0.special.stopPrice = Price(cents: 1000)
        },
    ]

    @Test("terms that only a venue can keep are none of a worked order", arguments: forms.indices)
    func checksForm(index: Int) throws {
        var fixture = try WorkFixture(cash: 1000)
        var wanted = WorkFixture.worked(.buy, 5)
        Self.forms[index](&wanted)
        let answer = try fixture.runner.pose(.placeOrder(fixture.account, wanted))
        #expect(answer.refusal?.code == .workedOrderInvalid)
    }

    @Test("a group has no worked order and no slice")
    func keepsGroupsApart() throws {
        var fixture = try WorkFixture(cash: 1000, units: 10)
        let parent = try fixture.place(WorkFixture.worked(.sell, 5))
        for change in [
            { (leg: inout PlaceOrder) in leg.special.worked = true },
            { (leg: inout PlaceOrder) in leg.parent = parent },
        ] {
            var wanted = GroupFixture.oneCancelsOther(2)
            change(&wanted.legs[0])
            let answer = try fixture.runner.pose(.placeGroup(fixture.account, wanted))
            #expect(answer.refusal?.code == .workedOrderInvalid)
        }
    }

    @Test("a cancel of the order cancels its slices first, and takes no new one")
    func cancels() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let slices = try [5, 6].map { try fixture.place(WorkFixture.slice(parent, .buy, $0)) }
        try fixture.pose(.cancelOrder(fixture.account, parent))
        #expect(try fixture.state(parent).status == .pendingCancel)
        #expect(fixture.cancels.map(\.order) == [parent] + slices)
        #expect(fixture.cancels.map(\.reason) == [nil, .parent, .parent])
        let late = try fixture.runner.pose(
            .placeOrder(fixture.account, WorkFixture.slice(parent, .buy, 1))
        )
        #expect(late.refusal?.code == .parentNotOpen)
        try fixture.fill(slices[0], 2)
        try fixture.pose(.confirmCancel(fixture.account, slices[0]))
        #expect(try fixture.state(parent).isOpen)
        try fixture.pose(.refuseCancel(fixture.account, slices[1]))
        #expect(fixture.cancels.count == 3, "what was refused is not asked for again by itself")
        try fixture.pose(.cancelOrder(fixture.account, parent))
        #expect(fixture.cancels.map(\.order).last == slices[1])
        try fixture.pose(.confirmCancel(fixture.account, slices[1]))
        let done = try fixture.state(parent)
        #expect(done.status == .cancelled && done.cumulative == Self.units(2))
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
        let closed = try fixture.runner.pose(
            .placeOrder(fixture.account, WorkFixture.slice(parent, .buy, 1))
        )
        #expect(closed.refusal?.code == .parentNotOpen)
    }

    @Test("a day ends slices before the order, and cancels those that outlive it")
    func expires() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let day = try fixture.place(WorkFixture.slice(parent, .buy, 5))
        var long = WorkFixture.slice(parent, .buy, 6)
        long.timeInForce = .goodTillCancelled
        let good = try fixture.place(long)
        let before = fixture.runner.log.count
        try fixture.pose(.rollDay(calendar: World.calendar, World.monday))
        let expired = fixture.runner.log.dropFirst(before).compactMap { fact in
            if case .order(.expired(let expired)) = fact.event { expired.order } else { nil }
        }
        #expect(expired == [day, parent])
        #expect(fixture.cancels.map(\.order) == [good])
        try fixture.fill(good, 6)
        #expect(try fixture.state(parent).cumulative == Self.units(6))
        #expect(try fixture.state(parent).status == .expired)
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
    }

    @Test("a kill switch cancels the order and its slices; a moment ends it")
    func ends() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let slice = try fixture.place(WorkFixture.slice(parent, .buy, 5))
        try fixture.pose(.pullKillSwitch(fixture.account))
        let sweep = try #require(fixture.runner.state.sweeps.first)
        try fixture.pose(.continueSweep(sweep.position, done: 0))
        #expect(Set(fixture.cancels.map(\.order)) == [parent, slice])
        try fixture.pose(.confirmCancel(fixture.account, slice))
        #expect(try fixture.state(parent).status == .cancelled)
        try fixture.pose(.releaseKillSwitch(fixture.account))
        var timed = WorkFixture.worked(.buy, 20)
        timed.timeInForce = .goodTillDate
        timed.special.expireAt = Timestamp(nanos: fixture.runner.effectiveAt.nanos + 1)
        let short = try fixture.place(timed)
        let last = try fixture.place(WorkFixture.slice(short, .buy, 5))
        fixture.runner.effectiveAt = Timestamp(nanos: fixture.runner.effectiveAt.nanos + 1)
        try fixture.pose(.expireOrder(fixture.account, short))
        #expect(try fixture.state(short).status == .expired)
        #expect(fixture.cancels.last?.order == last)
    }

    @Test("a bust, a correction or a late trade of a slice is booked, and the order follows")
    func follows() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let slice = try fixture.place(WorkFixture.slice(parent, .buy, 10))
        try fixture.fill(slice, 10)
        try fixture.bust(slice)
        #expect(try fixture.state(parent).cumulative == .zero)
        #expect(try fixture.state(parent).leaves == Self.units(20))
        #expect(try fixture.held(parent) == 10_000, "what came back is judged when it is wanted")
        let again = try fixture.place(WorkFixture.slice(parent, .buy, 20))
        #expect(try fixture.held(parent) == 0 && fixture.held(again) == 20_000)
        try fixture.pose(.cancelOrder(fixture.account, again))
        try fixture.pose(.confirmCancel(fixture.account, again))
        #expect(try fixture.held(parent) == 10_000, "what was new is the account's")
        try fixture.fill(again, 4)
        #expect(try fixture.state(parent).cumulative == Self.units(4), "late")
        #expect(try fixture.state(parent).leaves == Self.units(16))
        let last = try fixture.place(WorkFixture.slice(parent, .buy, 16))
        try fixture.fill(last, 16)
        #expect(try fixture.state(parent).status == .filled)
        try fixture.bust(last)
        let done = try fixture.state(parent)
        #expect(done.status == .cancelled && done.cumulative == Self.units(4) && !done.isOpen)
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
    }

    @Test("a late trade takes from the order what another slice drew")
    func boundsWhatComesBack() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let first = try fixture.place(WorkFixture.slice(parent, .buy, 5))
        try fixture.pose(.cancelOrder(fixture.account, first))
        try fixture.pose(.confirmCancel(fixture.account, first))
        let second = try fixture.place(WorkFixture.slice(parent, .buy, 20))
        try fixture.fill(first, 3)
        #expect(try fixture.held(parent) == 0)
        try fixture.pose(.cancelOrder(fixture.account, second))
        try fixture.pose(.confirmCancel(fixture.account, second))
        #expect(try fixture.state(parent).leaves == Self.units(17))
        #expect(try fixture.held(parent) == 17_000)
    }

    @Test("a late trade also counts where the same step cancels the slice that has what it took")
    func boundsWhatComesBackAtOnce() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let first = try fixture.place(WorkFixture.slice(parent, .buy, 5))
        try fixture.pose(.cancelOrder(fixture.account, first))
        try fixture.pose(.confirmCancel(fixture.account, first))
        var reviewed = WorkFixture.slice(parent, .buy, 15)
        reviewed.review = true
        let second = try fixture.place(reviewed)
        let third = try fixture.place(WorkFixture.slice(parent, .buy, 5))
        try fixture.runner.pose(.cancelOrder(fixture.account, parent))
        let late = try fixture.venue.fill(first, 3, at: 1000, fee: 0, fixture.runner)
        try fixture.pose(.recordExecution(fixture.account, late))
        #expect(try fixture.state(second).status == .cancelled && fixture.state(third).isOpen)
        #expect(try fixture.state(parent).leaves == Self.units(17))
        #expect(try fixture.held(parent) == 12_000, "17 less the 5 of the slice at the venue")
    }

    @Test("an overfill of one slice completes the order and cancels the others")
    func overfills() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let slice = try fixture.place(WorkFixture.slice(parent, .buy, 10))
        let other = try fixture.place(WorkFixture.slice(parent, .buy, 10))
        try fixture.fill(slice, 20)
        #expect(try fixture.state(parent).closed == .completed)
        #expect(fixture.cancels.map(\.order) == [other])
        #expect(fixture.cancels.map(\.reason) == [.parent])
    }

    @Test("other terms of the order hold at once, within what its slices leave")
    func replaces() throws {
        var fixture = try WorkFixture(cash: 300)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let slice = try fixture.place(WorkFixture.slice(parent, .buy, 8))
        try fixture.fill(slice, 3)
        let below = try fixture.replace(parent) { $0.quantity = Self.units(7) }
        #expect(below.refusal == Rejection(.quantityBelowSlices, limit: 8_000_000_000, value: 7_000_000_000))
        _ = try fixture.replace(parent) { $0.quantity = Self.units(10) }
        #expect(try fixture.state(parent).ordered == Self.units(10))
        #expect(try fixture.state(parent).pendingReplaces.isEmpty)
        #expect(try fixture.held(parent) == 2_000)
        _ = try fixture.replace(parent) {
            $0.quantity = Self.units(20)
            $0.limitPrice = Price(cents: 900)
        }
        #expect(try fixture.held(parent) == 10_300, "17 units at 9, of which a slice holds 5 at 10")
        _ = try fixture.replace(parent) { $0.limitPrice = Price(cents: 1099) }
        #expect(try fixture.held(parent) == 13_188, "12 units")
        let before = try fixture.state(parent).terms
        _ = try fixture.replace(parent) { $0.quantity = Self.units(31) }
        #expect(try fixture.state(parent).terms == before, "refused by risk")
    }

    @Test("a slice grows within what its parent has left, and draws what it needs")
    func growsSlices() throws {
        var fixture = try WorkFixture(cash: 200)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let slice = try fixture.place(WorkFixture.slice(parent, .buy, 8))
        let above = try fixture.replace(slice) { $0.quantity = Self.units(21) }
        #expect(
            above.refusal == Rejection(.parentQuantityExceeded, limit: 20_000_000_000, value: 21_000_000_000)
        )
        _ = try fixture.replace(slice) { $0.quantity = Self.units(18) }
        #expect(try fixture.held(slice) == 18_000 && fixture.held(parent) == 2_000)
        let request = try #require(try fixture.state(slice).pendingReplaces.last)
        var refused = OrderReplaceRejected()
        refused.order = slice
        refused.request = request.request
        try fixture.pose(.recordVenueFact(fixture.account, .replaceRejected(refused)))
        #expect(try fixture.held(slice) == 8_000 && fixture.held(parent) == 12_000)
    }

    @Test("what a venue says of an order that waits for a review changes what is held back")
    func amendedInReview() throws {
        var fixture = try WorkFixture(cash: 500)
        var wanted = WorkFixture.worked(.buy, 20)
        wanted.review = true
        let parent = try fixture.place(wanted)
        var said = OrderReplaced()
        said.order = parent
        said.request = 2
        said.terms = try fixture.state(parent).terms
        said.terms.quantity = Self.units(15)
        try fixture.pose(.recordVenueFact(fixture.account, .replaced(said)))
        #expect(try fixture.held(parent) == 15_000)
        var decision = ReviewOrder()
        decision.order = parent
        decision.approved = true
        try fixture.pose(.reviewOrder(fixture.account, decision))
        #expect(try fixture.state(parent).leaves == Self.units(15))
        #expect(try fixture.held(parent) == 15_000)

        let other = try fixture.place(wanted)
        (said.order, said.terms.quantity) = (other, .zero)
        try fixture.pose(.recordVenueFact(fixture.account, .replaced(said)))
        #expect(try fixture.held(other) == 0, "what is no longer open holds nothing back")
    }

    @Test("a worked order may wait for a person, and so may its slices")
    func reviews() throws {
        var fixture = try WorkFixture(cash: 1000)
        var wanted = WorkFixture.worked(.buy, 20)
        wanted.review = true
        let parent = try fixture.place(wanted)
        let early = try fixture.runner.pose(
            .placeOrder(fixture.account, WorkFixture.slice(parent, .buy, 1))
        )
        #expect(early.refusal?.code == .parentNotOpen)
        var decision = ReviewOrder()
        decision.order = parent
        decision.approved = true
        try fixture.pose(.reviewOrder(fixture.account, decision))
        #expect(try fixture.state(parent).isAtWork && fixture.state(parent).venue == nil)
        var slice = WorkFixture.slice(parent, .buy, 5)
        slice.review = true
        let first = try fixture.place(slice)
        let second = try fixture.place(slice)
        #expect(try fixture.held(parent) == 10_000)
        try fixture.pose(.cancelOrder(fixture.account, parent))
        #expect(try fixture.state(first).status == .cancelled && fixture.state(second).status == .cancelled)
        #expect(try fixture.state(parent).status == .cancelled)
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
    }

    @Test("compliance refuses a slice, and its parent has what it had")
    func keepsWhatARefusalLeaves() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        try World.restrict(Sample.instrument(1), true, &fixture.runner)
        let slice = try fixture.runner.place(fixture.account, WorkFixture.slice(parent, .buy, 5))
        #expect(fixture.refusal(slice) == .instrumentRestricted)
        #expect(try fixture.held(parent) == 20_000)
        try Invariants.check(fixture.runner.state)
    }

    @Test("whatever a venue says of an order that it never got is booked or noted")
    func takesNonsense() throws {
        var fixture = try WorkFixture(cash: 1000)
        let parent = try fixture.place(WorkFixture.worked(.buy, 20))
        let slice = try fixture.place(WorkFixture.slice(parent, .buy, 5))
        try fixture.fill(parent, 4)
        #expect(try fixture.state(parent).cumulative == Self.units(4))
        #expect(try fixture.pose(.refuseCancel(fixture.account, parent)) == .noEffect)
        try fixture.fill(slice, 5)
        #expect(try fixture.state(parent).cumulative == Self.units(9))
        #expect(try fixture.held(parent) == 11_000)
        try fixture.fill(parent, 11)
        #expect(try fixture.state(parent).status == .filled)
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
    }
}
