internal import BifrostKernel
internal import HTTPTypes
internal import Hummingbird
internal import RiskLimits
internal import Sagas

extension DoorRoutes {
    func addLimits(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts/:account/limits") { request, context in
            let account = try context.parameter("account")
            return try await take(request) { try setLimits(account, &$0) }
        }
    }

    func setLimits(_ account: String, _ fields: inout RequestFields) throws -> CommandDraft {
        let limits = try fields.limits()
        return CommandDraft([account]) { .setLimits(try await self.account(account), limits) }
    }
}

extension RequestFields {
    fileprivate mutating func limits() throws(GatewayRejection) -> SetLimits {
        var limits = SetLimits()
        limits.orderValueMax = try money("orderValueMax")
        limits.priceCollar = try optionalRate("priceCollarBasisPoints") ?? BasisPoints(0)
        limits.effectiveFrom = try optionalDate("effectiveFrom")
        limits.effectiveTo = try optionalDate("effectiveTo")
        limits.approvalPolicy = try label("approvalPolicy") ?? ""
        if has("approvers") {
            for person in try list("approvers", countMax: 8) {
                guard let name = person.string, ActorName(name) != nil else {
                    throw GatewayRejection(
                        .fieldMalformed,
                        "An approver has 1–64 printable ASCII characters."
                    )
                }
                limits.approvers.append(name)
            }
        }
        limits.grossExposureMax = try optionalMoney("grossExposureMax")
        limits.netExposureMax = try optionalMoney("netExposureMax")
        limits.positionValueMax = try optionalMoney("positionValueMax")
        limits.concentrationMax = try optionalRate("concentrationMaxBasisPoints")
        limits.dayLossMax = try optionalMoney("dayLossMax")
        limits.drawdownMax = try optionalRate("drawdownMaxBasisPoints")
        limits.ordersPerSecondMax = try optionalCount("ordersPerSecondMax")
        limits.openOrdersMax = try optionalCount("openOrdersMax")
        limits.orderQuantityMax = try optionalQuantity("orderQuantityMax")
        limits.duplicateWindowMillis = try optionalCount("duplicateWindowMillis")
        return limits
    }

    mutating func optionalMoney(_ name: String) throws(GatewayRejection) -> Money? {
        has(name) ? try money(name) : nil
    }

    mutating func optionalCount(_ name: String) throws(GatewayRejection) -> UInt32? {
        has(name) ? try count(name) : nil
    }
}
