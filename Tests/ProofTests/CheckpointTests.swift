import BifrostKernel
import EventStore
import EventStorePostgres
import PostgresTesting
import Testing

@testable import Proofs

@Suite("Checkpoints")
struct CheckpointTests {
    // Made in Python with `cryptography`, from C2SP signed-note and tlog-checkpoint alone.
    private static let secret =
        "PRIVATE+KEY+bifrost/00000000-0000-0007-0000-000000000009+8865fb4b"
        + "+AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
    private static let verifier =
        "bifrost/00000000-0000-0007-0000-000000000009/1+f3dc0e1a+AXm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk"
    private static let note = """
        bifrost/00000000-0000-0007-0000-000000000009/1
        1
        YJ9uNtJAVYUYjVz9dh9AfHzEan0/MUyIJwRp3eMV/NE=

        — bifrost/00000000-0000-0007-0000-000000000009/1 \
        89wOGrouBDc3Vs2pt22psUn2pttnrKMFSEZC531DcEYq2mn0SPAkcguFjM41yJqHIver+75tO2M3hdBiiymnJSLkeQg=

        """

    private static func key() throws -> VerifierKey { try #require(VerifierKey(verifier)) }

    private static func refusal(_ body: () throws -> Void) -> ProofError? {
        do { try body() } catch { return error as? ProofError }
        return nil
    }

    @Test("keys and notes have the text that other implementations read")
    func golden() throws {
        let signing = try #require(SigningKey(Self.secret))
        #expect(signing.text == Self.secret)
        let origin = Checkpoint.Origin(log: Identifier(high: 7, low: 9), shard: ShardNumber(1))
        #expect(signing.verifier(name: origin.text).text == Self.verifier)
        let read = try Checkpoint(Self.note, named: "it", signedBy: [try Self.key()])
        #expect(read.origin == origin)
        #expect(read.head == TreeHead(size: 1, root: EventHash(leaf: Array("abc".utf8))))
        #expect(try Checkpoint.sign(read.head, of: origin, with: [signing]) == read)
    }

    @Test("a note with any byte changed is refused")
    func flipped() throws {
        let key = try Self.key()
        let bytes = Array(Self.note.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            let note = String(decoding: changed, as: UTF8.self)
            #expect(
                Self.refusal { _ = try Checkpoint(note, named: "it", signedBy: [key]) } != nil,
                "\(index)"
            )
        }
        for count in 0..<bytes.count {
            let note = String(decoding: bytes[..<count], as: UTF8.self)
            #expect(
                Self.refusal { _ = try Checkpoint(note, named: "it", signedBy: [key]) } != nil,
                "\(count)"
            )
        }
    }

    @Test("a log is signed as it grows, whole subtrees or not, and the tops that are kept are the log's")
    func growing() throws {
        let fixture = try ProofFixture("proof_growing", events: 1)
        var sizes: [Int64] = [1]
        #expect(try fixture.sign().head == (try fixture.head))
        for count in [254, 1, 1, 300, 468] {
            try fixture.grow(by: count)
            let made = try fixture.sign()
            #expect(made.head == (try fixture.head))
            #expect(try fixture.sign() == made)
            sizes.append(made.head.size)
        }
        #expect(sizes == [1, 255, 256, 257, 557, 1_025])
        #expect(fixture.folder.files.count == sizes.count)
        #expect(try SubtreeStore(fixture.log, ProofFixture.shard).tops().count == 4)
        let trusted = try fixture.folder.keys()
        #expect(trusted == (try fixture.checkpointer.keys([ProofFixture.shard])))
        let read = try fixture.folder.files.map { try CheckpointFolder.read($0, signedBy: trusted) }
        #expect(read.map(\.head.size) == sizes)
    }

    @Test("an empty shard has nothing to sign")
    func empty() throws {
        let fixture = try ProofFixture("proof_empty", events: 1)
        #expect(try fixture.checkpointer.sign(.reference) == nil)
    }

    @Test(
        "a log that is not the one that was signed before is not signed",
        arguments: [
            ("update bifrost.event_s1_l1 set actor = 'someone-else' where position = 301", "was rewritten"),
            ("delete from bifrost.event_s1_l1 where position > 290", "its end was cut off"),
        ]
    )
    func tampered(statement: String, reason: String) throws {
        let fixture = try ProofFixture("proof_forged_\(reason.utf8.count)", events: 300)
        _ = try fixture.sign()
        try fixture.grow(by: 3)
        let before = try fixture.sign()
        try fixture.forge(statement)
        guard case .tampered(let text)? = Self.refusal({ _ = try fixture.sign() }) else {
            Issue.record("the forged log was signed")
            return
        }
        #expect(text.contains(reason) && text.contains(fixture.folder.file(before)))
        #expect(fixture.folder.files.count == 2)
    }

    @Test("a new key is vouched for by the old one, and signs alone from then on")
    func rotation() throws {
        let fixture = try ProofFixture("proof_rotation", events: 10)
        _ = try fixture.sign()
        let old = try fixture.checkpointer.keys([ProofFixture.shard])
        let both = try #require(try fixture.checkpointer.rotate([ProofFixture.shard]).first)
        let new = try fixture.checkpointer.keys([ProofFixture.shard])
        #expect(old != new)
        let file = fixture.folder.file(both)
        #expect(try CheckpointFolder.read(file, signedBy: old) == both)
        #expect(try CheckpointFolder.read(file, signedBy: new) == both)
        try fixture.grow(by: 5)
        let later = try fixture.sign()
        #expect(try CheckpointFolder.read(fixture.folder.file(later), signedBy: new) == later)
        let refused = Self.refusal {
            _ = try CheckpointFolder.read(fixture.folder.file(later), signedBy: old)
        }
        #expect(refused?.description.contains("signed by none of the 1 keys") == true)
        #expect(try fixture.folder.keys() == old + new)
    }

    @Test("a key that is lost leaves what it signed: a new one goes on behind it")
    func lost() throws {
        let fixture = try ProofFixture("proof_lost", events: 10)
        let first = try fixture.sign()
        let moved = ProofFixture.move(fixture.directory + "/signing.key", to: fixture.directory + "/gone")
        try #require(moved)
        try fixture.grow(by: 1)
        let second = try fixture.sign()
        #expect(second.head.size == 11)
        let keys = try fixture.folder.keys()
        #expect(keys.count == 2)
        #expect(try CheckpointFolder.read(fixture.folder.file(first), signedBy: keys) == first)
    }

    @Test("processes that make the first key at one time have one key in the end")
    func firstKey() throws {
        let fixture = try ProofFixture("proof_first_key", events: 1)
        let path = fixture.directory + "/signing.key"
        try Files.write("first\n", to: path, mode: 0o600, replacing: false)
        try Files.write("second\n", to: path, mode: 0o600, replacing: false)
        #expect(try Files.read(path, bytesMax: 100) == "first\n")
    }

    @Test("a file that is no key, the key of another log, and another log's folder are refused")
    func strangers() throws {
        let fixture = try ProofFixture("proof_strangers", events: 3)
        let other = try ProofFixture("proof_others", events: 3)
        _ = try other.sign()
        let mixed = Checkpointer(fixture.log, dataDirectory: fixture.directory, other.folder)
        let folder = Self.refusal { _ = try mixed.sign(ProofFixture.shard) }
        #expect(folder?.description.contains("give each log a folder of its own") == true)
        let borrowed = Checkpointer(fixture.log, dataDirectory: other.directory, fixture.folder)
        let key = Self.refusal { _ = try borrowed.sign(ProofFixture.shard) }
        #expect(key?.description.contains("is the key of another log") == true)
        _ = try fixture.write("nonsense\n", to: "signing.key")
        let nonsense = Self.refusal { _ = try fixture.sign() }
        #expect(nonsense?.description.contains("is no signing key") == true)
        #expect(fixture.folder.files.isEmpty)
    }
}
