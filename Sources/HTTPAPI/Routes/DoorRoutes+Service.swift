internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Venues

/// What those who run the service ask it.
extension DoorRoutes {
    func addService(to router: Router<BasicRequestContext>) {
        for path in ["health", "health/ready", "v1/health"] {
            router.get(RouterPath(path)) { _, _ in health() }
        }
        // A process that answers lives: one that cannot take commands is not to be killed for it.
        router.get("health/live") { _, _ in Response.json(["status": "ok"]) }
        router.get("metrics") { _, _ in
            Response.text(metrics.text(core), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("openapi.json") { _, _ in
            Response.text(OpenAPIFile.text, type: "application/json")
        }
    }

    private func health() -> Response {
        let isShort = core.trading.shortage != nil
        let running = core.trading.status == .running && !isShort
        return .json(
            [
                "status": .string(isShort ? "storage-low" : running ? "ok" : "unavailable"),
                "shard": .count(Int64(core.trading.shard.value)),
                "position": .count(core.trading.committed),
                "venue": .string(core.venue.name),
            ],
            status: running ? .ok : .serviceUnavailable
        )
    }
}

/// The description of the routes for programs, kept by hand in OpenAPI/openapi.json; a test holds it against
/// them.
enum OpenAPIFile {
    static let text = String(decoding: PackageResources.openapi_json, as: UTF8.self)
}
