/// Something that takes any bytes: it reads them or refuses them, and never traps.
struct FuzzTarget: Sendable {
    /// The name that `ops/fuzz` calls it by.
    let name: String
    /// What the search begins with: inputs that are read to their end.
    let seeds: @Sendable () throws -> [[UInt8]]
    /// Takes an input; throws where what was read breaks a promise.
    let take: @Sendable ([UInt8]) throws -> Void

    init(
        _ name: String,
        seeds: @escaping @Sendable () throws -> [[UInt8]],
        take: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.seeds = seeds
        self.take = take
    }

    static let all: [FuzzTarget] = [
        events, commands, journal, facts, json, frames, rows, texts, calendars, holdings, decide,
    ]

    /// The one that this process searches.
    static let named: FuzzTarget = {
        let name = setting("BIFROST_FUZZ_TARGET") ?? ""
        guard let target = all.first(where: { $0.name == name }) else {
            preconditionFailure("expected one of \(all.map(\.name)) in BIFROST_FUZZ_TARGET, was '\(name)'")
        }
        return target
    }()
}

/// What was read and breaks a promise.
struct BrokenPromise: Error {
    let promise: String
}

func promise(_ holds: Bool, _ promise: @autoclosure () -> String) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(promise: promise()) }
}
