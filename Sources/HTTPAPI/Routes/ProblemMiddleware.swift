internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOHTTP1
internal import Prices

/// Turns whatever a handler throws into a problem that says what to do.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    private let table: RouteTable

    init(_ table: RouteTable) { self.table = table }

    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let rejection as GatewayRejection {
            return .problem(rejection)
        } catch let error as ReadError {
            context.logger.error("reading the log failed", metadata: ["error": "\(error)"])
            return .problem(GatewayRejection(.logUnavailable, "Try again; the service's own log says why."))
        } catch PriceError.keyReused(let segment) {
            return .problem(
                GatewayRejection(
                    .idempotencyKeyReused,
                    "Segment \(segment) has this key and other prices; nothing was recorded. Give every recording"
                        + " a key of its own."
                )
            )
        } catch let error as PriceError {
            context.logger.error("reading or recording prices failed", metadata: ["error": "\(error)"])
            return .problem(GatewayRejection(.logUnavailable, "Try again; the service's own log says why."))
        } catch let error as HTTPError where error.status == .notFound {
            return unrouted(request)
        } catch let error as HTTPParserError {
            // The server answers it and closes the connection, which is out of step.
            throw error
        } catch {
            context.logger.error("a request failed", metadata: ["error": "\(error)"])
            return .problem(GatewayRejection(.internalError, "Try again; the service's own log says why."))
        }
    }

    private func unrouted(_ request: Request) -> Response {
        let methods = table.methods(of: request.uri.path)
        guard !methods.isEmpty else {
            return .problem(
                GatewayRejection(.routeUnknown, "The routes are below /v1; /openapi.json names them all.")
            )
        }
        let allowed = methods.joined(separator: ", ")
        var response = Response.problem(
            GatewayRejection(.methodNotAllowed, "This path takes \(allowed); /openapi.json says more.")
        )
        response.headers[.allow] = allowed
        return response
    }
}
