import Faults
import Glibc
import PostgresTesting
import Testing

@testable import Nodes

@Suite("the exact build of a program")
struct BuildIdentityTests {
    private static let program = ServiceProcess.sibling("bifrost")

    @Test("a program has an id of its own, the same each time")
    func own() throws {
        let id = try #require(BuildIdentity.of(Self.program))
        #expect(id.contains(/^([0-9a-f]{2}){8,32}$/))
        #expect(BuildIdentity.of(Self.program) == id)
        let tests = try #require(BuildIdentity.current)
        #expect(tests != id, "two programs are not one build")
    }

    @Test("what is no program, or only the beginning of one, has none")
    func none() throws {
        let directory = try SharedCluster.scratchDirectory(named: "build-identity")
        #expect(BuildIdentity.of(directory + "/nothing") == nil)
        for bytes in [[], Array("a text".utf8), Array(try head().prefix(40)), Array(try head().prefix(64))] {
            try write(bytes, to: directory + "/file")
            #expect(BuildIdentity.of(directory + "/file") == nil)
        }
    }

    @Test("no byte that is changed in the head of a program traps")
    func noTrap() throws {
        let path = try SharedCluster.scratchDirectory(named: "build-identity-changed") + "/file"
        let head = try head()
        for index in 0..<1_024 {
            for byte in [0, 1, 127, 255] as [UInt8] {
                var changed = head
                changed[index] = byte
                try write(changed, to: path)
                _ = BuildIdentity.of(path)
            }
        }
    }

    /// The first bytes of a program: its header, its table of segments and its notes.
    private func head() throws -> [UInt8] {
        let file = open(Self.program, O_RDONLY)
        try #require(file >= 0)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        try #require(pread(file, &bytes, bytes.count, 0) == bytes.count)
        return bytes
    }
}
