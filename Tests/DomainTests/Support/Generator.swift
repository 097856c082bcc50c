import Glibc

/// A seeded source of choices (SplitMix64): the same seed always gives the same test.
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // Wrapping is the definition of SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func int64(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }

    /// One of `choices`, which are never empty.
    mutating func one<Choice>(of choices: [Choice]) -> Choice { choices[int(0...choices.count - 1)] }
}

/// The seeds of a run.
///
/// A failed case names its seed; `BIFROST_SEED` with that number runs it first.
enum Seeds {
    static let base: UInt64 = {
        let given = getenv("BIFROST_SEED").flatMap { UInt64(String(cString: $0)) }
        var system = SystemRandomNumberGenerator()
        let seed = given ?? UInt64.random(in: 1...999_999_999, using: &system)
        print("DomainTests: BIFROST_SEED=\(seed)")
        return seed
    }()

    static func take(_ count: Int) -> [UInt64] { (0..<UInt64(count)).map { base &+ $0 } }
}
