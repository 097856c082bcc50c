import Crypto
import Foundation
import Testing

@Suite("generated code belongs to its schema")
struct StampTests {
    private let schemas = Golden.root.appending(path: "EventSchemas")

    @Test("every schema and every generated file has the digest of the stamp")
    func digests() throws {
        let stamp = try String(contentsOf: schemas.appending(path: "Generated/STAMP"), encoding: .utf8)
        var expected: [String: String] = [:]
        for line in stamp.split(separator: "\n") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: true)
            try #require(parts.count == 2, "a line is a digest and a path")
            expected[String(parts[1])] = String(parts[0])
        }
        var actual: [String: String] = [:]
        for path in try files("proto", ".proto") + files("Generated", ".pb.swift") {
            let data = try Data(contentsOf: schemas.appending(path: path))
            actual[path] = Golden.hexadecimal(SHA256.hash(data: data))
        }
        #expect(actual == expected, "run EventSchemas/generate and commit what it writes")
    }

    private func files(_ folder: String, _ ending: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: schemas.appending(path: folder).path)
            .filter { $0.hasSuffix(ending) }.map { folder + "/" + $0 }
    }
}
