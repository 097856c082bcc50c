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
            rejection.problem,
            status: HTTPResponse.Status(code: code.status),
            type: "application/problem+json"
        )
        if code.status == 503 {
            response.headers[.retryAfter] = [.busy, .positionNotReached].contains(code) ? "1" : "5"
        }
        return response
    }

    /// What came of a command.
    static func reply(_ reply: CommandReply) -> Response {
        let type = reply.status == 422 ? "application/problem+json" : "application/json"
        return json(reply.body, status: HTTPResponse.Status(code: reply.status), type: type)
    }
}

extension GatewayRejection {
    /// The body that tells it.
    var problem: JSON {
        [
            "type": .string("urn:bifrost:problem:" + code.rawValue),
            "title": .string(code.title),
            "status": .count(Int64(code.status)),
            "detail": .string(detail),
            "code": .string(code.rawValue),
        ]
    }
}

/// The answer to a command that was judged.
///
/// The same receipt and outcome always make the same body, so that a repeated command gets the answer of the
/// first.
struct CommandReply: Sendable {
    let receipt: CommandReceipt
    let status: Int
    let body: JSON
    /// Whether it was judged before, and this is that answer again.
    let isReplay: Bool

    init(_ receipt: CommandReceipt, _ outcome: CommandOutcome, created: Bool, isReplay: Bool) {
        self.receipt = receipt
        self.isReplay = isReplay
        switch outcome.result {
        case .accepted:
            status = created ? 201 : 200
            body = outcome.facts("accepted", receipt)
        case .noEffect:
            status = 200
            body = outcome.facts("no-effect", receipt)
        case .refused(let rejection, let judge):
            let code = rejection.code
            status = 422
            body = [
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
            ]
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
