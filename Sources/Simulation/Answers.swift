internal import BifrostKernel
internal import Engine
internal import EventStore
internal import Synchronization

/// A command that was posed, and what its sender was told.
struct Posed {
    let request: CommandRequest
    let shard: ShardNumber
    /// The engine that took it.
    let holder: String
    /// Whether the log had the account when the command was posed.
    let accountWasKnown: Bool
    /// Whether an answer tells what became of it.
    var isSettled = false
    /// Whether it was answered at all.
    var isAnswered = false
}

/// What was said to the outside, with what the log held at that moment.
final class Answers: Sendable {
    struct Said {
        /// Which of the posed commands it answers.
        let index: Int
        let answer: CommandAnswer
        /// The end of the log when it was said.
        let durable: Int64
    }

    private let said = Mutex<[Said]>([])

    func add(_ answer: Said) { said.withLock { $0.append(answer) } }

    func take() -> [Said] {
        said.withLock { said in
            defer { said = [] }
            return said
        }
    }
}

extension ShardWatch {
    /// Holds an answer against the log: what it says must be there, and have been there when it was said.
    func check(_ said: Answers.Said, to posed: Posed) throws(Violation) {
        let name = "'\(posed.request.id.text)'"
        let entry = commands[Key(posed.request)]
        switch said.answer {
        case .decided(let receipt, let outcome):
            try check(receipt, entry, said.durable, name)
            try expect(
                entry?.digest == posed.request.digest,
                "I2",
                "\(name) was decided with another content"
            )
            let isRefused = if case .refused = outcome.result { true } else { false }
            try expect(isRefused == refused.contains(receipt.firstPosition), "I2", "\(name): \(outcome)")
        case .repeated(let receipt):
            try check(receipt, entry, said.durable, name)
            try expect(entry?.digest == posed.request.digest, "I2", "\(name) repeats another content")
        case .idReused(let receipt):
            try check(receipt, entry, said.durable, name)
            try expect(entry?.digest != posed.request.digest, "I2", "\(name) was called reused, and is not")
        case .unknownAccount:
            try expect(!posed.accountWasKnown, "I2", "\(name) names an account that is in the log")
        case .busy, .storageLow, .stopped: break
        }
    }

    private func check(
        _ receipt: CommandReceipt,
        _ entry: Entry?,
        _ durable: Int64,
        _ name: String
    ) throws(Violation) {
        try expect(
            receipt.lastPosition <= durable,
            "I1",
            "\(name) was answered with \(receipt.lastPosition) when the log ended at \(durable)"
        )
        guard let entry else { throw Violation("I1", "\(name) was answered and is not in the log") }
        try expect(
            receipt.firstPosition == entry.firstPosition && receipt.count == entry.count,
            "I2",
            "\(name) was answered with \(receipt), stands at \(entry.firstPosition) with \(entry.count)"
        )
    }
}
