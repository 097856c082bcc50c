public import BifrostKernel
public import EventStore

/// Why the log does not answer a question.
public enum ReplayError: Error, Equatable, Sendable {
    /// The store cannot be reached or does not answer: try again.
    case unavailable(String)
    /// What stands at this position is no event of this log: verify it.
    case corrupt(ShardNumber, position: Int64, String)
    /// No account has this alias or id.
    case unknownAccount(String)
    /// Nothing in the log goes by this order id, client order id or command id.
    case unknownOrder(String)
    /// A name that several accounts gave: name the account too.
    case ambiguous(String, accounts: [AccountID])
    /// The shard does not go that far.
    case beyondEnd(ShardNumber, position: Int64, last: Int64)
    /// A span holds more events than are taken at once: ask for a shorter one.
    case tooMany(eventsMax: Int)
    /// The shard began later.
    case beforeBeginning(ShardNumber, Timestamp)
}

extension ReplayError: CustomStringConvertible {
    /// What happened and what to do, in a plain sentence.
    public var description: String {
        switch self {
        case .unavailable(let reason): "The log cannot be read: \(reason). Try again."
        case .corrupt(let shard, let position, let reason):
            "Shard \(shard.value), position \(position): \(reason). Run `bifrost verify`."
        case .unknownAccount(let name):
            "UNKNOWN_ACCOUNT: no account has the alias or id '\(name)'. Check the spelling and the data directory."
        case .unknownOrder(let name):
            "UNKNOWN_ORDER: no order, client order id or command id is '\(name)'."
                + " Check the spelling, and name the account the order belongs to."
        case .ambiguous(let name, let accounts):
            "'\(name)' was given in \(accounts.count) accounts: name one with --account ("
                + accounts.map { $0.id.text }.joined(separator: ", ") + ")."
        case .beyondEnd(let shard, let position, let last):
            "Shard \(shard.value) ends at position \(last): there is no position \(position) yet."
        case .tooMany(let eventsMax):
            "The account has more than \(eventsMax) events in that span. Take shorter spans, one after another: each"
                + " shows the events that stand next to it, so that they join without a gap."
        case .beforeBeginning(let shard, let time):
            "Nothing was recorded in shard \(shard.value) by \(time.text): it began later. A time asks what was recorded"
                + " by then; what was true on a date is asked with --as-of."
        }
    }
}
