internal import Engine
internal import EventStore
internal import Hummingbird
internal import Synchronization

/// Counts what comes through the door, and prints it with the engine's figures in the text format of
/// Prometheus, version 0.0.4.
final class DoorMetrics: Sendable {
    private struct Figures {
        /// Answers by the first digit of their status.
        var answers = [Int](repeating: 0, count: 6)
        /// Requests that took no longer than the bound at the same place, and those that took longer.
        var durations = [Int](repeating: 0, count: boundsSeconds.count + 1)
        var nanos: Int64 = 0
    }

    private static let boundsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10]
    private static let nanosPerSecond = 1_000_000_000.0
    private let figures = Mutex(Figures())

    /// Counts one answer.
    func take(status: Int, after duration: Duration) {
        let (seconds, attos) = duration.components
        let nanos = seconds * 1_000_000_000 + attos / 1_000_000_000
        let index = Self.boundsSeconds.firstIndex { Double(nanos) <= $0 * Self.nanosPerSecond }
        figures.withLock { figures in
            figures.answers[min(max(status / 100, 0), 5)] += 1
            figures.durations[index ?? Self.boundsSeconds.count] += 1
            figures.nanos += nanos
        }
    }

    /// The page, with what the engines say of themselves.
    func text(_ core: CoreAccess) -> String {
        let figures = figures.withLock { $0 }
        let shard = #"{shard="\#(core.trading.shard.value)"}"#
        var lines: [String] = []
        func gauge(_ name: String, _ help: String, _ value: Int64) {
            lines += ["# HELP \(name) \(help)", "# TYPE \(name) gauge", "\(name)\(shard) \(value)"]
        }
        gauge(
            "bifrost_engine_running",
            "1 while the engine takes commands.",
            core.trading.status == .running ? 1 : 0
        )
        gauge(
            "bifrost_storage_low",
            "1 while only what lowers risk is taken.",
            core.trading.shortage == nil ? 0 : 1
        )
        gauge("bifrost_log_position", "The last durable position.", core.trading.committed)
        lines += [
            "# HELP bifrost_http_requests_total Answers by the class of their status.",
            "# TYPE bifrost_http_requests_total counter",
        ]
        for digit in 2...5 {
            lines.append(#"bifrost_http_requests_total{status="\#(digit)xx"} \#(figures.answers[digit])"#)
        }
        let name = "bifrost_http_request_duration_seconds"
        lines += ["# HELP \(name) From a request's head to its answer's.", "# TYPE \(name) histogram"]
        var sum = 0
        for (bound, count) in zip(Self.boundsSeconds, figures.durations) {
            sum += count
            lines.append(#"\#(name)_bucket{le="\#(bound)"} \#(sum)"#)
        }
        sum += figures.durations[Self.boundsSeconds.count]
        lines.append(#"\#(name)_bucket{le="+Inf"} \#(sum)"#)
        lines.append("\(name)_sum \(Double(figures.nanos) / Self.nanosPerSecond)")
        lines.append("\(name)_count \(sum)")
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Measures every request.
struct MetricsMiddleware<Context: RequestContext>: RouterMiddleware {
    let metrics: DoorMetrics
    private let clock = ContinuousClock()

    init(_ metrics: DoorMetrics) { self.metrics = metrics }

    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = clock.now
        let response = try await next(request, context)
        metrics.take(status: response.status.code, after: began.duration(to: clock.now))
        return response
    }
}
