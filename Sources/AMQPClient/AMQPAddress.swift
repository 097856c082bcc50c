/// Where a broker is and as whom to speak to it; its description leaves the password out.
public struct AMQPAddress: Sendable, Equatable {
    /// The name or number of the machine.
    public let host: String
    /// The port, 5672 unless given.
    public let port: Int
    /// The virtual host, `/` unless given.
    public let virtualHost: String
    /// The user, `guest` unless given.
    public let user: String
    let password: String

    private static let portStandard = 5_672

    /// Reads `amqp://user:password@host:port/vhost`, where every part but the host may be left out and `%2F`
    /// stands for a slash.
    public init(_ url: String) throws(AMQPError) {
        guard url.hasPrefix("amqp://") else {
            throw .badAddress(
                url.hasPrefix("amqps://")
                    ? "TLS is not spoken here: give amqp:// and keep the broker on this machine or in a tunnel"
                    : "expected amqp://user:password@host:port/vhost"
            )
        }
        let rest = url.dropFirst("amqp://".count)
        let authority = rest.prefix { $0 != "/" }
        let at = authority.lastIndex(of: "@")
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        let words = (at.map { authority[..<$0] } ?? "guest:guest")
            .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        (host, port) = try Self.place(place)
        user = try Self.decoded(words[0], "the user")
        password = words.count == 2 ? try Self.decoded(words[1], "the password") : ""
        let path = rest[authority.endIndex...].dropFirst()
        virtualHost = path.isEmpty ? "/" : try Self.decoded(path, "the virtual host")
        guard !path.contains("/"), !path.contains("?") else {
            throw .badAddress("expected one name behind the host: write %2F for a slash inside it")
        }
    }

    /// The host and the port of `name`, `name:port` or `[IPv6]:port`.
    private static func place(_ text: Substring) throws(AMQPError) -> (String, Int) {
        var host = text
        var port: Substring? = nil
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .badAddress("expected ] behind the host") }
            host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else { throw .badAddress("expected : behind ]") }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty, !host.utf8.contains(0) else { throw .badAddress("expected a host") }
        guard let port else { return (String(host), portStandard) }
        guard let number = Int(port), (1...65_535).contains(number) else {
            throw .badAddress("expected a port of 1 … 65535")
        }
        return (String(host), number)
    }

    /// The text with `%41` read as `A`.
    private static func decoded(_ text: Substring, _ part: String) throws(AMQPError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.first != "+", let value = UInt8(digits, radix: 16) else {
                throw .badAddress("expected two hexadecimal digits behind each % of \(part)")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw .badAddress("expected UTF-8 without NUL in \(part)")
        }
        return text
    }
}

extension AMQPAddress: CustomStringConvertible {
    /// The address without the password: for logs and for people.
    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "amqp://\(user)@\(name):\(port), vhost \(virtualHost)"
    }
}
