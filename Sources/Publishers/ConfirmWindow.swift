internal import BifrostKernel
internal import EventStore

/// What was published and is not yet below the checkpoint: tags count from 1, position by position.
///
/// Confirms come in any order; the checkpoint follows the prefix in which none is missing.
struct ConfirmWindow {
    private struct Slot {
        var hash: EventHash
        var isConfirmed: Bool
    }

    /// The position before that of tag 1.
    private let origin: Int64
    private let messagesMax: Int
    private var slots: [Slot?]
    private var lastTag: UInt64 = 0
    private var prefixTag: UInt64 = 0
    private var savedTag: UInt64 = 0

    /// An empty window behind a position, for at most so many messages that are not confirmed.
    init(after position: Int64, messagesMax: Int) {
        origin = position
        self.messagesMax = messagesMax
        slots = Array(repeating: nil, count: messagesMax)
    }

    /// Messages behind the confirmed prefix.
    var waiting: Int { Int(lastTag - prefixTag) }
    /// Whether one more may be published; the prefix keeps its last hash until it is saved.
    var hasRoom: Bool { lastTag - savedTag < UInt64(messagesMax) }
    /// Confirmed positions that the checkpoint does not cover yet.
    var unsaved: Int { Int(prefixTag - savedTag) }

    /// The message of the next position went out with this tag.
    mutating func published(_ tag: UInt64, position: Int64, hash: EventHash) {
        precondition(tag == lastTag + 1, "the broker counts what is published one by one")
        precondition(position == origin + Int64(tag), "positions are published one by one")
        precondition(hasRoom, "the window is bounded")
        lastTag = tag
        slots[index(tag)] = Slot(hash: hash, isConfirmed: false)
    }

    /// The broker took the message, with `multiple` all up to it; false where it was never published.
    mutating func confirmed(_ tag: UInt64, multiple: Bool) -> Bool {
        // With `multiple`, 0 stands for all (AMQP 0-9-1, basic.ack).
        let tag = multiple && tag == 0 ? lastTag : tag
        guard tag <= lastTag, tag > 0 || multiple else { return false }
        guard tag > prefixTag else { return true }
        for confirmed in (multiple ? prefixTag + 1 : tag)...tag {
            slots[index(confirmed)]?.isConfirmed = true
        }
        while prefixTag < lastTag, slots[index(prefixTag + 1)]?.isConfirmed == true { prefixTag += 1 }
        return true
    }

    /// The end of the confirmed prefix, `nil` when the checkpoint is there already.
    var prefix: (position: Int64, hash: EventHash)? {
        guard prefixTag > savedTag, let slot = slots[index(prefixTag)] else { return nil }
        return (origin + Int64(prefixTag), slot.hash)
    }

    /// The checkpoint covers the prefix now.
    mutating func savePrefix() { savedTag = prefixTag }

    private func index(_ tag: UInt64) -> Int { Int(tag % UInt64(messagesMax)) }
}
