import BifrostKernel
import EventStore
import Foundation
import Testing

@testable import ColdSegments

@Suite("segments in files")
struct SegmentFileTests {
    private static let events = ColdFrameTests.events(20)

    private static func path(_ name: String) -> String {
        NSTemporaryDirectory() + "bf-segment-\(getpid())-\(name)"
    }

    /// Events 5 to 20 in frames of six.
    private func write(_ name: String, _ events: [RecordedEvent] = Self.events) throws -> String {
        let path = Self.path(name)
        let head = SegmentFile.Head(
            log: ColdFrameTests.log,
            shard: ShardNumber(1),
            leaf: 2,
            firstPosition: 5,
            lastPosition: 20,
            before: Self.events[3].hash
        )
        var writer = try SegmentFile.Writer(path, head)
        for start in stride(from: 4, to: 20, by: 6) {
            try writer.append(ColdFrame(events[start..<min(start + 6, 20)], ColdFrameTests.chain))
        }
        try writer.finish()
        return path
    }

    @Test("a file proves itself and says where it begins and ends")
    func whole() throws {
        let path = try write("whole")
        defer { unlink(path) }
        let verdict = try SegmentFile.verify(path)
        #expect(verdict.head.firstPosition == 5 && verdict.head.lastPosition == 20)
        #expect(verdict.last == Self.events[19].hash)
        #expect(throws: SegmentFileError.self) { try write("whole") }
        #expect(try SegmentFile.verify(path) == verdict)
    }

    @Test("each byte that is changed, and each end that is cut off, is found")
    func spoiled() throws {
        let path = try write("spoiled")
        defer { unlink(path) }
        let bytes = try Data(contentsOf: URL(filePath: path))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 16
            try changed.write(to: URL(filePath: path))
            #expect(throws: SegmentFileError.self, "byte \(index)") { try SegmentFile.verify(path) }
            try bytes[..<index].write(to: URL(filePath: path))
            #expect(throws: SegmentFileError.self, "cut at \(index)") { try SegmentFile.verify(path) }
        }
        try (bytes + [0]).write(to: URL(filePath: path))
        #expect(throws: SegmentFileError.self) { try SegmentFile.verify(path) }
    }

    @Test("an event that was changed in a well-formed file is named")
    func named() throws {
        var events = Self.events
        events[12].payload[3] ^= 1
        let path = try write("named", events)
        defer { unlink(path) }
        do throws(SegmentFileError) {
            _ = try SegmentFile.verify(path)
            Issue.record("expected a refusal")
        } catch {
            guard case .broken(position: 13, _) = error else {
                Issue.record("was \(error)")
                return
            }
        }
    }

    @Test("what is no segment is refused in words")
    func foreign() throws {
        let path = Self.path("foreign")
        defer { unlink(path) }
        try Data(repeating: 65, count: 500).write(to: URL(filePath: path))
        #expect(
            throws: SegmentFileError.refused(
                "\(path) is no segment of a log: `bifrost log export` writes them."
            )
        ) { try SegmentFile.verify(path) }
    }
}
