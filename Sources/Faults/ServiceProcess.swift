internal import EmbeddedPostgres
internal import Glibc
package import HTTPAPI

/// A `bifrost up` in a process of its own, which can be killed, stopped and woken.
package final class ServiceProcess {
    /// What a service is started with.
    package struct Setup: Sendable {
        /// The program.
        package var binary: String
        /// Its data directory, absolute and without links.
        package var dataDirectory: String
        /// A PostgreSQL of the harness's, `nil` for the embedded one.
        package var databaseURL: String?
        /// More options of `bifrost up`.
        package var options: [String] = []

        package init(binary: String, dataDirectory: String, databaseURL: String? = nil) {
            self.binary = binary
            self.dataDirectory = dataDirectory
            self.databaseURL = databaseURL
        }

        /// Where its standard error goes.
        package var log: String { dataDirectory + "/service.log" }
        /// The way in.
        package var client: DoorClient { DoorClient(dataDirectory: dataDirectory) }
    }

    /// The process.
    package let pid: Int32
    /// What it was started with.
    package let setup: Setup
    private var isOver = false

    /// How long a start may take: a recovery of the database after a crash at full load, and ours.
    package static let openMillisMax = 60_000
    private static let endMillisMax = 40_000

    /// Starts the program and returns at once.
    package init(_ setup: Setup) throws {
        self.setup = setup
        var arguments = [setup.binary, "up", "--data-dir", setup.dataDirectory] + setup.options
        if let url = setup.databaseURL { arguments += ["--database-url", url] }
        pid = try ChildProcess.launch(arguments, appendingTo: setup.log, environment: [])
    }

    deinit {
        guard !hasEnded else { return }
        signal(SIGKILL)
        _ = waitForEnd()
    }

    /// Whether the process has ended, by itself or not.
    package var hasEnded: Bool {
        isOver = isOver || ChildProcess.hasEnded(pid)
        return isOver
    }

    /// Sends a signal to the process if it is still there.
    package func signal(_ number: Int32) {
        guard !hasEnded else { return }
        kill(pid, number)
    }

    /// Ends the process as a crash does.
    package func crash() {
        signal(SIGKILL)
        _ = waitForEnd()
    }

    /// False when it has not ended in time.
    package func waitForEnd() -> Bool { wait(millis: Self.endMillisMax) { hasEnded } }

    /// Whether the door takes commands and the engine is well.
    package var isServing: Bool {
        guard !hasEnded, let answer = try? setup.client.send("GET", "/health") else { return false }
        return answer.status == 200
    }

    /// Waits until commands are taken; false when the process ended, or the time is over.
    package func waitUntilServing() -> Bool {
        wait(millis: Self.openMillisMax) { hasEnded || isServing } && !hasEnded
    }

    /// A program that was built beside this one.
    package static func sibling(_ name: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? 0
            }
        }
        let own = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/" + name
    }
}
