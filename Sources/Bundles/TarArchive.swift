// A tar file as POSIX.1-1988 (ustar) describes it: a header of 512 bytes before each file, the file filled up
// with zeros to a multiple of 512, two blocks of zeros at the end. Everything that would differ from run to
// run is fixed: mode 644, no owner, time zero, so that the same files make the same bytes.

/// Puts files into one.
enum TarArchive {
    private static let blockBytes = 512
    /// What a header has room for.
    private static let nameBytesMax = 100
    /// Eleven octal digits.
    static let fileBytesMax = 1 << 33 - 1

    static func bytes(of files: [BundleFile], below folder: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for file in files {
            bytes += header("\(folder)/\(file.name)", file.bytes.count)
            bytes += file.bytes
            let rest = file.bytes.count % blockBytes
            if rest > 0 { bytes += [UInt8](repeating: 0, count: blockBytes - rest) }
        }
        return bytes + [UInt8](repeating: 0, count: 2 * blockBytes)
    }

    private static func header(_ name: String, _ size: Int) -> [UInt8] {
        precondition(name.utf8.count <= nameBytesMax, "the names of a bundle are short")
        precondition(size <= fileBytesMax, "a bundle is bounded by its events")
        var block = [UInt8](repeating: 0, count: blockBytes)
        func put(_ text: String, at place: Int) {
            for (offset, byte) in text.utf8.enumerated() { block[place + offset] = byte }
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(size, digits: 11), at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        let sum = block.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6), at: 148)
        block[154] = 0
        return block
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
