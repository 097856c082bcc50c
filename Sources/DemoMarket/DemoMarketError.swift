internal import Glibc

/// Why the demo market cannot be loaded; the description says what to do.
public enum DemoMarketError: Error, Equatable, Sendable {
    /// There is no such file beside the program.
    case notFound(path: String)
    /// The operating system does not give the file; `code` is its `errno`.
    case unreadable(path: String, code: Int32)
    /// The file is not the one that this build was made with.
    case damaged(path: String, reason: String)
    /// A line of the prices is not of the form that is expected.
    case malformed(line: Int, reason: String)
}

extension DemoMarketError: CustomStringConvertible {
    /// What happened, why, and what to do.
    public var description: String {
        switch self {
        case .notFound(let path):
            "no demo prices at \(path). Keep the folder \(DemoMarket.bundleName), which the build makes, beside the program."
        case .unreadable(let path, let code):
            "cannot read the demo prices at \(path): \(String(cString: strerror(code))). Repair that and start again."
        case .damaged(let path, let reason):
            "the demo prices at \(path) are damaged: \(reason). Build again, or copy the file from a sound build."
        case .malformed(let line, let reason):
            "line \(line) of the demo prices: \(reason). The file does not fit this build: build again from one commit."
        }
    }
}
