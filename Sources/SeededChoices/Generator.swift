/// A seeded source of choices (SplitMix64): the same seed gives the same choices in every process.
public struct Generator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    /// Bytes that decide before the seed does.
    private var given: ArraySlice<UInt8> = []

    /// Begins at `seed`.
    public init(seed: UInt64) { state = seed }

    /// Takes two of `bytes` for each choice, so that who changes some of them changes some choices.
    public init(following bytes: [UInt8]) {
        state = 0
        given = bytes[...]
    }

    /// Whether bytes are left that decide.
    public var isFollowing: Bool { given.count >= 2 }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        if isFollowing {
            let pair = UInt64(given.removeFirst()) << 8 | UInt64(given.removeFirst())
            // High bits make a choice within a range; low bits of zero might have it drawn again for ever.
            return pair << 48 | 0x7fff_ffff_ffff
        }
        // Wrapping is the definition of SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A count within `range`.
    public mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// A number within `range`.
    public mutating func int64(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }

    /// Whether something happens that does so `percent` times in a hundred.
    public mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }

    /// One of `choices`, which are never empty.
    public mutating func one<Choice>(of choices: [Choice]) -> Choice { choices[int(0...choices.count - 1)] }

    /// So many bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
    }

    /// Changes, cuts out, doubles or swaps one to three of `bytes`.
    public mutating func spoil(_ bytes: inout [UInt8]) {
        for _ in 0..<int(1...3) where !bytes.isEmpty {
            let index = int(0...bytes.count - 1)
            switch int(0...6) {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: next() >> 32)
            case 1: bytes[index] ^= 1 << UInt8(int(0...7))
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(UInt8(truncatingIfNeeded: next() >> 32), at: index)
            case 4: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 18)], at: index)
            case 5: bytes.removeLast(min(bytes.count - index, 9))
            default: bytes.swapAt(index, int(0...bytes.count - 1))
            }
        }
    }
}
