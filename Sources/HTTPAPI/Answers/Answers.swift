internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")
}

extension Response {
    /// An answer with a JSON body.
    static func json(_ body: JSON, status: HTTPResponse.Status = .ok, type: String = "application/json")
        -> Response
    {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body.text))
        )
    }

    /// An answer of text.
    static func text(_ text: String, type: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// A problem of the gateway (RFC 9457).
    static func problem(_ rejection: GatewayRejection) -> Response {
        let code = rejection.code
        var response = json(
            [
                "type": .string("urn:bifrost:problem:" + code.rawValue),
                "title": .string(code.title),
                "status": .count(Int64(code.status)),
                "detail": .string(rejection.detail),
                "code": .string(code.rawValue),
            ],
            status: HTTPResponse.Status(code: code.status),
            type: "application/problem+json"
        )
        if code.status == 503 {
            response.headers[.retryAfter] = [.busy, .positionNotReached].contains(code) ? "1" : "5"
        }
        return response
    }

    /// What came of a command.
    ///
    /// The same receipt and outcome always make the same body, so that a repeated command gets the answer of
    /// the first.
    static func outcome(_ receipt: CommandReceipt, _ outcome: CommandOutcome, created: Bool) -> Response {
        switch outcome.result {
        case .accepted:
            return json(outcome.facts("accepted", receipt), status: created ? .created : .ok)
        case .noEffect:
            return json(outcome.facts("no-effect", receipt))
        case .refused(let rejection, let judge):
            let code = rejection.code
            return json(
                [
                    "type": .string("urn:bifrost:problem:" + code.name),
                    "title": .string(code.title),
                    "status": .count(422),
                    "detail": .string(code.advice),
                    "code": .string(code.name),
                    "limit": .optional(rejection.limit.map { Decimals.text($0) }),
                    "value": .optional(rejection.value.map { Decimals.text($0) }),
                    "by": .string(judge),
                    "result": .string("refused"),
                    "subject": .string(outcome.subject.text),
                    "position": .count(receipt.lastPosition),
                    "shard": .count(Int64(receipt.shard.value)),
                ],
                status: .unprocessableContent,
                type: "application/problem+json"
            )
        }
    }
}

extension CommandOutcome {
    fileprivate func facts(_ result: String, _ receipt: CommandReceipt) -> JSON {
        [
            "result": .string(result), "subject": .string(subject.text),
            "position": .count(receipt.lastPosition), "shard": .count(Int64(receipt.shard.value)),
        ]
    }
}
