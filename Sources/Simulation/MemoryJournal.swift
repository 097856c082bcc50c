internal import BifrostKernel
internal import Synchronization
internal import Venues

/// The bytes of a journal in memory, of which a loss of power leaves what was synced and perhaps more.
final class MemoryJournal: JournalStorage {
    private struct Disk {
        var bytes: [UInt8] = []
        var synced = 0
    }

    let path = "simulated.journal"
    private let disk = Mutex(Disk())

    /// Takes so many of the bytes that were not synced away from the end.
    func losePower(_ count: (Int) -> Int) {
        disk.withLock { disk in
            let unsynced = disk.bytes.count - disk.synced
            disk.bytes.removeLast(min(count(unsynced), unsynced))
            disk.synced = disk.bytes.count
        }
    }

    func size() -> Int64 { disk.withLock { Int64($0.bytes.count) } }
    func read(at offset: Int64, count: Int) -> [UInt8] {
        disk.withLock { Array($0.bytes[Int(offset)..<Int(offset) + count]) }
    }
    func append(_ bytes: [UInt8]) { disk.withLock { $0.bytes += bytes } }
    func sync() { disk.withLock { $0.synced = $0.bytes.count } }
    func cut(to size: Int64) {
        disk.withLock { disk in
            disk.bytes.removeLast(disk.bytes.count - Int(size))
            disk.synced = disk.bytes.count
        }
    }
    func syncFolder() {}
}
