import EventStore
import SeededChoices
import Testing

@testable import Publishers

@Suite("the window of unconfirmed messages")
struct ConfirmWindowTests {
    private func hash(_ position: Int64) -> EventHash { EventHash(1, 2, 3, UInt64(position)) }

    private func window(after position: Int64 = 10, published count: UInt64, messagesMax: Int = 8)
        -> ConfirmWindow
    {
        var window = ConfirmWindow(after: position, messagesMax: messagesMax)
        for tag in 1...count where count > 0 {
            window.published(tag, position: position + Int64(tag), hash: hash(position + Int64(tag)))
        }
        return window
    }

    @Test(
        "the checkpoint follows the prefix in which no confirm is missing",
        arguments: [
            ([(1, false)], 11), ([(2, false)], nil), ([(2, false), (1, false)], 12), ([(3, true)], 13),
            ([(4, false), (2, true)], 12), ([(4, false), (3, true)], 14), ([(0, true)], 15),
            ([(1, true), (1, true)], 11), ([(2, true), (1, false)], 12),
        ] as [([(UInt64, Bool)], Int64?)]
    )
    func prefix(confirms: [(UInt64, Bool)], position: Int64?) {
        var window = window(published: 5)
        for (tag, multiple) in confirms {
            let isKnown = window.confirmed(tag, multiple: multiple)
            #expect(isKnown)
        }
        #expect(window.prefix?.position == position)
        #expect(window.prefix?.hash == position.map(hash))
        #expect(window.waiting == 5 - Int((position ?? 10) - 10))
    }

    @Test(
        "a confirm of what was never published is seen",
        arguments: [(6, false), (6, true), (0, false)] as [(UInt64, Bool)]
    )
    func unknown(tag: UInt64, multiple: Bool) {
        var window = window(published: 5)
        let isKnown = window.confirmed(tag, multiple: multiple)
        #expect(!isKnown)
        #expect(window.prefix == nil)
    }

    @Test("room comes back when the checkpoint has moved")
    func room() {
        var window = window(published: 8)
        #expect(!window.hasRoom)
        let isKnown = window.confirmed(3, multiple: true)
        #expect(isKnown)
        #expect(!window.hasRoom)
        window.savePrefix()
        #expect(window.hasRoom)
        #expect(window.unsaved == 0)
        #expect(window.prefix == nil)
    }

    @Test(
        "any order of confirms comes to the same end, and the prefix never jumps over a hole",
        arguments: 1...40 as ClosedRange<UInt64>
    )
    func orders(seed: UInt64) {
        var choices = Generator(seed: seed)
        var window = ConfirmWindow(after: 0, messagesMax: 16)
        var isConfirmed: [Bool] = []
        var saved = 0
        for _ in 0..<600 {
            if window.hasRoom, choices.chance(50) {
                isConfirmed.append(false)
                let position = Int64(isConfirmed.count)
                window.published(UInt64(position), position: position, hash: hash(position))
            } else if !isConfirmed.isEmpty {
                let tag = max(1, isConfirmed.count - choices.int(0...15))
                let multiple = choices.chance(12)
                let isKnown = window.confirmed(UInt64(tag), multiple: multiple)
                #expect(isKnown)
                for index in (multiple ? 0 : tag - 1)..<tag { isConfirmed[index] = true }
            }
            let prefix = isConfirmed.prefix { $0 }.count
            #expect(window.waiting == isConfirmed.count - prefix)
            #expect(window.prefix?.position == (prefix > saved ? Int64(prefix) : nil))
            #expect(window.prefix.map { $0.hash == hash($0.position) } ?? true)
            if choices.chance(25) {
                window.savePrefix()
                saved = prefix
            }
        }
    }
}
