import EmbeddedPostgres
import Foundation
import Glibc
import Testing

@testable import Backups

@Suite("Sealed backups", .serialized)
struct SealedTests {
    private static func key(_ fixture: BackupFixture, _ name: String = "key") throws -> String {
        _ = try BackupKey.make(fixture.path(name))
        return fixture.path(name)
    }

    private static func seal(_ fixture: BackupFixture, _ parts: [[UInt8]], for key: String) throws -> String {
        let path = fixture.path("stream")
        unlink(path)
        var writer = try SealedWriter(path, for: try BackupKey.publicKey(at: key + ".pub"))
        for part in parts { try writer.append(part) }
        try writer.finish()
        return path
    }

    private static func open(_ path: String, with key: String) throws(BackupError) -> [UInt8] {
        var reader = try SealedReader(path, with: try BackupKey.privateKey(at: key))
        var bytes: [UInt8] = []
        while let more = try reader.next() { bytes += more }
        return bytes
    }

    @Test(
        "what is sealed opens as it was, at every size around a chunk",
        arguments: [0, 1, 1 << 20, 1 << 20 + 1, 2 << 20, 5_000_000]
    )
    func sizes(count: Int) throws {
        let fixture = try BackupFixture("sealed-\(count)")
        let key = try Self.key(fixture)
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = try Self.seal(
            fixture,
            [Array(bytes.prefix(count / 3)), Array(bytes.dropFirst(count / 3))],
            for: key
        )
        #expect(try Self.open(path, with: key) == bytes)
        let sealed = try Data(contentsOf: URL(filePath: path))
        #expect(count < 1_000 || sealed.range(of: Data(bytes.prefix(64))) == nil)
    }

    @Test("a byte changed, a chunk moved, repeated or left out, an end cut off: each is refused")
    func spoiled() throws {
        let fixture = try BackupFixture("sealed-spoiled")
        let key = try Self.key(fixture)
        let path = try Self.seal(fixture, [[UInt8](repeating: 7, count: 3 << 20 + 100)], for: key)
        let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let head = 64
        let chunk = 4 + 1 << 20 + 16
        var spoiled: [[UInt8]] = []
        for place in [
            0, 23, 24, 31, 32, 63, head, head + 3, head + 4, head + chunk - 1, head + chunk + 9,
            whole.count - 1,
        ] {
            var copy = whole
            copy[place] ^= 1
            spoiled.append(copy)
        }
        let start = Array(whole[..<head])
        let first = Array(whole[head..<head + chunk])
        let second = Array(whole[head + chunk..<head + 2 * chunk])
        let rest = Array(whole[(head + 2 * chunk)...])
        for parts in [
            [second, first, rest], [first, first, second, rest], [first, rest], [first, second, rest, [0]],
        ] {
            spoiled.append(start + parts.flatMap { $0 })
        }
        for end in [0, 10, 40, head, head + 2, head + chunk, head + 3 * chunk, whole.count - 1] {
            spoiled.append(Array(whole[..<end]))
        }
        for copy in spoiled {
            try write(copy, to: path)
            #expect(throws: BackupError.self) { try Self.open(path, with: key) }
        }
        try write(whole, to: path)
        #expect(try Self.open(path, with: key).count == 3 << 20 + 100)
    }

    @Test("chunks of one backup do not open in another for the same key")
    func swapped() throws {
        let fixture = try BackupFixture("sealed-swapped")
        let key = try Self.key(fixture)
        func sealed(_ byte: UInt8) throws -> [UInt8] {
            [UInt8](
                try Data(
                    contentsOf: URL(
                        filePath: try Self.seal(fixture, [[UInt8](repeating: byte, count: 100)], for: key)
                    )
                )
            )
        }
        let (one, other) = (try sealed(1), try sealed(2))
        let path = fixture.path("stream")
        try write(Array(one[..<64] + other[64...]), to: path)
        #expect(throws: BackupError.damaged(path: path, reason: "a part was changed, moved or left out")) {
            try Self.open(path, with: key)
        }
    }

    @Test("another key, the wrong half, and no key at all are told apart")
    func keys() throws {
        let fixture = try BackupFixture("sealed-keys")
        let key = try Self.key(fixture)
        let other = try Self.key(fixture, "other")
        let path = try Self.seal(fixture, [[1, 2, 3]], for: key)
        #expect(
            throws: BackupError.badKey(path: path, reason: "it was sealed for another key than the one given")
        ) { try Self.open(path, with: other) }
        #expect(throws: BackupError.self) { try Self.open(path, with: key + ".pub") }
        #expect(throws: BackupError.self) { try BackupKey.publicKey(at: key) }
        #expect(throws: BackupError.self) { try Self.open(path, with: fixture.path("nowhere")) }
        #expect(throws: BackupError.inTheWay(path: key)) { try BackupKey.make(key) }
        var status = stat()
        #expect(stat(key, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("a sealed backup of a log restores to an equal log, and leaves nothing in clear")
    func whole() throws {
        let fixture = try BackupFixture("sealed-whole")
        let key = try Self.key(fixture)
        try fixture.open { log in try fixture.fill(log, [3, 5, 1, 200]) }
        let manifest = try SealedBackup.take(
            of: fixture.place,
            BackupFixture.shards,
            version: "test",
            into: fixture.path("backup"),
            for: key + ".pub"
        )
        #expect(manifest.heads.map(\.position) == [0, 209])
        #expect(FileSystem.entries(of: fixture.path("backup")) == ["backup.sealed"])
        #expect(SealedBackup.isOne(fixture.path("backup")))
        #expect(!FileSystem.entries(of: fixture.path("data")).contains { $0.hasPrefix("backup") })
        let heads = try SealedBackup.opened(
            fixture.path("backup"),
            with: key,
            beside: fixture.path("restored")
        ) { clear throws(BackupError) in
            try fixture.restore().reading(clear).run().heads
        }
        #expect(heads.map(\.position) == [0, 209])
        #expect(try fixture.heads() == fixture.heads(of: "data"))
        #expect(!FileSystem.entries(of: fixture.directory).contains { $0.contains("opened") })
    }

    @Test("nothing is put in place of a sealed backup that was cut off")
    func cut() throws {
        let fixture = try BackupFixture("sealed-cut")
        let key = try Self.key(fixture)
        try fixture.open { log in try fixture.fill(log, [20]) }
        _ = try SealedBackup.take(
            of: fixture.place,
            BackupFixture.shards,
            version: "test",
            into: fixture.path("backup"),
            for: key + ".pub"
        )
        let path = fixture.path("backup/backup.sealed")
        let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
        try write(Array(whole.dropLast(20)), to: path)
        let before = FileSystem.entries(of: fixture.directory)
        #expect(throws: BackupError.damaged(path: path, reason: "it was cut off")) {
            try SealedBackup.opened(
                fixture.path("backup"),
                with: key,
                beside: fixture.path("restored")
            ) { clear throws(BackupError) in
                try fixture.restore().reading(clear).run()
            }
        }
        #expect(FileSystem.entries(of: fixture.directory) == before)
    }
}
