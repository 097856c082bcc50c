internal import BifrostKernel
internal import HTTPTypes
internal import Hummingbird
internal import RiskLimits
internal import Sagas

extension DoorRoutes {
    func addLimits(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts/:account/limits") { request, context in
            let id = try commandID(request)
            let account = try await account(try context.parameters.require("account"))
            var fields = try await fields(request)
            let limits = try fields.limits()
            try fields.end()
            return try await pose(.setLimits(account, limits), id)
        }
    }
}

extension RequestFields {
    fileprivate mutating func limits() throws(GatewayRejection) -> SetLimits {
        var limits = SetLimits()
        limits.orderValueMax = try money("orderValueMax")
        limits.priceCollar = try rate("priceCollarBasisPoints") ?? BasisPoints(0)
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
        limits.concentrationMax = try rate("concentrationMaxBasisPoints")
        limits.dayLossMax = try optionalMoney("dayLossMax")
        limits.drawdownMax = try rate("drawdownMaxBasisPoints")
        limits.ordersPerSecondMax = try optionalCount("ordersPerSecondMax")
        limits.openOrdersMax = try optionalCount("openOrdersMax")
        if has("orderQuantityMax") { limits.orderQuantityMax = try quantity("orderQuantityMax") }
        limits.duplicateWindowMillis = try optionalCount("duplicateWindowMillis")
        return limits
    }

    private mutating func optionalMoney(_ name: String) throws(GatewayRejection) -> Money? {
        has(name) ? try money(name) : nil
    }

    private mutating func optionalCount(_ name: String) throws(GatewayRejection) -> UInt32? {
        has(name) ? try count(name) : nil
    }

    /// Basis points as a decimal with at most six digits after the point.
    private mutating func rate(_ name: String) throws(GatewayRejection) -> BasisPoints? {
        guard has(name) else { return nil }
        let amount = try money(name)
        guard amount.nanos % 1000 == 0, let micros = Int64(exactly: amount.nanos / 1000),
            let rate = BasisPoints(micros: micros)
        else {
            throw GatewayRejection(
                .fieldMalformed,
                "`\(name)` is 0 … 1000000 basis points with at most six decimals."
            )
        }
        return rate
    }
}
