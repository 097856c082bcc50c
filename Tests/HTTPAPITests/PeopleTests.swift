import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("People through the door")
struct PeopleTests {
    private static let commitment = String(repeating: "5a", count: 32)
    private static let person = "0f8fad5b-d9cb-469f-a165-70867728950e"

    @Test("links and erasures are recorded, to an account or to a name that acts")
    func records() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let body = #"{"account":"main","role":"holder","commitment":"\#(Self.commitment)"}"#
            _ = try await caller.post("/v1/person-links", body, 201)
            let actor = #"{"actor":"t-7","role":"trader","commitment":"\#(Self.commitment)"}"#
            _ = try await caller.post("/v1/person-links", actor, 201)
            _ = try await caller.post("/v1/person-erasures", #"{"person":"\#(Self.person)"}"#, 201)
        }
    }

    static let refusals: [(String, String, Int)] = [
        ("/v1/person-links", #"{"role":"holder","commitment":"\#(commitment)"}"#, 422),
        ("/v1/person-links", #"{"account":"main","commitment":"\#(commitment)"}"#, 400),
        ("/v1/person-links", #"{"account":"main","role":"holder","commitment":"5a"}"#, 400),
        ("/v1/person-links", #"{"account":"nobody","role":"holder","commitment":"\#(commitment)"}"#, 404),
        ("/v1/person-links", #"{"account":"main","role":"holder","name":"Ann","commitment":"00"}"#, 400),
        ("/v1/person-erasures", #"{"person":"Ann"}"#, 400),
        ("/v1/person-erasures", "{}", 400),
        ("/v1/person-erasures", #"{"person":"00000000-0000-0000-0000-000000000000"}"#, 400),
    ]

    @Test("a name is no id, and nothing else about a person is taken", arguments: refusals)
    func refuses(path: String, body: String, status: Int) async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            _ = try await caller.post(path, body, status)
        }
    }
}
