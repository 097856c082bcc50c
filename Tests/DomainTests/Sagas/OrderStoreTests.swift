import BifrostKernel
import Testing

@testable import Orders
@testable import Sagas

@Suite("The store of orders")
struct OrderStoreTests {
    private static let account = AccountID(Identifier(.account, slot: 1, shard: 1, birth: 1))

    private func id(_ number: Int) -> OrderID {
        OrderID(Identifier(.order, slot: 1, shard: 1, birth: Int64(number) + 10))
    }

    private func entry(_ number: Int, isOpen: Bool = false) throws -> OrderEntry {
        var entry = OrderEntry(account: Self.account, placedOn: BusinessDate(days: Int32(number)))
        entry.approvedAt = Int64(number)
        if isOpen { entry.state.ordered = try Quantity("1") }
        return entry
    }

    private func store(_ count: Int, isOpen: (Int) -> Bool = { _ in false }) throws -> OrderStore {
        var store = OrderStore()
        for number in 0..<count { store.add(id(number), try entry(number, isOpen: isOpen(number))) }
        return store
    }

    private func bytes(_ store: OrderStore) -> [[UInt8]] {
        images(store) + store.all.map { WireEncoder.encode($0) }
    }

    private func images(_ store: OrderStore) -> [[UInt8]] {
        var images: [[UInt8]] = []
        store.images { images.append($0) }
        return images
    }

    /// Without orders, and told where those of `store` will stand.
    private func expecting(_ store: OrderStore) throws -> OrderStore {
        var again = OrderStore()
        again.reserve(store.count)
        for image in images(store) { try again.take(image) }
        return again
    }

    private func reloaded(_ store: OrderStore, keepsPacked: Bool) throws -> OrderStore {
        var again = try expecting(store)
        for block in store.all {
            let bytes = WireEncoder.encode(block, keepsPacked: keepsPacked)
            try again.add(WireDecoder.decode(OrderBlock.self, bytes))
        }
        return again
    }

    @Test("packs the closed orders, all but the latest, and answers for each as before")
    func packs() throws {
        let store = try store(1_000)
        let unpackedMax = (OrderStore.warmBlocksMin + 3) * OrderStore.blockOrders
        #expect(store.packedCount >= 1_000 - unpackedMax)
        for number in 0..<1_000 {
            let found = try #require(store[id(number)])
            #expect(WireEncoder.encode(found) == WireEncoder.encode(try entry(number)))
            #expect(store.approvedAt(id(number)) == Int64(number))
        }
        #expect(store[id(1_000)] == nil && !store.contains(id(1_000)))
    }

    @Test("leaves a block as it is while one of its orders may trade or its venue owes an answer")
    func leavesOpen() throws {
        #expect(try store(640) { $0 % OrderStore.blockOrders == 1 }.packedCount == 0)
        var waiting = OrderStore()
        for number in 0..<640 {
            var order = try entry(number)
            if number % OrderStore.blockOrders == 3 { order.waitsSince = 5 }
            waiting.add(id(number), order)
        }
        #expect(waiting.packedCount == 0)
    }

    @Test("packs what closes later, as further orders come")
    func packsLater() throws {
        var store = try store(640) { _ in true }
        for number in 0..<640 { store.change(id(number)) { $0.state.ordered = .zero } }
        #expect(store.packedCount == 0)
        for number in 640..<1_600 { store.add(id(number), try entry(number)) }
        #expect(store.packedCount > 1_200)
    }

    @Test("keeps a change to a packed order, however often its block is packed again", arguments: 1...4)
    func changes(seed: UInt64) throws {
        var store = OrderStore()
        var expected: [Int64] = []
        var random = seed &* 0x9E37_79B9_7F4A_7C15
        for number in 0..<2_000 {
            store.add(id(number), try entry(number))
            expected.append(Int64(number))
            guard number % OrderStore.blockOrders == 0 else { continue }
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let changed = Int(random >> 33) % (number + 1)
            store.change(id(changed)) { $0.approvedAt += 1 }
            expected[changed] += 1
        }
        #expect(store.packedCount > 1_000)
        #expect((0..<2_000).map { store.approvedAt(id($0)) } == expected)
    }

    @Test("says the same in a snapshot, packed or not, and is the same after it", arguments: [false, true])
    func snapshot(keepsPacked: Bool) throws {
        let packed = try store(1_003) { $0 % 100 == 0 }
        var opened = packed
        for number in stride(from: 0, to: 1_003, by: 150) { opened.change(id(number)) { _ in } }
        #expect(packed.packedCount > 0)
        #expect(bytes(opened) == bytes(packed))
        var again = try reloaded(opened, keepsPacked: keepsPacked)
        #expect(bytes(again) == bytes(packed))
        #expect(again.packedCount > 0)
        for number in 0..<1_003 { #expect(again[id(number)]?.approvedAt == Int64(number)) }
        again.add(id(1_003), try entry(1_003))
        #expect(again.count == 1_004 && again[id(1_003)]?.approvedAt == 1_003)
    }

    @Test("refuses blocks that no store has: more orders than stand anywhere, and a short one first")
    func refuses() throws {
        let store = try store(OrderStore.blockOrders + 2)
        let blocks = Array(store.all)
        var twice = try expecting(store)
        try twice.add(blocks[0])
        #expect(throws: WireError.self) { try twice.add(blocks[0]) }
        try twice.add(blocks[1])
        #expect(throws: WireError.self) { try twice.add(blocks[1]) }
        var short = try expecting(store)
        #expect(throws: WireError.self) { try short.add(blocks[1]) }
    }
}
