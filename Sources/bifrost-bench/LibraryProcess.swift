import Glibc

/// The `eventsourcing` library in a Python of its own, which appends a batch for each number that it is told.
///
/// The script measures for itself: what the pipes cost does not count.
final class LibraryProcess {
    private let answers: UnsafeMutablePointer<FILE>
    private let requests: UnsafeMutablePointer<FILE>
    private let fifo: String

    private static let script = "ops/peers/append_eventsourcing.py"

    init(_ python: String, _ conninfo: String, _ payloadBytes: Int) throws {
        fifo = "/tmp/bifrost-bench-peer-\(getpid())"
        guard mkfifo(fifo, 0o600) == 0 else {
            throw BenchServer.Refusal(description: "expected to make \(fifo)")
        }
        let quoted = conninfo.replacing("'", with: "'\\''")
        let command = "exec '\(python)' \(Self.script) '\(quoted)' \(payloadBytes) < \(fifo)"
        guard let answers = popen(command, "r") else {
            throw BenchServer.Refusal(description: "expected to start \(python)")
        }
        self.answers = answers
        guard let requests = fopen(fifo, "w") else {
            throw BenchServer.Refusal(description: "expected to open \(fifo)")
        }
        self.requests = requests
    }

    /// Appends `rows` events; returns the nanoseconds that it took.
    func append(_ rows: Int) throws -> Int64 {
        fputs("\(rows)\n", requests)
        fflush(requests)
        var line = [CChar](repeating: 0, count: 64)
        guard fgets(&line, Int32(line.count), answers) != nil,
            let nanos = Int64(String(decoding: line.prefix { $0 > 32 }.map(UInt8.init), as: UTF8.self))
        else { throw BenchServer.Refusal(description: "expected a time from \(Self.script): see above") }
        return nanos
    }

    func end() {
        fclose(requests)
        pclose(answers)
        unlink(fifo)
    }
}
