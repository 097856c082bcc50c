import Testing

@testable import BifrostKernel

@Suite("a table in parts")
struct PartedTableTests {
    /// Keys that all have the same hash.
    private struct Stubborn: Hashable {
        let number: Int
        func hash(into hasher: inout Hasher) { hasher.combine(1) }
    }

    @Test(
        "it answers as a dictionary does, at every size, whatever room was made",
        arguments: [0, 1, 2_048, 2_049, 50_000],
        [0, 1, 2_049, 49_000, .max]
    )
    func same(count: Int, reserved: Int) {
        var table = PartedTable<Int64, Int>()
        table.reserve(reserved)
        var model: [Int64: Int] = [:]
        var generator = SystemRandomNumberGenerator()
        for number in 0..<count {
            let key = Int64.random(in: 0..<Int64(count), using: &generator)
            if number % 3 == 0 {
                table.change(key, default: 7) { $0 += number }
                model[key, default: 7] += number
            } else {
                #expect(table.updateValue(number, forKey: key) == model.updateValue(number, forKey: key))
            }
        }
        #expect(table.count == model.count)
        for key in -1...Int64(count) { #expect(table[key] == model[key]) }
        #expect(Dictionary(uniqueKeysWithValues: table.rows.map { ($0.key, $0.value) }) == model)
    }

    @Test("rows stand where they would without room", arguments: [1, 2_048, 2_049, 20_000, 50_000])
    func places(count: Int) {
        var (grown, roomy) = (PartedTable<Int, Int>(), PartedTable<Int, Int>())
        roomy.reserve(count)
        for number in 0..<count {
            grown.updateValue(number, forKey: number)
            roomy.updateValue(number, forKey: number)
        }
        #expect(roomy.parts == grown.parts)
    }

    @Test("room that is made late moves nothing")
    func lateRoom() {
        var table = PartedTable<Int, Int>()
        for number in 0..<100 { table.updateValue(number, forKey: number) }
        table.reserve(100_000)
        #expect((0..<100).allSatisfy { table[$0] == $0 } && table.count == 100)
    }

    @Test("keys that cannot be told apart by their hash are all kept")
    func stubborn() {
        var table = PartedTable<Stubborn, Int>()
        for number in 0..<3_000 { table.updateValue(number, forKey: Stubborn(number: number)) }
        #expect(table.count == 3_000)
        for number in 0..<3_000 { #expect(table[Stubborn(number: number)] == number) }
    }

    @Test("a copy does not see what is done to the other")
    func copies() {
        var table = PartedTable<Int, Int>()
        for number in 0..<5_000 { table.updateValue(number, forKey: number) }
        let copy = table
        for number in 0..<5_000 { table.change(number, default: 0) { $0 = -1 } }
        #expect((0..<5_000).allSatisfy { copy[$0] == $0 && table[$0] == -1 })
    }
}
