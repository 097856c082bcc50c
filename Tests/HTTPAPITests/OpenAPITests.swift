import BifrostKernel
import Engine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Sagas
import Testing

@testable import HTTPAPI

@Suite("The description of the routes")
struct OpenAPITests {
    private static let methods = ["get", "post", "put", "patch", "delete"]

    private func file() throws -> JSON {
        // It is deeper than what clients may send.
        try JSONReader.read(Array(OpenAPIFile.text.utf8), depthMax: 64)
    }

    private func members(_ json: JSON?) -> [JSON.Member] {
        guard case .object(let members)? = json else { return [] }
        return members
    }

    @Test("every route stands in the file, and nothing else does")
    func namesRoutes() async throws {
        let fixture = try Fixture()
        let pool = BlockingPool()
        let router = DoorRoutes(fixture.core, pool).router()
        let routes = router.routes.map { "\($0.method.rawValue.lowercased()) \($0.path)" }
        fixture.stop()
        try await pool.stop()
        var described: [String] = []
        for path in members(try file()["paths"]) {
            for operation in members(path.value) where Self.methods.contains(operation.name) {
                described.append("\(operation.name) \(path.name)")
            }
        }
        #expect(described.sorted() == routes.sorted())
        #expect(routes.count > 40)
    }

    /// Its commands have their keys in the body.
    private static let keyless = ["/v1/batches"]

    @Test("every command asks for a key, and no query does")
    func asksForKeys() throws {
        for path in members(try file()["paths"]) {
            for operation in members(path.value) {
                let parameters = operation.value["parameters"]?.array ?? []
                let asks = parameters.contains { $0["$ref"]?.string == "#/components/parameters/key" }
                let wanted = operation.name != "get" && !Self.keyless.contains(path.name)
                #expect(asks == wanted, "\(operation.name) \(path.name)")
            }
        }
    }

    @Test("the commands of a batch are called as the routes that take one alone")
    func namesBatchedCommands() throws {
        let file = try file()
        let operations = members(file["paths"]).flatMap { members($0.value) }
            .compactMap { $0.value["operationId"]?.string }
        #expect(DoorRoutes.batchedNames.allSatisfy(operations.contains))
        let variants = file["components"]?["schemas"]?["BatchedCommand"]?["oneOf"]?.array ?? []
        let described = variants.flatMap { $0["properties"]?["command"]?["enum"]?.array ?? [] }
        #expect(described.compactMap(\.string).sorted() == DoorRoutes.batchedNames.sorted())
    }

    @Test("every reference leads to something, and everything is referred to")
    func resolvesReferences() throws {
        let file = try file()
        var targets: Set<String> = []
        func walk(_ json: JSON) {
            switch json {
            case .object(let members):
                for member in members {
                    if member.name == "$ref", let target = member.value.string { targets.insert(target) }
                    walk(member.value)
                }
            case .array(let elements): elements.forEach(walk)
            default: break
            }
        }
        walk(file)
        var known: Set<String> = []
        for kind in members(file["components"]) {
            for member in members(kind.value) { known.insert("#/components/\(kind.name)/\(member.name)") }
        }
        #expect(targets == known)
    }

    /// A number without bounds promises that every number is taken, and none that is stored is unbounded.
    @Test("every whole number that a query takes has its least and its greatest")
    func boundsNumbers() throws {
        let file = try file()
        let routes = members(file["paths"]).flatMap { path in
            members(path.value).map { (path.name, $0.value) }
        }
        var parameters = routes.flatMap { path, operation in
            (operation["parameters"]?.array ?? []).map { (path, $0) }
        }
        parameters += members(file["components"]?["parameters"]).map { ($0.name, $0.value) }
        var count = 0
        for (place, parameter) in parameters where parameter["schema"]?["type"]?.string == "integer" {
            count += 1
            for bound in ["minimum", "maximum"] {
                #expect(
                    parameter["schema"]?[bound] != nil,
                    "\(place): \(parameter["name"]?.string ?? "") has no \(bound)"
                )
            }
        }
        #expect(count >= 5)
    }

    @Test("every code that an answer can have stands in the file")
    func namesCodes() throws {
        let schemas = try file()["components"]?["schemas"]
        func codes(_ schema: String) -> [String] {
            (schemas?[schema]?["properties"]?["code"]?["enum"]?.array ?? []).compactMap(\.string).sorted()
        }
        #expect(codes("Problem") == GatewayCode.allCases.map(\.rawValue).sorted())
        #expect(codes("Refusal") == RejectionCode.allCases.map(\.name).sorted())
    }

    @Test("a method that a path does not have is answered with those it has")
    func namesMethods() async throws {
        try await Fixture.run { _, caller in
            let rows: [(HTTPRequest.Method, String, Int, String?)] = [
                (.put, "/v1/accounts", 405, "GET, POST"),
                (.delete, "/v1/accounts/main", 405, "GET"),
                (.trace, "/v1/accounts/main/orders", 405, "GET, POST"),
                (.get, "/v1/kill-switch", 405, "DELETE, POST"),
                (.post, "/health", 405, "GET"),
                (.get, "/v1/nothing", 404, nil),
                (.get, "/v1/accounts/main/orders/x/y/z", 404, nil),
            ]
            for (method, path, status, allow) in rows {
                let answer = try await caller.send(method, path, key: nil)
                #expect(answer.status == status, "\(method) \(path)")
                #expect(answer.headers[.allow] == allow, "\(method) \(path)")
            }
        }
    }

    @Test("the page for Prometheus counts answers, and gives the position of the log")
    func countsAnswers() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            _ = try await caller.send(.get, "/v1/accounts/nobody", key: nil)
            let page = try await caller.client.execute(uri: "/metrics", method: .get) { response in
                #expect(response.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
                return String(buffer: response.body)
            }
            let lines = page.split(separator: "\n").map(String.init)
            #expect(lines.contains("bifrost_log_position{shard=\"1\"} \(fixture.trading.committed)"))
            #expect(lines.contains("bifrost_engine_running{shard=\"1\"} 1"))
            #expect(lines.contains("bifrost_http_requests_total{status=\"2xx\"} 5"))
            #expect(lines.contains("bifrost_http_requests_total{status=\"4xx\"} 1"))
            #expect(lines.contains("bifrost_http_request_duration_seconds_count 6"))
        }
    }

    @Test("a process that cannot take commands lives and is not ready")
    func tellsLifeFromReadiness() async throws {
        try await Fixture.run { fixture, caller in
            let before = try await caller.send(.get, "/health/ready", key: nil)
            fixture.trading.hold(for: "the disk is nearly full")
            let ready = try await caller.send(.get, "/health/ready", key: nil)
            let live = try await caller.send(.get, "/health/live", key: nil)
            #expect([before.status, ready.status, live.status] == [200, 503, 200])
        }
    }

    @Test("a whole number may have zeros behind its point, as JSON Schema has it")
    func takesWholeNumbers() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main/deposits"
            try await caller.post(path, #"{"currency":"USD","amount":5.0}"#, 201)
            try await caller.post(path, #"{"currency":"USD","amount":5.50}"#, 400)
            try await caller.post(path, #"{"currency":"USD","amount":5.0e1}"#, 400)
            let account = try await caller.send(.get, "/v1/accounts/main", key: nil).body
            #expect(account["cash"]?.string == "1000005")
        }
    }

    @Test("a symbol with a slash is named in a path by its escape")
    func decodesPaths() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            try await caller.post(
                "/v1/instruments",
                #"{"symbol":"BRK/B","currency":"USD","tickSize":"0.01","lotSize":"1","tradingCalendar":"XNYS"}"#,
                201
            )
            try await caller.post("/v1/instruments/BRK%2FB/status", #"{"status":"halted"}"#, 200)
            try await caller.post("/v1/instruments/BRK%2fC/status", #"{"status":"halted"}"#, 422)
            try await caller.post("/v1/instruments/BRK%2/status", #"{"status":"halted"}"#, 400)
        }
    }
}
