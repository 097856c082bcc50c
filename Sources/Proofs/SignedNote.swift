// Signed notes are C2SP signed-note (https://c2sp.org/signed-note) with Ed25519 alone: text that ends with a
// line feed, an empty line, and a line "— NAME BASE64" for each signature, whose bytes are the key's four and
// then the signature of the text. A key's four bytes are the first of
// SHA-256(NAME · 0x0A · 0x01 · public key).

internal import Crypto
internal import EventStore

/// A public key that signatures are checked with, as text `NAME+HASH+BASE64`.
public struct VerifierKey: Hashable, Sendable {
    /// Whose key it is: the origin of the checkpoints that it signs.
    public let name: String
    /// Tells keys of one name apart.
    let hash: UInt32
    let publicKey: [UInt8]

    init(name: String, publicKey: [UInt8]) {
        self.name = name
        self.publicKey = publicKey
        hash = Self.hash(name, publicKey)
    }

    /// Reads the text form; `nil` when it is not one, or its parts do not belong together.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isName(parts[0]), let bytes = Base64.bytes(parts[2]), bytes.count == 33,
            bytes[0] == Self.ed25519
        else { return nil }
        self.init(name: String(parts[0]), publicKey: Array(bytes.dropFirst()))
        guard parts[1] == Self.text(hash) else { return nil }
    }

    /// The text form.
    public var text: String { "\(name)+\(Self.text(hash))+\(Base64.text([Self.ed25519] + publicKey))" }

    func isSigned(_ text: String, by signature: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: Array(text.utf8))
    }

    /// The number of the algorithm.
    static let ed25519: UInt8 = 1

    static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "+") }
    }

    static func text(_ hash: UInt32) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func hash(_ name: String, _ publicKey: [UInt8]) -> UInt32 {
        let digest = EventHash(digesting: Array(name.utf8) + [0x0a, ed25519] + publicKey)
        return UInt32(truncatingIfNeeded: digest.words.0 >> 32)
    }
}

/// The private key of a log, as text `PRIVATE+KEY+NAME+HASH+BASE64`; each shard signs with it under its own
/// name.
public struct SigningKey: Sendable {
    private let name: String
    private let key: Curve25519.Signing.PrivateKey

    /// A new key of that name.
    public init(name: String) {
        self.name = name
        key = Curve25519.Signing.PrivateKey()
    }

    /// Reads the text form; `nil` when it is not one.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY", VerifierKey.isName(parts[2]),
            let bytes = Base64.bytes(parts[4]), bytes.count == 33, bytes[0] == VerifierKey.ed25519,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
        else { return nil }
        self.name = String(parts[2])
        self.key = key
        guard parts[3] == VerifierKey.text(verifier(name: name).hash) else { return nil }
    }

    /// The text form: a secret.
    public var text: String {
        let bytes = [VerifierKey.ed25519] + Array(key.rawRepresentation)
        return "PRIVATE+KEY+\(name)+\(VerifierKey.text(verifier(name: name).hash))+\(Base64.text(bytes))"
    }

    /// Whether it was made for that name.
    func isNamed(_ name: String) -> Bool { self.name == name }

    /// What checks its signatures under that name.
    func verifier(name: String) -> VerifierKey {
        VerifierKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// The line of a signature of `text` under that name.
    func signature(of text: String, name: String) throws(ProofError) -> String {
        guard let signature = try? key.signature(for: Array(text.utf8)) else {
            throw .refused(
                "The signing key does not sign. Make a new one with `bifrost checkpoint rotate-key`."
            )
        }
        var hash = verifier(name: name).hash.bigEndian
        let bytes = withUnsafeBytes(of: &hash) { Array($0) } + Array(signature)
        return "\(SignedNote.dash) \(name) \(Base64.text(bytes))\n"
    }
}

/// A text with signatures.
struct SignedNote: Sendable {
    /// What is signed, with its last line feed.
    let text: String
    /// Name, key hash and signature of each.
    let signatures: [(name: String, hash: UInt32, signature: [UInt8])]

    static let dash = "\u{2014}"
    /// Signatures of one note: more is nonsense.
    private static let signaturesMax = 16

    /// Reads a note; `nil` when it is not one.
    init?(_ note: String) {
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.last == "", let gap = lines.dropLast().lastIndex(of: ""), gap > 0 else { return nil }
        let signed = lines[(gap + 1)..<(lines.count - 1)]
        guard (1...Self.signaturesMax).contains(signed.count) else { return nil }
        var signatures: [(name: String, hash: UInt32, signature: [UInt8])] = []
        for line in signed {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == Self.dash, VerifierKey.isName(words[1]),
                let bytes = Base64.bytes(words[2]), bytes.count > 4
            else { return nil }
            let hash = bytes[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            signatures.append((String(words[1]), hash, Array(bytes[4...])))
        }
        self.signatures = signatures
        text = lines[..<gap].joined(separator: "\n") + "\n"
    }

    /// The first of these keys that signed it.
    ///
    /// A signature of a known key that does not hold refuses the note.
    func signer(among keys: [VerifierKey]) throws(ProofError) -> VerifierKey? {
        var signer: VerifierKey? = nil
        for (name, hash, signature) in signatures {
            guard let key = keys.first(where: { $0.name == name && $0.hash == hash }) else { continue }
            guard key.isSigned(text, by: signature) else {
                throw .refused("the signature of \(name) does not hold: the note was changed, or forged")
            }
            signer = signer ?? key
        }
        return signer
    }
}
