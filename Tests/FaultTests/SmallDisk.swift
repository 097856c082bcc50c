import EmbeddedPostgres
import Glibc
import PostgresTesting

/// A file system of its own in memory, which a test can fill up.
final class SmallDisk {
    let path: String
    private let filler: String
    private var file: Int32 = -1
    private static let attemptsMax = 20

    /// Why there is none here, `nil` where there is.
    static let obstacle: String? = {
        do {
            _ = try SmallDisk(named: "probe", megabytes: 1)
            return nil
        } catch {
            return "a file system cannot be mounted here (\(error)): it takes root"
        }
    }()

    init(named name: String, megabytes: Int) throws {
        path = try SharedCluster.scratchDirectory(named: "disk-\(name)")
        filler = path + "/filler"
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m,mode=755") == 0 else {
            throw CutterError(code: errno)
        }
    }

    deinit {
        if file >= 0 { close(file) }
        // Also while somebody still works there.
        umount2(path, Int32(MNT_DETACH))
    }

    var freeBytes: Int {
        var info = statvfs()
        return statvfs(path, &info) == 0 ? Int(info.f_bavail * info.f_frsize) : 0
    }

    /// Takes space until so many bytes are left, as far as the kernel's count of them is exact.
    func fill(leaving bytes: Int) {
        if file < 0 { file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }
        var size = Int(lseek(file, 0, Int32(SEEK_END)))
        for _ in 0..<Self.attemptsMax {
            let more = freeBytes - bytes
            guard more > 0 else { return }
            // It takes all or nothing: who comes in between leaves less, which the next look sees.
            if posix_fallocate(file, off_t(size), off_t(more)) == 0 { size += more }
        }
    }

    /// Gives the space back.
    func drain() { ftruncate(file, 0) }
}
