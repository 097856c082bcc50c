import BifrostKernel
import HTTPTypes
import Testing

@testable import HTTPAPI
@testable import Venues

@Suite("Fees through the door")
struct FeeTests {
    /// A share of 1 basis point and half a cent a unit, 1 to 2.50 an order, and the fees of the market.
    static let body =
        #"{"venue":"paper","validFrom":"2020-01-01","commissionBasisPoints":"1","perShare":"0.005","#
        + #""minimum":"1","maximum":"2.50","currency":"USD","source":"SEC 2024-05-22, FINRA 2024-01-01","#
        + #""fees":[{"kind":"sec","basisPoints":"0.278","sides":["sell"]},"#
        + #"{"kind":"taf","perShare":"0.000166","maximum":"8.30","sides":["sell"]}]}"#

    static let schedule: FeeSchedule = {
        var terms = FeeTerms()
        terms.perShare = Price(nanos: 5_000_000)
        terms.minimum = Money(nanos: 1_000_000_000)
        terms.maximum = Money(nanos: 2_500_000_000)
        terms.fees = [
            FeeRate(.sec, rate: BasisPoints(micros: 278_000) ?? BasisPoints(0), on: [.sell]),
            FeeRate(.taf, perShare: Price(nanos: 166_000), maximum: Money(nanos: 8_300_000_000), on: [.sell]),
        ]
        return FeeSchedule(BasisPoints(1), .terms(terms))
    }()

    @Test("a schedule is taken, and what it takes is in the books of a purchase and a sale")
    func trade() async throws {
        try await Fixture.run(fees: Self.schedule) { fixture, caller in
            try await fixture.furnish(caller)
            _ = try await caller.post("/v1/fees", Self.body, 201)
            let path = "/v1/accounts/main/orders"
            for side in ["buy", "sell"] {
                let order = #"{"symbol":"ACME","side":"\#(side)","type":"market","quantity":"100"}"#
                let placed = try await caller.post(path, order, 201)
                try await fixture.wait(path + "/" + placed.subject, caller) { $0["status"] == "FILLED" }
            }
            // 10,000 each way: 1.00 and 0.50 of commission twice, 0.28 and 0.02 of the sale.
            let account = try await caller.send(.get, "/v1/accounts/main", key: nil)
            #expect(account.body["cash"] == "999996.7")
        }
    }

    static let refusals: [(String, String, Int, String)] = [
        (#""minimum":"1""#, #""minimum":"3""#, 422, "FEE_BOUNDS_INVALID"),
        (#""minimum":"1""#, #""minimum":"0.001""#, 422, "FEE_BOUNDS_INVALID"),
        (#""perShare":"0.005""#, #""perShare":"-1""#, 422, "FEE_RATE_INVALID"),
        (#""kind":"taf""#, #""kind":"sec""#, 422, "FEE_KIND_TWICE"),
        (#""kind":"taf""#, #""kind":"commission""#, 422, "FEE_KIND_TWICE"),
        (#""currency":"USD","#, "", 422, "FEE_CURRENCY_MISSING"),
        (#""basisPoints":"0.278""#, #""basisPoints":"1001""#, 422, "FEE_UNSUPPORTED"),
        (#""source":"SEC 2024-05-22, FINRA 2024-01-01","#, "", 400, "FIELD_MISSING"),
        (#""sides":["sell"]},"#, #""sides":["short"]},"#, 400, "FIELD_MALFORMED"),
        (#""kind":"taf""#, #""kind":"levy""#, 400, "FIELD_MALFORMED"),
        (#""venue":"paper","#, "", 400, "FIELD_MISSING"),
        (#""venue":"paper","#, #""venue":"paper","maker":"1","#, 400, "FIELD_UNKNOWN"),
    ]

    @Test("each thing that is wrong has its code", arguments: refusals)
    func refuses(part: String, other: String, status: Int, code: String) async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let body = Self.body.replacing(part, with: other)
            #expect(body != Self.body)
            let answer = try await caller.send(.post, "/v1/fees", body, key: "fees")
            #expect(answer.status == status && answer.body["code"]?.string == code, "\(answer.body.text)")
        }
    }
}
