import BifrostKernel
import References
import Sagas
import SeededChoices

/// Extreme values in what is about currencies.
extension Malice {
    mutating func interestRate() -> InterestRate {
        let most = InterestRate.microsMax
        return InterestRate(micros: generator.one(of: [0, 1, -1, most, -most, 425_000_000])) ?? .zero
    }

    mutating func interest() -> InterestRatesSet {
        var rates = InterestRatesSet()
        rates.currency = currency()
        rates.credit = interestRate()
        rates.debit = interestRate()
        rates.dayCount = generator.one(of: [nil, .actual360, .actual365])
        rates.validFrom = date()
        return rates
    }

    mutating func rates() -> OfficialRatesRecorded {
        var rates = OfficialRatesRecorded()
        rates.date = date()
        let count = generator.one(of: [0, 1, 1, 1, 2, 257])
        rates.rates = (0..<count).map { _ in OfficialRate(currency(), currency(), price()) }
        return rates
    }

    mutating func conversion() -> ConvertCash {
        var wanted = ConvertCash()
        wanted.currency = currency()
        wanted.amount = money()
        wanted.to = currency()
        wanted.rate = price()
        wanted.source = text()
        return wanted
    }

    mutating func currencyFact() -> ReferenceEvent {
        generator.chance(50) ? .interestSet(interest()) : .ratesRecorded(rates())
    }

    mutating func currencyReferenceCommand() -> Command {
        generator.chance(50) ? .setInterestRates(interest()) : .recordRates(rates())
    }
}
