internal import Hummingbird

extension BasicRequestContext {
    /// A part of the path, decoded (RFC 3986, 2.1), so that a symbol may have a slash or a colon.
    func parameter(_ name: String) throws -> String {
        let raw = Array(try parameters.require(name).utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < raw.count {
            if raw[index] == UInt8(ascii: "%"), index + 2 < raw.count,
                let byte = UInt8(String(decoding: raw[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(raw[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
