import Foundation

/// The files of this repository: those that git tracks and those that it would add.
struct Repository {
    enum Failure: Error, CustomStringConvertible {
        case git(status: Int32, message: String)

        var description: String {
            switch self {
            case .git(let status, let message):
                "expected `git ls-files` to list files, was \(status): \(message)"
            }
        }
    }

    let root: URL
    let paths: [String]

    /// - Parameter root: A folder inside the working tree, as seen by git.
    init(root: URL) throws {
        self.root = root
        let git = Process()
        let output = Pipe()
        let errors = Pipe()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = [
            // The tree may have been checked out by another user than who tests it.
            "git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
        ]
        git.currentDirectoryURL = root
        git.standardOutput = output
        git.standardError = errors
        try git.run()
        let listed = try output.fileHandleForReading.readToEnd() ?? Data()
        let message = try errors.fileHandleForReading.readToEnd() ?? Data()
        git.waitUntilExit()
        guard git.terminationStatus == 0 else {
            throw Failure.git(
                status: git.terminationStatus,
                message: String(decoding: message, as: UTF8.self)
            )
        }
        let names = String(decoding: listed, as: UTF8.self).split(separator: "\0").map(String.init)
        paths = Set(names).sorted().filter { Self.isFile(root.appending(path: $0)) }
    }

    /// The files that hold text; a file that is not UTF-8 has no lines to check.
    func textFiles() throws -> [SourceFile] {
        try paths.compactMap { path in
            let bytes = try Data(contentsOf: root.appending(path: path))
            guard !bytes.contains(0) else { return nil }
            return String(validating: bytes, as: UTF8.self).map { SourceFile(path: path, text: $0) }
        }
    }

    /// Git still lists a file whose deletion is not staged.
    private static func isFile(_ url: URL) -> Bool {
        (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
    }
}
