/// A name that a client gives (command id, client order id, idempotency key): 1–128 printable ASCII
/// characters.
public struct ClientName: Hashable, Comparable, Sendable {
    /// The characters as given.
    public let text: String
    /// The longest name.
    public static let bytesMax = 128
    init(unchecked text: String) { self.text = text }
    /// Takes a name, `nil` unless it has 1–128 characters from `!` to `~`, blanks inside allowed.
    public init?(_ text: String) {
        guard isPrintable(text, lengthMax: Self.bytesMax) else { return nil }
        self.text = text
    }
    /// Takes the bytes of a name.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard isPrintable(bytes, lengthMax: Self.bytesMax) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }
    /// Orders byte by byte.
    public static func < (left: ClientName, right: ClientName) -> Bool { left.text < right.text }
}

/// An opaque id of a person or a system that acts; never a personal name.
public struct ActorName: Hashable, Sendable {
    /// The characters as given.
    public let text: String
    private static let bytesMax = 64
    /// Takes 1–64 printable ASCII characters.
    public init?(_ text: String) {
        guard isPrintable(text, lengthMax: Self.bytesMax) else { return nil }
        self.text = text
    }
    /// Takes their bytes.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard isPrintable(bytes, lengthMax: Self.bytesMax) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }
}

/// A symbol of an instrument: 1–32 of `A–Z a–z 0–9 . - / _ :`.
///
/// An alias with dates, never a key.
public struct Symbol: Hashable, Comparable, Sendable {
    /// The characters as given.
    public let text: String
    init(unchecked text: String) { self.text = text }

    /// Takes a symbol, `nil` when it has other characters or another length.
    public init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "/"),
                UInt8(ascii: "_"), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard allowed, (1...32).contains(text.utf8.count) else { return nil }
        self.text = text
    }
    /// Orders byte by byte.
    public static func < (left: Symbol, right: Symbol) -> Bool { left.text < right.text }
}

/// A short readable name of an account: 1–32 of `a–z 0–9 - _`, starting with a letter.
public struct AccountAlias: Hashable, Comparable, Sendable {
    /// The characters as given.
    public let text: String
    init(unchecked text: String) { self.text = text }
    /// Takes an alias, `nil` when it has other characters or another length.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...32).contains(bytes.count), let first = bytes.first, isLower(first) else { return nil }
        for byte in bytes {
            let digit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            guard isLower(byte) || digit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") else {
                return nil
            }
        }
        self.text = text
    }
    /// Orders byte by byte.
    public static func < (left: AccountAlias, right: AccountAlias) -> Bool { left.text < right.text }
}

private func isLower(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }

private func isPrintable(_ text: String, lengthMax: Int) -> Bool {
    var text = text
    return text.withUTF8 { isPrintable(UnsafeRawBufferPointer($0), lengthMax: lengthMax) }
}

private func isPrintable(_ bytes: UnsafeRawBufferPointer, lengthMax: Int) -> Bool {
    guard 1...lengthMax ~= bytes.count, bytes[0] != 0x20, bytes[bytes.count - 1] != 0x20 else { return false }
    return bytes.allSatisfy { 0x20...0x7e ~= $0 }
}
