internal import Glibc

/// Finds and reads a file that the build puts beside the program.
enum ResourceFile {
    /// The folder that the running program lies in, wherever it was started from and through whatever link.
    static func folderOfProgram() throws(DemoMarketError) -> String {
        let link = "/proc/self/exe"
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { throw .unreadable(path: link, code: errno) }
        let target = String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = target.lastIndex(of: "/") else { throw .unreadable(path: link, code: ENOENT) }
        return String(target[..<slash])
    }

    static func read(_ path: String, bytesMax: Int) throws(DemoMarketError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .notFound(path: path) : .unreadable(path: path, code: errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count > 0 {
                bytes += buffer[0..<count]
                guard bytes.count <= bytesMax else {
                    throw .damaged(path: path, reason: "expected at most \(bytesMax) bytes, was more")
                }
            } else if errno != EINTR {
                throw .unreadable(path: path, code: errno)
            }
        }
    }
}
