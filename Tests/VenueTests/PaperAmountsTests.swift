import BifrostKernel
import Orders
import Testing

@testable import Venues

@Suite("Amounts of the paper venue")
struct PaperAmountsTests {
    @Test(
        "are rounded once, half away from zero, to what can be paid",
        arguments: [
            // price, quantity, currency, basis points, settlement, commission
            ("10.005", "1", "USD", "0", "10.01", "0"),
            ("10.004999999", "1", "USD", "0", "10", "0"),
            ("0.004999999", "1.0000001", "USD", "0", "0", "0"),
            ("0.009999999", "0.49999999", "USD", "0", "0", "0"),
            ("10.5", "1", "JPY", "0", "11", "0"),
            ("10.4999", "1", "JPY", "0", "10", "0"),
            ("1.0005", "1", "KWD", "0", "1.001", "0"),
            ("100", "1", "USD", "5", "100", "0.05"),
            ("99", "1", "USD", "5", "99", "0.05"),
            ("89", "1", "USD", "5", "89", "0.04"),
            ("1", "1", "USD", "50", "1", "0.01"),
            ("1", "1", "USD", "49", "1", "0"),
            ("1000", "1", "JPY", "5", "1000", "1"),
            ("999", "1", "JPY", "5", "999", "0"),
            ("1000000000", "1000000000", "USD", "100", "1000000000000000000", "10000000000000000"),
        ]
    )
    func rounding(
        price: String,
        quantity: String,
        code: String,
        rate: String,
        settlement: String,
        commission: String
    ) throws {
        let currency = try #require(Currency(code))
        let points = BasisPoints(try #require(Int64(rate)))
        let amounts = PaperAmounts(try Price(price), try Quantity(quantity), currency, points)
        #expect(amounts?.settlement == (try Money(settlement)))
        #expect(amounts?.commission == (try Money(commission)))
    }

    @Test("end where money ends")
    func bounds() throws {
        let most = (try Price("1000000000"), try Quantity("1000000000"))
        #expect(PaperAmounts(most.0, most.1, .usd, BasisPoints(10_001)) == nil)
        #expect(PaperAmounts(most.0, most.1, .usd, BasisPoints(10_000))?.cashFlow(.buy) == nil)
        #expect(PaperAmounts(most.0, most.1, .usd, BasisPoints(10_000))?.cashFlow(.sell) == .zero)
    }
}
