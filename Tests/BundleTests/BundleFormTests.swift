import BifrostKernel
import EventMessages
import EventStore
import EventStoreTesting
import Foundation
import SchemaTexts
import SwiftProtobuf
import Testing

@testable import Bundles

@Suite("The forms of a bundle")
struct BundleFormTests {
    private static let log = Identifier(high: 0x0123_4567_89ab_8def, low: 0x8000_0000_0000_0007)

    private func events(_ count: Int) throws -> [RecordedEvent] {
        let log = MemoryLog(id: Self.log)
        let writer = try log.acquire(ShardNumber(1), holder: "test", takingOver: false)
        var maker = EventMaker()
        _ = try writer.append(
            maker.batch(after: writer.headAtStart, count: count),
            after: writer.headAtStart,
            epoch: writer.epoch
        )
        var events: [RecordedEvent] = []
        _ = try log.read(ShardNumber(1), .all(after: 0), limit: .max) { events.append($0) }
        return events
    }

    @Test("another library reads every column of every event from the stream of envelopes")
    func envelopes() throws {
        let events = try events(40)
        var stream = EnvelopeStream(log: Self.log, shard: ShardNumber(1))
        for event in events { stream.append(event) }
        var rest = stream.bytes[...]
        for event in events {
            let read = try Bifrost_V1_Envelope(serializedBytes: Array(Self.message(&rest)))
            let header = event.header
            #expect(read.logID.count == 16 && read.shard == 1)
            #expect(read.position == header.position && read.version == header.version)
            #expect(read.account == header.account.value && read.stream == header.stream.value)
            #expect(read.type == header.type && read.schemaVersion == header.schemaVersion)
            #expect(read.receivedAt == header.receivedAt.nanos)
            #expect(read.recordedAt == header.recordedAt.nanos)
            #expect(read.effectiveAt == header.effectiveAt.nanos)
            #expect(read.businessDate == header.businessDate.days)
            #expect(read.commandID == header.commandID.text && read.actor == header.actor.text)
            #expect(read.hasCommandDigest == (header.commandDigest != nil))
            #expect(read.causation == header.causation)
            #expect(Array(read.payload) == event.payload && Array(read.hash) == event.hash.bytes)
        }
        #expect(rest.isEmpty)
    }

    /// Takes the next message off its length.
    private static func message(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var (length, shift) = (0, 0)
        while let byte = rest.popFirst() {
            length |= Int(byte & 0x7f) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }

    @Test("the schema in the binary is the published one, every file of it")
    func schemas() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../EventSchemas/proto").standardized
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
            .filter { $0.hasSuffix(".proto") }.sorted()
        #expect(SchemaTexts.files.map(\.path) == paths)
        for (path, text) in SchemaTexts.files {
            #expect(try Data(contentsOf: root.appending(path: path)) == Data(text))
        }
    }

    @Test("tar reads the archive, and the same files make the same bytes")
    func archive() throws {
        let files = [
            BundleFile(name: "MANIFEST", bytes: Array("text\n".utf8)),
            BundleFile(name: "schemas/one.proto", bytes: [UInt8](repeating: 7, count: 1_024)),
            BundleFile(name: "empty", bytes: []),
        ]
        let bytes = TarArchive.bytes(of: files, below: "bundle")
        #expect(bytes == TarArchive.bytes(of: files, below: "bundle"))
        let folder = FileManager.default.temporaryDirectory.appending(path: "bundle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(bytes).write(to: folder.appending(path: "b.tar"))
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-xf", "b.tar"]
        tar.currentDirectoryURL = folder
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        for file in files {
            let read = try Data(contentsOf: folder.appending(path: "bundle/\(file.name)"))
            #expect(Array(read) == file.bytes)
        }
    }

    @Test("nothing in the page can be taken for markup")
    func escaping() {
        #expect(
            BundlePage.escaped("<script>alert('&')</script> \"quoted\"")
                == "&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt; &quot;quoted&quot;"
        )
        #expect(BundlePage.escaped("plain £ text") == "plain £ text")
    }
}
