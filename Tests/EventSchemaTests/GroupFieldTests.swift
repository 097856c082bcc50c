import BifrostKernel
import EventMessages
import Orders
import References
import RiskLimits
import Sagas
import SwiftProtobuf
import Testing

/// Golden files are never edited, so fields that came after them are held against the generated code here.
@Suite("generated code reads what links orders")
struct GroupFieldTests {
    private func read<P: EventPayload, M: SwiftProtobuf.Message>(_ payload: P, as type: M.Type) throws -> M {
        let bytes = WireEncoder.encode(payload)
        #expect(try WireDecoder.decode(P.self, bytes) == payload)
        let message = try M(serializedBytes: bytes)
        #expect(try message.serializedBytes() as [UInt8] == bytes)
        #expect(message.unknownFields.data.isEmpty)
        return message
    }

    @Test("what an order of a group ends at, and which lots it closes")
    func legs() throws {
        var leg = PlaceOrder()
        leg.special.expireAt = Extreme.time
        leg.special.lots = [ChosenLot()]
        leg.special.lotMethod = .fifo
        var started = GroupStarted()
        started.legs = [leg]
        let message = try read(started, as: Bifrost_V1_GroupStarted.self)
        #expect(message.legs[0].hasExpireAt && message.legs[0].chosenLots.count == 1)
        #expect(message.legs[0].lotMethod == .fifo)
    }

    @Test("an order that is worked by slices, and what a slice draws from")
    func work() throws {
        var placed = OrderPlaced()
        placed.special.worked = true
        #expect(try read(placed, as: Bifrost_V1_OrderPlaced.self).worked)
        var leg = PlaceOrder()
        leg.special.worked = true
        var started = GroupStarted()
        started.legs = [leg]
        #expect(try read(started, as: Bifrost_V1_GroupStarted.self).legs[0].worked)
        var cancel = OrderCancelRequested()
        cancel.reason = .parent
        #expect(try read(cancel, as: Bifrost_V1_OrderCancelRequested.self).reason == .parent)
        var verdict = RiskAssessed()
        verdict.drawnFrom = Extreme.order
        #expect(try read(verdict, as: Bifrost_V1_RiskAssessed.self).drawnFromOrderID.count == 16)
        var changed = ReservationChanged()
        changed.reason = .drawn
        #expect(try read(changed, as: Bifrost_V1_ReservationChanged.self).reason == .drawn)
    }

    @Test("a corporate action that takes the place of another")
    func replacesActions() throws {
        var announced = CorporateActionAnnounced()
        announced.replaced = Extreme.execution
        #expect(
            try read(announced, as: Bifrost_V1_CorporateActionAnnounced.self).replacedActionID.count == 16
        )
    }

    @Test("an order's group, why it was cancelled, and whose reservation it shares")
    func links() throws {
        var placed = OrderPlaced()
        placed.special.group = Extreme.order
        placed.special.contingency = .bracket
        let message = try read(placed, as: Bifrost_V1_OrderPlaced.self)
        #expect(message.groupID.count == 16 && message.contingency == .bracket)
        var cancel = OrderCancelRequested()
        cancel.reason = .contingency
        #expect(try read(cancel, as: Bifrost_V1_OrderCancelRequested.self).reason == .contingency)
        var verdict = RiskAssessed()
        verdict.sharedWith = Extreme.order
        #expect(try read(verdict, as: Bifrost_V1_RiskAssessed.self).sharedWithOrderID.count == 16)
    }
}
