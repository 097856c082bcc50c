internal import FoundationEssentials

/// Bytes as text (RFC 4648, section 4), in the one form that each has.
enum Base64 {
    static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// The bytes; `nil` for every text that is not exactly what `text` makes of them.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(text)), data.base64EncodedString() == text else {
            return nil
        }
        return [UInt8](data)
    }
}
