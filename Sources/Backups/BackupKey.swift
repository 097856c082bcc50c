// A key of backups is a file of one line, the private half readable by its owner alone:
//
//     bifrost-backup-private-key 1 BASE64      X25519, 32 bytes
//     bifrost-backup-public-key 1 BASE64       the same file's name with .pub

internal import Crypto
internal import EmbeddedPostgres
internal import EventStore
internal import FoundationEssentials
internal import Glibc

/// Where the halves of a key are, and how they are read.
public enum BackupKey {
    private static let privateWord = "bifrost-backup-private-key"
    private static let publicWord = "bifrost-backup-public-key"
    /// What tells one key from another in a backup.
    static let digestBytes = 8

    /// Makes a key: the private half in a new file, the public one beside it, whose name is answered.
    public static func make(_ path: String) throws(BackupError) -> String {
        let key = Curve25519.KeyAgreement.PrivateKey()
        let publicPath = path + ".pub"
        try write(privateWord, key.rawRepresentation, to: path, mode: 0o600)
        try write(publicWord, key.publicKey.rawRepresentation, to: publicPath, mode: 0o644)
        return publicPath
    }

    static func privateKey(at path: String) throws(BackupError) -> Curve25519.KeyAgreement.PrivateKey {
        let bytes = try read(path, privateWord, publicWord)
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else {
            throw .badKey(path: path, reason: "it is no private key of 32 bytes")
        }
        return key
    }

    static func publicKey(at path: String) throws(BackupError) -> Curve25519.KeyAgreement.PublicKey {
        let bytes = try read(path, publicWord, privateWord)
        guard let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes) else {
            throw .badKey(path: path, reason: "it is no public key of 32 bytes")
        }
        return key
    }

    /// The beginning of the public key's SHA-256.
    static func digest(_ key: Curve25519.KeyAgreement.PublicKey) -> [UInt8] {
        Array(EventHash(digesting: Array(key.rawRepresentation)).bytes.prefix(digestBytes))
    }

    private static func read(
        _ path: String,
        _ word: String,
        _ otherWord: String
    ) throws(BackupError) -> Data {
        guard let text = FileSystem.read(path) else {
            throw .badKey(path: path, reason: "it cannot be read")
        }
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        if words.first == otherWord {
            throw .badKey(
                path: path,
                reason: "it is the other half: backups are made with .pub, restored without"
            )
        }
        guard words.count == 3, words[0] == word, words[1] == "1", let bytes = Data(base64Encoded: words[2])
        else {
            throw .badKey(path: path, reason: "expected a line '\(word) 1 BASE64'")
        }
        return bytes
    }

    private static func write(
        _ word: String,
        _ bytes: Data,
        to path: String,
        mode: UInt32
    ) throws(BackupError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else {
            throw errno == EEXIST ? .inTheWay(path: path) : BackupError(FileSystem.failure("Making \(path)"))
        }
        defer { close(file) }
        let line = Array("\(word) 1 \(bytes.base64EncodedString())\n".utf8)
        let count = line.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard count == line.count, fsync(file) == 0 else {
            throw BackupError(FileSystem.failure("Writing \(path)"))
        }
    }
}
