import BifrostKernel
import EventMessages
import EventRegistry
import Foundation
import Orders
import SwiftProtobuf
import Testing

/// Swift-protobuf reads what the hand-written encoder wrote, from the published schema and nothing else.
@Suite("the published schema says what the encoder writes")
struct OracleTests {
    @Test("generated code reads every golden sample and writes the same bytes", arguments: Sample.all)
    func roundTrip(sample: Sample) throws {
        let message = try Oracle.message(of: sample)
        #expect(
            try Golden.hexadecimal(message.serializedBytes() as [UInt8]) == Golden.hexadecimal(sample.bytes)
        )
        #expect(message.unknownFields.data.isEmpty)
    }

    @Test("field names are those of the schema, and enumerations print its words", arguments: Sample.all)
    func names(sample: Sample) throws {
        let theirs = try Oracle.object(Oracle.message(of: sample).jsonString())
        var ours = try Oracle.object(EventRegistry.json(sample.event))
        // A view of the copied bytes, which have no field of their own.
        if sample.name == "ReferenceFactCopied" { ours["fact"] = nil }
        Oracle.compare(ours, theirs, isComplete: sample.label == .rich, path: sample.name)
    }

    @Test("the schema has a message for each event and no other of that name")
    func messages() {
        #expect(
            Set(Oracle.messages.keys)
                == Set(EventRegistry.payloadTypes.map { String(describing: $0.eventName) })
        )
        for (name, type) in Oracle.messages { #expect(type.protoMessageName == "bifrost.v1." + name) }
    }

    @Test("every rejection code has its number and its name in the schema", arguments: RejectionCode.allCases)
    func codes(code: RejectionCode) throws {
        let theirs = try #require(Bifrost_V1_RejectionCode(rawValue: Int(code.rawValue)))
        #expect(String(describing: theirs) == String(describing: code))
        var message = Bifrost_V1_CommandRejected()
        message.code = theirs
        #expect(try message.jsonString().contains("\"REJECTION_CODE_\(code.name)\""))
    }

    @Test("the schema has no rejection code that the kernel lacks")
    func allCodes() {
        let theirs = Bifrost_V1_RejectionCode.allCases.map(\.rawValue).filter { $0 != 0 }
        #expect(theirs.sorted() == RejectionCode.allCases.map { Int($0.rawValue) }.sorted())
    }
}

/// The generated reader of each event.
enum Oracle {
    static let messages: [String: any SwiftProtobuf.Message.Type] = [
        "ShardOpened": Bifrost_V1_ShardOpened.self,
        "WriterStarted": Bifrost_V1_WriterStarted.self,
        "CommandRejected": Bifrost_V1_CommandRejected.self,
        "CommandHadNoEffect": Bifrost_V1_CommandHadNoEffect.self,
        "DayRolled": Bifrost_V1_DayRolled.self,
        "SweepAdvanced": Bifrost_V1_SweepAdvanced.self,
        "DayCloseContinued": Bifrost_V1_DayCloseContinued.self,
        "OwnerRegistered": Bifrost_V1_OwnerRegistered.self,
        "PersonLinked": Bifrost_V1_PersonLinked.self,
        "PersonErased": Bifrost_V1_PersonErased.self,
        "AccountOpened": Bifrost_V1_AccountOpened.self,
        "InstrumentRegistered": Bifrost_V1_InstrumentRegistered.self,
        "OfficialMarksRecorded": Bifrost_V1_OfficialMarksRecorded.self,
        "RestrictionChanged": Bifrost_V1_RestrictionChanged.self,
        "FeeScheduleSet": Bifrost_V1_FeeScheduleSet.self,
        "TradingDaysDeclared": Bifrost_V1_TradingDaysDeclared.self,
        "ReferenceFactCopied": Bifrost_V1_ReferenceFactCopied.self,
        "OrderPlaced": Bifrost_V1_OrderPlaced.self,
        "OrderApproved": Bifrost_V1_OrderApproved.self,
        "OrderRejected": Bifrost_V1_OrderRejected.self,
        "OrderAcknowledged": Bifrost_V1_OrderAcknowledged.self,
        "OrderExecuted": Bifrost_V1_OrderExecuted.self,
        "ExecutionConflicted": Bifrost_V1_ExecutionConflicted.self,
        "OrderCancelRequested": Bifrost_V1_OrderCancelRequested.self,
        "OrderCancelled": Bifrost_V1_OrderCancelled.self,
        "OrderCancelRejected": Bifrost_V1_OrderCancelRejected.self,
        "OrderExpired": Bifrost_V1_OrderExpired.self,
        "SessionOpened": Bifrost_V1_SessionOpened.self,
        "SessionClosed": Bifrost_V1_SessionClosed.self,
        "InstrumentTermsChanged": Bifrost_V1_InstrumentTermsChanged.self,
        "InstrumentChangeWithdrawn": Bifrost_V1_InstrumentChangeWithdrawn.self,
        "InstrumentStatusChanged": Bifrost_V1_InstrumentStatusChanged.self,
        "OpenOrderReassessed": Bifrost_V1_OpenOrderReassessed.self,
        "MarginCallIssued": Bifrost_V1_MarginCallIssued.self,
        "MarginCallMet": Bifrost_V1_MarginCallMet.self,
        "OrderReplaceRequested": Bifrost_V1_OrderReplaceRequested.self,
        "OrderReplaced": Bifrost_V1_OrderReplaced.self,
        "OrderReplaceRejected": Bifrost_V1_OrderReplaceRejected.self,
        "OrderTriggered": Bifrost_V1_OrderTriggered.self,
        "OrderDoneForDay": Bifrost_V1_OrderDoneForDay.self,
        "OrderSuspended": Bifrost_V1_OrderSuspended.self,
        "OrderResumed": Bifrost_V1_OrderResumed.self,
        "OrderRestated": Bifrost_V1_OrderRestated.self,
        "OrderHeldForReview": Bifrost_V1_OrderHeldForReview.self,
        "ExecutionCorrected": Bifrost_V1_ExecutionCorrected.self,
        "ExecutionBusted": Bifrost_V1_ExecutionBusted.self,
        "OrderReviewed": Bifrost_V1_OrderReviewed.self,
        "OrderReplaceApproved": Bifrost_V1_OrderReplaceApproved.self,
        "OrderStatusRequested": Bifrost_V1_OrderStatusRequested.self,
        "OrderParked": Bifrost_V1_OrderParked.self,
        "OrderResolved": Bifrost_V1_OrderResolved.self,
        "OrderAdjusted": Bifrost_V1_OrderAdjusted.self,
        "OrderWorkBegan": Bifrost_V1_OrderWorkBegan.self,
        "OrderWorkProgressed": Bifrost_V1_OrderWorkProgressed.self,
        "OrderWorkCompleted": Bifrost_V1_OrderWorkCompleted.self,
        "RebalanceStarted": Bifrost_V1_RebalanceStarted.self,
        "RebalanceAdvanced": Bifrost_V1_RebalanceAdvanced.self,
        "RebalanceLegRefused": Bifrost_V1_RebalanceLegRefused.self,
        "GroupStarted": Bifrost_V1_GroupStarted.self,
        "GroupAdvanced": Bifrost_V1_GroupAdvanced.self,
        "GroupLegRefused": Bifrost_V1_GroupLegRefused.self,
        "GroupFlagged": Bifrost_V1_GroupFlagged.self,
        "AccountLimitsSet": Bifrost_V1_AccountLimitsSet.self,
        "RiskAssessed": Bifrost_V1_RiskAssessed.self,
        "ReservationChanged": Bifrost_V1_ReservationChanged.self,
        "KillSwitchPulled": Bifrost_V1_KillSwitchPulled.self,
        "KillSwitchReleased": Bifrost_V1_KillSwitchReleased.self,
        "ComplianceAssessed": Bifrost_V1_ComplianceAssessed.self,
        "CashDeposited": Bifrost_V1_CashDeposited.self,
        "CashWithdrawn": Bifrost_V1_CashWithdrawn.self,
        "TradeBooked": Bifrost_V1_TradeBooked.self,
        "TradeSettled": Bifrost_V1_TradeSettled.self,
        "TradeCorrected": Bifrost_V1_TradeCorrected.self,
        "BreakResolved": Bifrost_V1_BreakResolved.self,
        "DayClosed": Bifrost_V1_DayClosed.self,
        "ReconciliationBroke": Bifrost_V1_ReconciliationBroke.self,
        "CorporateActionAnnounced": Bifrost_V1_CorporateActionAnnounced.self,
        "CorporateActionWithdrawn": Bifrost_V1_CorporateActionWithdrawn.self,
        "CorporateActionRevisionMissed": Bifrost_V1_CorporateActionRevisionMissed.self,
        "DividendAccrued": Bifrost_V1_DividendAccrued.self,
        "DividendPaid": Bifrost_V1_DividendPaid.self,
        "PositionAdjusted": Bifrost_V1_PositionAdjusted.self,
        "PositionImported": Bifrost_V1_PositionImported.self,
        "ExternalOrderFound": Bifrost_V1_ExternalOrderFound.self,
        "TradeSuspended": Bifrost_V1_TradeSuspended.self,
        "SuspendedTradeAssigned": Bifrost_V1_SuspendedTradeAssigned.self,
        "SuspendedTradeRevised": Bifrost_V1_SuspendedTradeRevised.self,
        "OfficialRatesRecorded": Bifrost_V1_OfficialRatesRecorded.self,
        "CashConverted": Bifrost_V1_CashConverted.self,
        "InterestRatesSet": Bifrost_V1_InterestRatesSet.self,
        "InterestAccrued": Bifrost_V1_InterestAccrued.self,
        "InterestPaid": Bifrost_V1_InterestPaid.self,
    ]

    static func message(of sample: Sample) throws -> any SwiftProtobuf.Message {
        let golden = try Golden.samples(in: Golden.file(sample.name, sample.schemaVersion))
        let type = try #require(messages[sample.name])
        return try type.init(serializedBytes: #require(golden[sample.label.rawValue]))
    }

    /// The rich or sparse sample of one event as the generated type.
    static func read<M: SwiftProtobuf.Message>(_ type: M.Type, _ label: Sample.Label) throws -> M {
        let name = try #require(messages.first { $0.value == type }?.key)
        let bytes = try #require(Golden.samples(in: Golden.file(name, 1))[label.rawValue])
        return try M(serializedBytes: bytes)
    }

    static func object(_ json: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    /// Fields that a version got after its golden bytes were frozen, and that show though they are absent.
    private static let addedLater = [
        "InstrumentRegistered": Set([
            "tickTable", "marginable", "shortable", "fractionable", "settlementCycles",
        ]),
        "OrderPlaced": Set(["reduceOnly", "postOnly", "chosenLots", "doNotReduce", "worked"]),
        "DayRolled": Set(["ofEveryCalendar"]),
        "TradingDaysDeclared": Set(["hours"]),
        "InstrumentTermsChanged": Set(["replacedVersion"]),
        "TradeBooked": Set(["chosenLots", "fees"]),
        "TradeCorrected": Set(["fees"]),
        "SuspendedTradeRevised": Set(["fees"]),
        "FeeScheduleSet": Set(["fees"]),
        "OrderExecuted": Set(["fees"]),
        "ExecutionCorrected": Set(["fees"]),
        "DayClosed": Set(["foreign"]),
        "AccountLimitsSet": Set(["approvers"]),
    ]

    /// Their keys are among ours, and all of ours where every field is set.
    static func compare(_ ours: [String: Any], _ theirs: [String: Any], isComplete: Bool, path: String) {
        if isComplete {
            let later = addedLater[path] ?? []
            #expect(Set(ours.keys).subtracting(later) == Set(theirs.keys), "\(path)")
        } else {
            #expect(Set(theirs.keys).isSubset(of: ours.keys), "\(path)")
        }
        for (key, value) in theirs { compare(ours[key], value, path: path + "." + key) }
    }

    private static func compare(_ ours: Any?, _ theirs: Any, path: String) {
        switch (ours, theirs) {
        case (let ours as [String: Any], let theirs as [String: Any]):
            compare(ours, theirs, isComplete: false, path: path)
        case (let ours as [Any], let theirs as [Any]):
            #expect(ours.count == theirs.count, "\(path)")
            for (our, their) in zip(ours, theirs) { compare(our, their, path: path) }
        case (let ours as String, let theirs as String):
            // An enumeration: its words follow the name of its type.
            guard theirs.wholeMatch(of: /[A-Z]+(_[A-Z]+)+/) != nil else { return }
            #expect(theirs.hasSuffix("_" + ours), "\(path)")
        default: break
        }
    }
}
