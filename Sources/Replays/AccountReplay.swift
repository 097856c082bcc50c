public import BifrostKernel
public import EventStore
internal import RiskLimits
public import Sagas

/// Folds one account with the facts that all accounts share, by the function that the engine decides by: what
/// the account's next order would be judged by, at any position of the log.
public struct AccountReplay: Sendable {
    /// The account.
    public let account: AccountID
    /// What was taken in; of other accounts nothing.
    public private(set) var state = Shard.initial
    /// The last position that was looked at.
    public private(set) var position: Int64 = 0
    /// When the last event that was looked at took effect, or one before it that took effect later.
    private var time = Timestamp(nanos: 0)
    /// The number of events taken in.
    public private(set) var eventCount = 0
    private let shard: ShardNumber
    private let gapPositionsMax: Int64

    /// Before the first event.
    ///
    /// Across `gapPositionsMax` positions all events are looked at; across more those of the account are
    /// searched for, which costs a look at all that it has.
    public init(_ account: AccountID, _ shard: ShardNumber, gapPositionsMax: Int64 = 20_000) {
        self.account = account
        self.shard = shard
        self.gapPositionsMax = gapPositionsMax
    }

    /// What the account is exposed to; `nil` where there is none.
    public var exposure: AccountExposure? { Shard.exposure(of: account, in: state, at: time) }

    /// Folds on to position `last`, or to the end.
    public mutating func advance(_ log: any EventLog, to last: Int64? = nil) throws(ReplayError) {
        let walk = LogWalk(log, shard)
        let end = try walk.end(last)
        guard position < end else { return }
        var replay = self
        if end - position <= gapPositionsMax {
            let ordinal = AccountOrdinal(account)
            try walk.events(.all(after: position), upTo: end) { event throws(ReplayError) in
                let owner = event.header.account
                if owner == ordinal || owner == .none { try replay.take(event, walk) }
                return true
            }
        } else {
            try replay.merge(walk, end)
        }
        replay.position = end
        let last = try walk.event(at: end)?.header.effectiveAt ?? time
        replay.time = max(replay.state.effectiveAt, time, last)
        self = replay
    }

    private mutating func merge(_ walk: LogWalk, _ end: Int64) throws(ReplayError) {
        // What all accounts share is little beside what each of them does.
        var shared: [RecordedEvent] = []
        try walk.events(.account(.none, after: position), upTo: end) { event in
            if Self.mayBeForAll(event.header) { shared.append(event) }
            return true
        }
        var rest = shared[...]
        var replay = self
        try walk.events(.account(AccountOrdinal(account), after: position), upTo: end) {
            event throws(ReplayError) in
            while let first = rest.first, first.header.position < event.header.position {
                try replay.take(first, walk)
                rest.removeFirst()
            }
            try replay.take(event, walk)
            return true
        }
        for event in rest { try replay.take(event, walk) }
        self = replay
    }

    private mutating func take(_ event: RecordedEvent, _ walk: LogWalk) throws(ReplayError) {
        let header = event.header
        if header.account == .none {
            guard Self.mayBeForAll(header) else { return }
            let fact = try walk.decode(event)
            guard Self.isForAll(fact) else { return }
            Shard.evolve(&state, by: Fact(header, fact))
        } else {
            let fact = try walk.decode(event)
            // An id that names no opening has no account.
            if state.accountByID.isEmpty {
                guard case .accountOpened(let opened) = fact, opened.account == account else { return }
            }
            Shard.evolve(&state, by: Fact(header, fact))
        }
        eventCount += 1
    }

    private static func mayBeForAll(_ header: EventHeader) -> Bool {
        [.reference, .shard, .risk].contains(header.stream.kind)
    }

    /// Whether all accounts go by it, of what is filed under none.
    private static func isForAll(_ event: DomainEvent) -> Bool {
        switch event {
        case .reference, .dayRolled: true
        case .risk(let fact):
            switch fact {
            case .killSwitchPulled, .killSwitchReleased: true
            default: false
            }
        default: false
        }
    }
}
