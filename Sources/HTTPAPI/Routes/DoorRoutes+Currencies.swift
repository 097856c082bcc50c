internal import BifrostKernel
internal import HTTPTypes
internal import Hummingbird
internal import References
internal import Sagas

extension DoorRoutes {
    func addCurrencies(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts/:account/conversions") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = ConvertCash()
            command.currency = try fields.currency("currency")
            command.amount = try fields.money("amount")
            command.to = try fields.currency("toCurrency")
            command.rate = try fields.price("rate")
            command.source = try fields.label("source") ?? Self.actorName
            try fields.end()
            let account = try await account(try context.parameter("account"))
            return try await pose(.convertCash(account, command), id, created: true)
        }
        routes.post("exchange-rates") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = OfficialRatesRecorded()
            command.date = try fields.date("date")
            command.source = try fields.label("source") ?? Self.actorName
            for element in try fields.list("rates", countMax: ReferenceBook.marksMax) {
                var rate = try RequestFields(element, at: "an element of `rates`")
                let (currency, quote) = (try rate.currency("currency"), try rate.currency("quoteCurrency"))
                command.rates.append(OfficialRate(currency, quote, try rate.price("rate")))
                try rate.end()
            }
            try fields.end()
            return try await declare(.recordRates(command), id, created: true)
        }
        routes.post("interest-rates") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = InterestRatesSet()
            command.currency = try fields.currency("currency")
            command.credit = try fields.interest("creditBasisPoints")
            command.debit = try fields.interest("debitBasisPoints")
            command.dayCount = try fields.optionalChoice(
                "dayCount",
                [("ACT/360", .actual360), ("ACT/365", DayCount.actual365)]
            )
            command.validFrom = try fields.date("validFrom")
            command.source = try fields.label("source") ?? Self.actorName
            try fields.end()
            return try await declare(.setInterestRates(command), id, created: true)
        }
    }
}

extension RequestFields {
    /// A yearly rate in basis points, which may be negative; none when absent.
    fileprivate mutating func interest(_ name: String) throws(GatewayRejection) -> InterestRate {
        guard let value = try optionalQuantity(name) else { return .zero }
        guard value.nanos % 1000 == 0, let rate = InterestRate(micros: value.nanos / 1000) else {
            throw GatewayRejection(
                .fieldMalformed,
                "`\(name)` is -10000 to 10000 basis points with at most six decimals."
            )
        }
        return rate
    }
}
