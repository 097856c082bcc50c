// A refused batch, for whoever looks into it: for each event the length of its header as text (4 bytes,
// little-endian), that text, the length of its payload (4 bytes), and the payload.

internal import BifrostKernel
internal import EventStore
internal import Glibc
internal import Logging
internal import Nodes

/// Keeps a batch that the store refused for good.
enum RefusedBatch {
    /// Writes the batch into a file of its own in `directory`.
    static func keep(_ batch: EventBatch, in directory: String) {
        let path = directory + "/refused-batch-\(WallTime().now().nanos).bin"
        var bytes: [UInt8] = []
        for (index, header) in batch.headers.enumerated() {
            append(Array("\(header)".utf8), to: &bytes)
            append(Array(batch.payload(at: index)), to: &bytes)
        }
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer { close(file) }
        var sent = 0
        while file >= 0, sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            sent += count
        }
        guard file >= 0, sent == bytes.count, fsync(file) == 0 else {
            return ServiceLog.logger.critical(
                "a refused batch of \(batch.count) events could not be kept in \(path)"
            )
        }
        ServiceLog.logger.critical("a refused batch of \(batch.count) events is kept in \(path)")
    }

    private static func append(_ part: [UInt8], to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: part.count >> shift))
        }
        bytes += part
    }
}
