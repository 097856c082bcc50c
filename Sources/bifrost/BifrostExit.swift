internal import ArgumentParser
internal import Glibc

/// A command that ends before its work is done: what to say on standard error, and the exit status.
struct CommandFailure: Error, CustomStringConvertible {
    let status: BifrostExit
    let description: String
}

/// The exit statuses of `bifrost`; scripts rely on them.
enum BifrostExit: Int32 {
    /// Done.
    case done = 0
    /// It could not be done, or was refused.
    case failed = 1
    /// The command line is wrong.
    case usage = 2
    /// The log is not what it was.
    case tampering = 3

    /// A failure with this status.
    func failure(_ text: String) -> CommandFailure { CommandFailure(status: self, description: text) }

    /// Parses the command line, runs the command, and ends the process with one of these statuses.
    static func run(_ root: any AsyncParsableCommand.Type) async -> Never {
        // A reader that went away (`| head`) shows as a failed write, which ends the output without a word.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try root.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            end(.done)
        } catch let failure as CommandFailure {
            complain("bifrost: " + failure.description)
            end(failure.status)
        } catch {
            finish(root, error)
        }
    }

    private static func finish(_ root: any AsyncParsableCommand.Type, _ error: any Error) -> Never {
        let code = root.exitCode(for: error)
        let message = root.fullMessage(for: error)
        if code == .success {
            Swift.print(message)
            end(.done)
        }
        if !message.isEmpty { complain(message) }
        if code == .validationFailure { end(.usage) }
        end(BifrostExit(rawValue: code.rawValue) ?? .failed)
    }

    /// Writes a line to standard error.
    static func complain(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func end(_ status: BifrostExit) -> Never {
        fflush(nil)
        exit(status.rawValue)
    }
}
