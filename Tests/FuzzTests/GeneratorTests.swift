import SeededChoices
import Testing

@Suite("Choices that bytes make")
struct GeneratorTests {
    @Test("two bytes make a choice: the lowest of a range, the middle, the highest")
    func pairs() {
        var choices = Generator(following: [0, 0, 0x80, 0, 0xff, 0xff, 7])
        #expect(choices.int(0...10) == 0)
        #expect(choices.int(0...10) == 5)
        #expect(choices.isFollowing)
        #expect(choices.int(0...10) == 10)
        #expect(!choices.isFollowing, "a byte alone makes no choice")
    }

    @Test("every pair makes one choice of any range, and none is drawn again")
    func one() {
        for pair in UInt16.min...UInt16.max {
            for most in [1, 2, 99, 65_535, 100_000_000] {
                var choices = Generator(following: [UInt8(pair >> 8), UInt8(pair & 0xff), 0, 0])
                _ = choices.int(0...most)
                #expect(choices.isFollowing)
            }
        }
    }

    @Test("where the bytes end a seed goes on, the same each time")
    func end() {
        var left = Generator(following: [1, 2])
        var right = Generator(following: [1, 2])
        var seeded = Generator(seed: 0)
        #expect(left.next() == right.next())
        let rest = (0..<8).map { _ in left.next() }
        #expect(rest == (0..<8).map { _ in seeded.next() })
    }
}
