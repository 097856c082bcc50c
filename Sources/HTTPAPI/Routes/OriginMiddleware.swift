internal import Hummingbird

/// Turns away what a page of another site has a browser send: nobody has to say who they are here, and a
/// browser is on this machine like everything else that may ask.
struct OriginMiddleware<Context: RequestContext>: RouterMiddleware {
    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let authority = request.head.authority ?? ""
        // A name of the network that was made to lead here; on a Unix socket any plain name will do.
        guard Self.isOfThisMachine(authority) else {
            throw GatewayRejection(
                .originForeign,
                "Ask for 127.0.0.1 or localhost: no other name leads here."
            )
        }
        guard let origin = request.headers[.origin] else { return try await next(request, context) }
        guard origin == "http://" + authority else {
            throw GatewayRejection(.originForeign, "Only the door's own page may ask from a browser.")
        }
        return try await next(request, context)
    }

    /// Whether a `Host` names the loopback address, or nothing that a network has a name for.
    static func isOfThisMachine(_ authority: String) -> Bool {
        if authority.hasPrefix("[") { return authority.prefix { $0 != "]" } == "[::1" }
        let host = authority.prefix { $0 != ":" }
        return host == "127.0.0.1" || !host.contains(".")
    }
}
