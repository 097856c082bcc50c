// A sealed backup is one file:
//
//     "BIFROST-SEALED-BACKUP-1\n"   24 bytes
//     digest of the public key       8, the beginning of its SHA-256
//     encapsulated key              32
//     chunks, each: length 4 (big-endian, of what follows), ciphertext and tag
//
// The key and each chunk's nonce come from HPKE (RFC 9180) in base mode, DHKEM(X25519), HKDF-SHA256,
// ChaCha20-Poly1305; `info` is the first 32 bytes of the file. HPKE numbers the chunks, so that one that is
// moved, repeated or left out does not open; the additional data of a chunk is one byte, 1 for the last one
// and 0 for the others, so that a file that was cut off at a chunk does not end. A chunk holds 1 MiB at most.
//
// HPKE in base mode tells who can read, not who wrote: whoever has the public key can seal a backup of their
// own. That a restored log is ours shows in heads and checkpoints that were kept elsewhere.

internal import Crypto
internal import EmbeddedPostgres
internal import FoundationEssentials
internal import Glibc

private let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
private let magic = Array("BIFROST-SEALED-BACKUP-1\n".utf8)
private let encapsulatedBytes = 32
private let chunkBytesMax = 1 << 20
private let tagBytes = 16

/// Writes a sealed file.
struct SealedWriter: ~Copyable {
    private let path: String
    private let file: Int32
    private var sender: HPKE.Sender
    private var waiting: [UInt8] = []

    init(_ path: String, for key: Curve25519.KeyAgreement.PublicKey) throws(BackupError) {
        let info = magic + BackupKey.digest(key)
        let sender: HPKE.Sender
        do {
            sender = try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: Data(info))
        } catch {
            throw .failed("The backup cannot be sealed for this key: \(error). Make another key.")
        }
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw BackupError(FileSystem.failure("Making \(path)")) }
        do throws(BackupError) {
            try Self.put(info + Array(sender.encapsulatedKey), into: file, path)
        } catch {
            close(file)
            throw error
        }
        self.path = path
        self.file = file
        self.sender = sender
    }

    deinit { close(file) }

    mutating func append(_ bytes: some Collection<UInt8>) throws(BackupError) {
        waiting += bytes
        while waiting.count > chunkBytesMax {
            try seal(waiting.prefix(chunkBytesMax), isLast: false)
            waiting.removeFirst(chunkBytesMax)
        }
    }

    mutating func finish() throws(BackupError) {
        try seal(waiting[...], isLast: true)
        guard fsync(file) == 0 else { throw BackupError(FileSystem.failure("Syncing \(path)")) }
    }

    private mutating func seal(_ bytes: ArraySlice<UInt8>, isLast: Bool) throws(BackupError) {
        let sealed: Data
        do {
            sealed = try sender.seal(Data(bytes), authenticating: Data([isLast ? 1 : 0]))
        } catch {
            throw .failed("The backup cannot be sealed: \(error)")
        }
        let length = UInt32(sealed.count).bigEndian
        try Self.put(withUnsafeBytes(of: length) { Array($0) } + Array(sealed), into: file, path)
    }

    private static func put(_ bytes: [UInt8], into file: Int32, _ path: String) throws(BackupError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BackupError(FileSystem.failure("Writing \(path)")) }
            rest = rest.dropFirst(count)
        }
    }
}

/// Reads a sealed file; nothing is answered that was not opened.
struct SealedReader: ~Copyable {
    private let path: String
    private let file: Int32
    private var recipient: HPKE.Recipient
    private var isOver = false

    init(_ path: String, with key: Curve25519.KeyAgreement.PrivateKey) throws(BackupError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw BackupError(FileSystem.failure("Opening \(path)")) }
        let recipient: HPKE.Recipient
        do throws(BackupError) {
            recipient = try Self.recipient(file, path, key)
        } catch {
            close(file)
            throw error
        }
        self.path = path
        self.file = file
        self.recipient = recipient
    }

    deinit { close(file) }

    private static func recipient(
        _ file: Int32,
        _ path: String,
        _ key: Curve25519.KeyAgreement.PrivateKey
    ) throws(BackupError) -> HPKE.Recipient {
        let info = try take(magic.count + BackupKey.digestBytes, from: file, path)
        guard info.count == magic.count + BackupKey.digestBytes, Array(info.prefix(magic.count)) == magic
        else {
            throw .damaged(path: path, reason: "it does not begin as a sealed backup")
        }
        guard Array(info.dropFirst(magic.count)) == BackupKey.digest(key.publicKey) else {
            throw .badKey(path: path, reason: "it was sealed for another key than the one given")
        }
        let encapsulated = try take(encapsulatedBytes, from: file, path)
        do {
            return try HPKE.Recipient(
                privateKey: key,
                ciphersuite: suite,
                info: Data(info),
                encapsulatedKey: Data(encapsulated)
            )
        } catch {
            throw .damaged(path: path, reason: "its beginning was changed or cut off")
        }
    }

    /// The next bytes, `nil` behind the last.
    mutating func next() throws(BackupError) -> [UInt8]? {
        guard !isOver else {
            guard try Self.take(1, from: file, path).isEmpty else {
                throw .damaged(path: path, reason: "there are bytes behind its end")
            }
            return nil
        }
        let head = try Self.take(4, from: file, path)
        guard head.count == 4 else { throw .damaged(path: path, reason: "it was cut off") }
        let length = head.reduce(0) { $0 << 8 | Int($1) }
        guard (tagBytes...chunkBytesMax + tagBytes).contains(length) else {
            throw .damaged(path: path, reason: "a chunk has a length that there cannot be")
        }
        let sealed = Data(try Self.take(length, from: file, path))
        guard sealed.count == length else { throw .damaged(path: path, reason: "it was cut off") }
        // A chunk that does not open leaves the number of the next one as it was.
        if let bytes = try? recipient.open(sealed, authenticating: Data([0])) { return Array(bytes) }
        guard let bytes = try? recipient.open(sealed, authenticating: Data([1])) else {
            throw .damaged(path: path, reason: "a part was changed, moved or left out")
        }
        isOver = true
        return Array(bytes)
    }

    private static func take(_ count: Int, from file: Int32, _ path: String) throws(BackupError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let more = bytes.withUnsafeMutableBytes { room in
                Glibc.read(file, room.baseAddress.map { $0 + got }, count - got)
            }
            if more < 0 && errno == EINTR { continue }
            guard more >= 0 else { throw BackupError(FileSystem.failure("Reading \(path)")) }
            guard more > 0 else { break }
            got += more
        }
        return Array(bytes.prefix(got))
    }
}
