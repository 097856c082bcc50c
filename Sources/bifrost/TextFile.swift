internal import Glibc

/// A file that a person named, read whole.
enum TextFile {
    /// The largest file.
    static let bytesMax = 1 << 24

    static func read(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else {
            throw BifrostExit.failed.failure("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var page = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&page, 1, page.count, file)
            guard count > 0 else { break }
            bytes += page[..<count]
            guard bytes.count <= bytesMax else {
                throw BifrostExit.failed.failure("\(path) is larger than \(bytesMax) bytes.")
            }
        }
        guard ferror(file) == 0 else {
            throw BifrostExit.failed.failure("\(path) could not be read to its end.")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw BifrostExit.failed.failure("\(path) is not UTF-8 text.")
        }
        return text
    }
}
