import BifrostKernel
import EventRegistry
import Foundation
import Testing

@Suite("every event has frozen bytes")
struct GoldenTests {
    /// `BIFROST_RECORD_GOLDEN=1 swift test --filter GoldenTests/records` writes the files of new events.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["BIFROST_RECORD_GOLDEN"] != nil))
    func records() throws { try Golden.recordMissing() }

    @Test("the encoder writes exactly the golden bytes", arguments: Sample.all)
    func encodes(sample: Sample) throws {
        let golden = try Golden.samples(in: Golden.file(sample.name, sample.schemaVersion))
        #expect(Golden.hexadecimal(sample.bytes) == golden[sample.label.rawValue].map(Golden.hexadecimal))
    }

    @Test("the golden bytes decode to the event", arguments: Sample.all)
    func decodes(sample: Sample) throws {
        let golden = try Golden.samples(in: Golden.file(sample.name, sample.schemaVersion))
        let bytes = try #require(golden[sample.label.rawValue])
        let event = try EventRegistry.decode(
            type: sample.type,
            schemaVersion: sample.schemaVersion,
            payload: bytes
        )
        #expect(event == sample.event)
    }

    @Test("every type of the registry has a golden file with both samples, and every file a type")
    func covers() throws {
        var expected: Set<String> = []
        for type in EventRegistry.payloadTypes {
            for version in 1...type.schemaVersion {
                expected.insert(Golden.file(String(describing: type.eventName), version))
            }
        }
        #expect(try Golden.fileNames() == expected)
        for file in expected {
            #expect(
                try Set(Golden.samples(in: file).keys) == Set(Sample.Label.allCases.map(\.rawValue)),
                "\(file)"
            )
        }
        #expect(Set(Sample.all.map(\.type)) == Set(EventRegistry.payloadTypes.map { $0.eventType }))
    }

    @Test("every golden file of every version decodes in this build")
    func decodesAllVersions() throws {
        for type in EventRegistry.payloadTypes {
            for version in 1...type.schemaVersion {
                for (label, bytes) in try Golden.samples(
                    in: Golden.file(String(describing: type.eventName), version)
                ) {
                    #expect(throws: Never.self, "\(type) v\(version) \(label)") {
                        try EventRegistry.decode(type: type.eventType, schemaVersion: version, payload: bytes)
                    }
                }
            }
        }
    }

    @Test("a golden file that is committed is not edited any more")
    func unedited() throws {
        let git = Process()
        let output = Pipe()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = [
            // The tree may have been checked out by another user than who tests it.
            "git", "-c", "safe.directory=*", "diff", "--name-only", "--diff-filter=a", "HEAD", "--",
            "EventSchemas/golden",
        ]
        git.currentDirectoryURL = Golden.root
        git.standardOutput = output
        try git.run()
        let edited = try output.fileHandleForReading.readToEnd() ?? Data()
        git.waitUntilExit()
        #expect(git.terminationStatus == 0)
        #expect(String(decoding: edited, as: UTF8.self) == "", "add a version and its upcaster instead")
    }
}

@Suite("the registry names each event once")
struct RegistryTests {
    @Test("numbers and names are unique, and numbers ascend")
    func unique() {
        let types = EventRegistry.payloadTypes
        let numbers = types.map { $0.eventType }
        #expect(numbers == numbers.sorted())
        #expect(Set(numbers).count == types.count)
        #expect(Set(types.map { String(describing: $0.eventName) }).count == types.count)
    }

    @Test("a payload type is called what its events are called")
    func typeNames() {
        for type in EventRegistry.payloadTypes {
            #expect(String(describing: type) == String(describing: type.eventName))
            #expect(EventRegistry.name(type: type.eventType) == String(describing: type.eventName))
        }
        #expect(EventRegistry.name(type: 0) == nil)
    }

    @Test("the list of types is what the registry decodes")
    func complete() {
        let known = (0...2000 as ClosedRange<UInt32>).filter { number in
            do throws(WireError) {
                _ = try EventRegistry.decode(type: number, schemaVersion: 1, payload: [])
                return true
            } catch {
                return error != .unknownType(type: number, version: 1)
            }
        }
        #expect(known == EventRegistry.payloadTypes.map { $0.eventType })
    }

    @Test("the version that a type writes is the one that its upcasters reach")
    func versions() {
        for type in EventRegistry.payloadTypes {
            #expect(type.schemaVersion == Upcasters.current(of: type.eventType), "\(type)")
        }
    }
}
