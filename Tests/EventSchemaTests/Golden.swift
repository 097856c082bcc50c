import Foundation

/// The frozen bytes: a file for each version of each event, with a sample under each label.
///
///     # Comment
///     [rich]
///     0a10…
///     [sparse]
enum Golden {
    struct Malformed: Error {
        let line: String
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardized
    static let folder = root.appending(path: "EventSchemas/golden")

    static func file(_ name: String, _ schemaVersion: UInt32) -> String { "\(name).v\(schemaVersion).hex" }

    static func fileNames() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".hex") })
    }

    /// The samples of a file by their labels.
    static func samples(in file: String) throws -> [String: [UInt8]] {
        var samples: [String: [UInt8]] = [:]
        var label = ""
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("["), line.hasSuffix("]") {
                label = String(line.dropFirst().dropLast())
                samples[label] = []
            } else {
                guard let bytes = bytes(hexadecimal: line) else { throw Malformed(line: String(line)) }
                samples[label, default: []] += bytes
            }
        }
        return samples
    }

    /// Writes the files that are missing, and never one that is there.
    static func recordMissing() throws {
        for (name, samples) in Dictionary(grouping: Sample.all, by: \.name) {
            let url = folder.appending(path: file(name, samples[0].schemaVersion))
            guard !FileManager.default.fileExists(atPath: url.path) else { continue }
            var text =
                "# \(name), type \(samples[0].type), schema version \(samples[0].schemaVersion). Never edited.\n"
            for sample in samples {
                text += "[\(sample.label.rawValue)]\n"
                for start in stride(from: 0, to: sample.bytes.count, by: 32) {
                    text += hexadecimal(sample.bytes[start..<min(start + 32, sample.bytes.count)]) + "\n"
                }
            }
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func bytes(hexadecimal text: some StringProtocol) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
