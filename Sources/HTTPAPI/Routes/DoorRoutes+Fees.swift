internal import BifrostKernel
internal import HTTPTypes
internal import Hummingbird
internal import References
internal import Sagas

extension DoorRoutes {
    func addFees(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("fees") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            let schedule = try fields.schedule()
            try fields.end()
            return try await declare(.setFees(schedule), id, created: true)
        }
    }
}

extension RequestFields {
    fileprivate mutating func schedule() throws(GatewayRejection) -> FeeScheduleSet {
        var schedule = FeeScheduleSet()
        guard let venue = try label("venue") else {
            throw GatewayRejection(.fieldMissing, "Add `venue` to the body.")
        }
        schedule.venue = venue
        schedule.validFrom = try date("validFrom")
        schedule.commission = try optionalRate("commissionBasisPoints") ?? BasisPoints(0)
        schedule.perShare = try optionalPrice("perShare")
        schedule.minimum = try optionalMoney("minimum")
        schedule.maximum = try optionalMoney("maximum")
        schedule.currency = has("currency") ? try currency("currency") : nil
        if has("fees") {
            for element in try list("fees", countMax: FeeScheduleSet.feesMax) {
                var fee = try RequestFields(element, at: "an element of `fees`")
                schedule.fees.append(try fee.rate())
                try fee.end()
            }
        }
        // Rates of the market change by somebody's decision: whoever sets them says whose.
        guard let source = try label("source") else {
            guard schedule.fees.isEmpty else {
                throw GatewayRejection(.fieldMissing, "Add `source`: where the rates of `fees` come from.")
            }
            return schedule
        }
        schedule.source = source
        return schedule
    }

    private mutating func rate() throws(GatewayRejection) -> FeeRate {
        var rate = FeeRate()
        rate.kind = try choice("kind", FeeKind.allCases.map { ($0.name.lowercased(), $0) })
        rate.rate = try optionalRate("basisPoints") ?? BasisPoints(0)
        rate.perShare = try optionalPrice("perShare")
        rate.maximum = try optionalMoney("maximum")
        if has("sides") {
            for element in try list("sides", countMax: 2) {
                guard let side = FeeSide.allCases.first(where: { $0.name.lowercased() == element.string })
                else { throw GatewayRejection(.fieldMalformed, "A side is `buy` or `sell`.") }
                rate.sides.append(side)
            }
        }
        return rate
    }
}
