import Glibc

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
