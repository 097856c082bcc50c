public import BifrostKernel
internal import Glibc

/// The private key of a log, in a file that only its owner reads.
public struct KeyRing: Sendable {
    private let path: String
    private let log: Identifier

    /// The key of `log` in the data directory.
    public init(dataDirectory: String, log: Identifier) {
        path = dataDirectory + "/signing.key"
        self.log = log
    }

    private static let bytesMax = 1_024

    /// The key; made when there is none yet.
    func current() throws(ProofError) -> SigningKey {
        if !Files.exists(path) {
            try Files.write(
                SigningKey(name: Checkpoint.Origin.keyName(log)).text + "\n",
                to: path,
                mode: 0o600,
                replacing: false
            )
        }
        return try read(path)
    }

    /// Puts a new key in the place of the old one, which is kept beside it and answers.
    func rotate() throws(ProofError) -> (old: SigningKey, new: SigningKey) {
        let old = try current()
        let name = Checkpoint.Origin.keyName(log)
        let retired = "\(path).\(VerifierKey.text(old.verifier(name: name).hash))"
        let new = SigningKey(name: name)
        try Files.write(old.text + "\n", to: retired, mode: 0o600)
        try Files.write(new.text + "\n", to: path, mode: 0o600)
        return (old, new)
    }

    private func read(_ path: String) throws(ProofError) -> SigningKey {
        let text = try Files.read(path, bytesMax: Self.bytesMax)
        guard let line = text.split(separator: "\n").first, let key = SigningKey(line) else {
            throw .refused(
                "\(path) is no signing key. Bring back the one that was there; if it is lost, move this file away, and"
                    + " a new key is made."
            )
        }
        guard key.isNamed(Checkpoint.Origin.keyName(log)) else {
            throw .refused(
                "\(path) is the key of another log, and this one is \(log.text). Bring back its own."
            )
        }
        return key
    }
}
