// A checkpoint is C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint): a signed note of three lines, the
// origin, the size in decimal digits, and the root in Base64. We write no extension lines and refuse them.

public import BifrostKernel
public import EventStore

/// The signed head of one shard's tree.
public struct Checkpoint: Equatable, Sendable {
    /// The shard and its log.
    public let origin: Origin
    /// What was signed.
    public let head: TreeHead
    /// The whole note, byte for byte.
    public let note: String

    /// Whose checkpoints these are: the first line, and the name of the key.
    public struct Origin: Hashable, Sendable {
        /// The log.
        public let log: Identifier
        /// The shard.
        public let shard: ShardNumber

        /// Puts the parts together.
        public init(log: Identifier, shard: ShardNumber) {
            self.log = log
            self.shard = shard
        }

        /// The first line.
        public var text: String { "\(Self.keyName(log))/\(shard.value)" }

        /// The name that the private key of a log is kept under.
        static func keyName(_ log: Identifier) -> String { "bifrost/\(log.text)" }

        init?(_ text: some StringProtocol) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "bifrost", let log = Identifier(String(parts[1])),
                let number = UInt16(parts[2]), number < 1 << 14
            else { return nil }
            self.init(log: log, shard: ShardNumber(number))
            guard self.text == text else { return nil }
        }
    }

    /// Signs a head with each of the keys.
    static func sign(_ head: TreeHead, of origin: Origin, with keys: [SigningKey]) throws(ProofError)
        -> Checkpoint
    {
        let text = "\(origin.text)\n\(head.size)\n\(Base64.text(head.root.bytes))\n"
        var note = text + "\n"
        for key in keys { note += try key.signature(of: text, name: origin.text) }
        return Checkpoint(origin: origin, head: head, note: note)
    }

    private init(origin: Origin, head: TreeHead, note: String) {
        self.origin = origin
        self.head = head
        self.note = note
    }

    /// Reads a checkpoint that one of `keys` signed; `name` says in errors where it was found.
    public init(_ note: String, named name: String, signedBy keys: [VerifierKey]) throws(ProofError) {
        guard let signed = SignedNote(note) else {
            throw .refused(
                "\(name) is no checkpoint: expected a signed note as `bifrost checkpoint` writes it."
            )
        }
        let lines = signed.text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, let origin = Origin(lines[0]), let size = Int64(lines[1]), size > 0,
            "\(size)" == lines[1], let bytes = Base64.bytes(lines[2]), let root = EventHash(bytes: bytes)
        else {
            throw .refused(
                "\(name) is no checkpoint of a Bifrost log: expected its origin, size and root on three lines."
            )
        }
        do throws(ProofError) {
            guard try signed.signer(among: keys) != nil else {
                throw .refused(
                    "\(name) is signed by none of the \(keys.count) keys that are trusted here: give the one that"
                        + " was handed to you with --key."
                )
            }
        } catch .refused(let reason) where !reason.hasPrefix(name) {
            throw .refused("\(name): \(reason).")
        }
        self.init(origin: origin, head: TreeHead(size: size, root: root), note: note)
    }
}
