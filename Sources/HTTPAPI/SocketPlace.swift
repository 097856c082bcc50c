// The door's socket is `bifrost.sock` in the data directory. Where that path is too long for a socket
// address, the socket is in a directory of its own in /tmp, with a name made of the data directory's path,
// and the file `bifrost.sock.path` in the data directory says where.

internal import Glibc

/// Where the door's Unix socket is.
public struct SocketPlace: Sendable, Equatable {
    /// The path of the socket.
    public let path: String
    /// The file that says where the socket is, when it is not in the data directory.
    let note: String
    /// The directory in /tmp, when there is one.
    let shortDirectory: String?

    /// `sun_path` has 108 bytes and ends with a zero.
    static let pathBytesMax = 107

    /// The place for a data directory, given as an absolute path without links.
    public init(dataDirectory: String) {
        let near = dataDirectory + "/bifrost.sock"
        note = near + ".path"
        if near.utf8.count <= Self.pathBytesMax {
            path = near
            shortDirectory = nil
        } else {
            let directory = "/tmp/bifrost-door-\(geteuid())-" + Self.hexadecimal(Self.hash(dataDirectory))
            path = directory + "/bifrost.sock"
            shortDirectory = directory
        }
    }

    /// Where a service of that data directory listens: what the note says, else the usual path.
    static func find(dataDirectory: String) -> String {
        let near = dataDirectory + "/bifrost.sock"
        guard let file = fopen(near + ".path", "re") else { return near }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: pathBytesMax + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        return line.isEmpty ? near : String(decoding: line, as: UTF8.self)
    }

    /// Makes the private directory and the note, where they are needed, and removes what a crash left.
    ///
    /// Only for the holder of the data directory's lock.
    func prepare() throws(DoorError) {
        if let shortDirectory {
            guard mkdir(shortDirectory, 0o700) == 0 || errno == EEXIST else {
                throw failure("make \(shortDirectory)")
            }
            // In /tmp anybody may have been first; a directory of another user could be swapped under us.
            var status = stat()
            let isOurs =
                lstat(shortDirectory, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
                && status.st_uid == geteuid()
            guard isOurs, chmod(shortDirectory, 0o700) == 0 else {
                throw DoorError(
                    "\(shortDirectory) is needed for the socket but belongs to somebody else: remove it, or choose a"
                        + " --data-dir with a shorter path."
                )
            }
            try writeNote()
        } else {
            unlink(note)
        }
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw DoorError("\(path) is in the way of the socket and is none: move it away.")
        }
        guard unlink(path) == 0 else { throw failure("remove the stale socket \(path)") }
    }

    /// Removes the socket; the note stays true for the next start.
    func remove() { unlink(path) }

    private func writeNote() throws(DoorError) {
        let file = open(note, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("write \(note)") }
        defer { close(file) }
        let bytes = Array((path + "\n").utf8)
        guard write(file, bytes, bytes.count) == bytes.count else { throw failure("write \(note)") }
    }

    private func failure(_ what: String) -> DoorError {
        DoorError("Cannot \(what): \(String(cString: strerror(errno))).")
    }

    /// FNV-1a: the same in every process, unlike `Hasher`.
    private static func hash(_ text: String) -> UInt64 {
        // Wrapping multiplication is the definition of the hash.
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
