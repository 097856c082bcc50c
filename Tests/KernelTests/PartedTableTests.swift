import Testing

@testable import BifrostKernel

@Suite("a table in parts")
struct PartedTableTests {
    private struct Key: CheaplyHashed, BitwiseCopyable {
        let number: Int64
        init(_ number: Int) { self.number = Int64(number) }
        var hashedBits: (high: UInt64, low: UInt64) { (0, UInt64(bitPattern: number)) }
    }

    /// Keys that all are spread to the same bits.
    private struct Stubborn: CheaplyHashed {
        let number: Int
        var hashedBits: (high: UInt64, low: UInt64) { (0, UInt64(number)) }
        var spreadBits: UInt64 { 1 }
    }

    private typealias Table = PartedTable<Key, Int>

    private static func table(_ numbers: some Sequence<Int>) -> Table {
        var table = Table()
        for number in numbers { table.updateValue(-number, forKey: Key(number)) }
        return table
    }

    private static func images(_ table: Table) -> [[UInt8]] {
        var images: [[UInt8]] = []
        table.images { images.append($0) }
        return images
    }

    @Test("it answers as a dictionary does, at every size", arguments: [0, 1, 32, 33, 2_048, 50_000])
    func same(count: Int) {
        var table = Table()
        var model: [Key: Int] = [:]
        var generator = SystemRandomNumberGenerator()
        for number in 0..<count {
            let key = Key(Int.random(in: 0..<count, using: &generator))
            if number % 3 == 0 {
                table.change(key, default: 7) { $0 += number }
                model[key, default: 7] += number
            } else {
                #expect(table.updateValue(number, forKey: key) == model.updateValue(number, forKey: key))
            }
        }
        #expect(table.count == model.count)
        for number in -1...count { #expect(table[Key(number)] == model[Key(number)]) }
        #expect(Dictionary(uniqueKeysWithValues: table.rows.map { ($0.key, $0.value) }) == model)
    }

    @Test("rows stand where they stand whatever came first", arguments: [1, 32, 33, 20_000])
    func places(count: Int) {
        let (up, down) = (Self.table(0..<count), Self.table((0..<count).reversed()))
        #expect(Self.images(up) == Self.images(down))
    }

    @Test("what is taken in from images is what they were made of", arguments: [0, 1, 32, 33, 3_000, 50_000])
    func images(count: Int) throws {
        let table = Self.table(0..<count)
        var again = Table(reserving: count)
        for image in Self.images(table) { try again.take(image) }
        #expect(again.count == count && again.parts.count == table.parts.count)
        for number in 0..<count { #expect(again[Key(number)] == -number) }
        for number in count..<count + 100 { again.updateValue(-number, forKey: Key(number)) }
        #expect(Self.images(again) == Self.images(Self.table(0..<count + 100)))
    }

    @Test("parts of about thirty rows stay about as long")
    func lengths() throws {
        let table = Self.table(stride(from: 0, to: 100_000 * 128, by: 128))
        #expect(table.parts.allSatisfy { $0.count <= 4 * Table.partRows })
        let capacity = table.parts.reduce(0) { $0 + $1.capacity }
        #expect(capacity < table.count * 7 / 4)
        var again = Table(reserving: table.count)
        for image in Self.images(table) { try again.take(image) }
        #expect(again.parts.reduce(0) { $0 + $1.capacity } < table.count * 9 / 8)
    }

    @Test("an image in another order, with a row twice, or cut off is refused")
    func spoiled() throws {
        let images = Self.images(Self.table(0..<100))
        #expect(images.count == 1)
        let image = try #require(images.first)
        let row = image.count / 100
        func take(_ image: [UInt8]) throws {
            _ = try {
                var table = Table(reserving: 100); try table.take(image)
            }()
        }
        try take(image)
        #expect(throws: WireError.truncated) { try take(Array(image.dropLast())) }
        #expect(throws: WireError.notCanonical(field: 1)) {
            try take(Array(image[row..<2 * row]) + Array(image[..<row]) + Array(image[(2 * row)...]))
        }
        #expect(throws: WireError.notCanonical(field: 1)) { try take(Array(image[..<row]) + image) }
    }

    @Test("keys that cannot be told apart by their bits are all kept")
    func stubborn() {
        var table = PartedTable<Stubborn, Int>()
        for number in 0..<1_000 { table.updateValue(number, forKey: Stubborn(number: number)) }
        #expect(table.count == 1_000)
        for number in 0..<1_000 { #expect(table[Stubborn(number: number)] == number) }
    }

    @Test("a copy does not see what is done to the other")
    func copies() {
        var table = Self.table(0..<5_000)
        let copy = table
        for number in 0..<5_000 { table.change(Key(number), default: 0) { $0 = 1 } }
        #expect((0..<5_000).allSatisfy { copy[Key($0)] == -$0 && table[Key($0)] == 1 })
    }
}
