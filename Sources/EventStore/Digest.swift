internal import Crypto

extension EventHash {
    /// The SHA-256 of `bytes`: for proofs beside the chain, such as the digest of a state.
    public init(digesting bytes: [UInt8]) {
        let words = SHA256.hash(data: bytes).withUnsafeBytes { digest in
            (0..<4).map { UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
        }
        self.init(words[0], words[1], words[2], words[3])
    }
}
