internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOHTTP1

/// Turns whatever a handler throws into a problem that says what to do.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
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
        } catch let error as HTTPError where error.status == .notFound {
            return .problem(
                GatewayRejection(
                    .routeUnknown,
                    "The routes are below /v1; this method has none at this path."
                )
            )
        } catch let error as HTTPParserError {
            // The server answers it and closes the connection, which is out of step.
            throw error
        } catch {
            context.logger.error("a request failed", metadata: ["error": "\(error)"])
            return .problem(GatewayRejection(.internalError, "Try again; the service's own log says why."))
        }
    }
}
