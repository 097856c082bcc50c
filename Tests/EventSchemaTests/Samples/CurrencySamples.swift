import BifrostKernel
import Portfolios
import References
import Sagas

extension Sample {
    static let currencySamples: [Sample] =
        pair(
            rich: .reference(.interestSet(interestSet)),
            sparse: .reference(.interestSet(InterestRatesSet()))
        )
        + pair(
            rich: .portfolio(.interestAccrued(interestAccrued)),
            sparse: .portfolio(.interestAccrued(InterestAccrued()))
        )
        + pair(
            rich: .portfolio(.interestPaid(interestPaid)),
            sparse: .portfolio(.interestPaid(InterestPaid()))
        )
        + pair(
            rich: .reference(.ratesRecorded(ratesRecorded)),
            sparse: .reference(.ratesRecorded(OfficialRatesRecorded()))
        )
        + pair(
            rich: .portfolio(.converted(converted)),
            sparse: .portfolio(.converted(CashConverted()))
        )

    private static var ratesRecorded: OfficialRatesRecorded {
        var payload = OfficialRatesRecorded()
        payload.date = Extreme.lowDate
        payload.version = .max
        payload.source = Extreme.text
        payload.rates = [OfficialRate(), OfficialRate(Extreme.yen, .usd, Extreme.price)]
        return payload
    }

    private static var converted: CashConverted {
        var payload = CashConverted()
        payload.account = Extreme.account
        payload.soldCurrency = Extreme.yen
        payload.sold = Extreme.money
        payload.boughtCurrency = Extreme.yen
        payload.bought = Extreme.lowMoney
        payload.rate = Extreme.price
        payload.gross = Money(nanos: 1 << 64)
        payload.source = Extreme.text
        payload.postings = [Posting(.currencyTrading, .usd, Extreme.lowMoney), Posting()]
        return payload
    }

    private static let highRate = InterestRate(micros: InterestRate.microsMax) ?? .zero
    private static let lowRate = InterestRate(micros: -InterestRate.microsMax) ?? .zero

    private static var interestSet: InterestRatesSet {
        var payload = InterestRatesSet()
        payload.currency = Extreme.yen
        payload.credit = lowRate
        payload.debit = highRate
        payload.dayCount = .actual365
        payload.validFrom = Extreme.lowDate
        payload.version = .max
        payload.source = Extreme.text
        return payload
    }

    private static var interestAccrued: InterestAccrued {
        var payload = InterestAccrued()
        payload.account = Extreme.account
        payload.currency = Extreme.yen
        payload.from = Extreme.lowDate
        payload.until = Extreme.date
        payload.days = .max
        payload.balance = Extreme.lowMoney
        payload.rate = lowRate
        payload.dayCount = .actual365
        payload.ratesVersion = .max
        payload.amount = Extreme.money
        payload.postings = [Posting(.interestAccrued, .usd, Extreme.money), Posting()]
        return payload
    }

    private static var interestPaid: InterestPaid {
        var payload = InterestPaid()
        payload.account = Extreme.account
        payload.currency = Extreme.yen
        payload.accrued = Extreme.lowMoney
        payload.amount = Extreme.money
        payload.postings = [Posting(.rounding, .usd, Money(nanos: -1)), Posting()]
        return payload
    }
}
