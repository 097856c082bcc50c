import BifrostKernel
import Testing

@testable import Packing

@Suite("a packed list")
struct PackedListTests {
    private struct Row: WireFields, Equatable, Sendable {
        var number: Int64 = 0
        init() {}
        init(_ number: Int) { self.number = Int64(number) }
        mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
            try visitor.int(1, "number", &number)
        }
    }

    private typealias List = PackedList<Row>

    private static func list(_ count: Int) -> List {
        var list = List()
        for number in 0..<count { list.append(Row(number)) }
        return list
    }

    @Test("it has what an array has", arguments: [0, 1, 15, 16, 31, 32, 33, 500])
    func appended(count: Int) {
        let list = Self.list(count)
        let model = (0..<count).map { Row($0) }
        #expect(Array(list) == model && list.count == count && list.last == model.last)
        #expect(list.isEmpty == model.isEmpty)
        for index in model.indices { #expect(list[index] == model[index]) }
    }

    @Test("rows that are put in and replaced anywhere stand where an array has them", arguments: 0..<20)
    func changed(seed: Int) {
        var generator = SystemRandomNumberGenerator()
        var (list, model) = (List(), [Row]())
        for number in 0..<400 {
            let row = Row(number)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0 where !model.isEmpty:
                let index = model.indices.randomElement(using: &generator) ?? 0
                list.replace(index, by: row)
                model[index] = row
            case 1:
                let index = Int.random(in: 0...model.count, using: &generator)
                list.insert(row, at: index)
                model.insert(row, at: index)
            default:
                list.append(row)
                model.append(row)
            }
        }
        #expect(Array(list) == model && list.count == model.count && list.last == model.last)
        for number in 0..<400 {
            #expect(list.lastIndex { $0 == Row(number) } == model.lastIndex { $0 == Row(number) })
        }
    }

    @Test("it is the same after either form of its bytes, and grows on alike", arguments: [0, 20, 100])
    func read(count: Int) throws {
        for keepsPacked in [false, true] {
            let bytes = WireEncoder.encode(Self.list(count), keepsPacked: keepsPacked)
            var again = try WireDecoder.decode(List.self, bytes)
            #expect(Array(again) == Array(Self.list(count)))
            for number in count..<count + 40 { again.append(Row(number)) }
            #expect(WireEncoder.encode(again) == WireEncoder.encode(Self.list(count + 40)))
        }
    }

    @Test("equal rows have equal bytes that say nothing of how they were compressed")
    func canonical() {
        let bytes = WireEncoder.encode(Self.list(200))
        let kept = WireEncoder.encode(Self.list(200), keepsPacked: true)
        #expect(bytes != kept)
        #expect(bytes == WireEncoder.encode(Self.list(200)))
    }

    @Test("packed rows of a length that nothing has are refused")
    func refused() {
        struct Forged: WireFields {
            var count = 1
            var length = 1 << 30
            var bytes: [UInt8] = [1]
            init() {}
            mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
                try visitor.count(1, "count", &count)
                try visitor.count(2, "contentBytes", &length)
                try visitor.bytes(3, "bytes", &bytes)
            }
        }
        #expect(throws: WireError.outOfRange(field: 2)) {
            try WireDecoder.decode(PackedRows<Row>.self, WireEncoder.encode(Forged()))
        }
    }
}
