internal import BifrostKernel
internal import EventRegistry
internal import EventStore
internal import Sagas

/// Reads a shard page by page; every question about the past is a fold over one of these walks.
struct LogWalk {
    let log: any EventLog
    let shard: ShardNumber

    /// Most events taken by one read, of an account by the first.
    private static let pageEventsMax = LogSubscription.pageEventsMax

    init(_ log: any EventLog, _ shard: ShardNumber) {
        self.log = log
        self.shard = shard
    }

    /// The end of the shard.
    func head() throws(ReplayError) -> Head {
        do throws(ReadError) {
            return try log.head(of: shard)
        } catch {
            throw replayError(error, after: 0)
        }
    }

    /// The last position to fold: `wanted`, or the end of the shard as it is now.
    func end(_ wanted: Int64?) throws(ReplayError) -> Int64 {
        let last = try head().position
        guard let wanted else { return last }
        guard wanted <= last else { throw .beyondEnd(shard, position: wanted, last: last) }
        return wanted
    }

    /// Hands over the selected events up to position `last` until `body` has enough and answers `false`.
    func events(
        _ selection: LogSelection,
        upTo last: Int64 = .max,
        _ body: (RecordedEvent) throws(ReplayError) -> Bool
    ) throws(ReplayError) {
        let log = last < .max ? ahead(of: selection) : log
        var next = selection
        var reached: Int64 = 0
        var goesOn = true
        var pages = 0
        while goesOn {
            var failure: ReplayError? = nil
            var page = 0
            do throws(ReadError) {
                page = try log.read(shard, next, limit: Self.limit(of: next, upTo: last, pages)) { event in
                    guard goesOn else { return }
                    next = Self.behind(event, next)
                    reached = event.header.position
                    guard reached <= last else {
                        goesOn = false
                        return
                    }
                    do throws(ReplayError) {
                        goesOn = try body(event)
                    } catch {
                        failure = error
                        goesOn = false
                    }
                }
            } catch {
                throw replayError(error, after: reached)
            }
            if let failure { throw failure }
            guard page > 0, reached < last else { return }
            pages += 1
        }
    }

    /// The log for a walk that has an end to go to: one without looks for something and stops there.
    private func ahead(of selection: LogSelection) -> any EventLog {
        if case .all = selection { ReadAhead(log, shard) } else { log }
    }

    /// The event at `position`, `nil` beyond the end.
    func event(at position: Int64) throws(ReplayError) -> RecordedEvent? {
        guard position > 0 else { return nil }
        var found: RecordedEvent? = nil
        try events(.all(after: position - 1), upTo: position) { event throws(ReplayError) in
            found = event.header.position == position ? event : nil
            return false
        }
        return found
    }

    /// What an event says.
    func decode(_ event: RecordedEvent) throws(ReplayError) -> DomainEvent {
        do throws(WireError) {
            return try EventRegistry.decode(
                type: event.header.type,
                schemaVersion: event.header.schemaVersion,
                payload: event.payload
            )
        } catch {
            throw .corrupt(shard, position: event.header.position, "the payload cannot be read (\(error))")
        }
    }

    private func replayError(_ error: ReadError, after position: Int64) -> ReplayError {
        switch error {
        case .unavailable(let reason): .unavailable(reason)
        case .corrupt(let reason): .corrupt(shard, position: position + 1, reason)
        }
    }

    private static func limit(of selection: LogSelection, upTo last: Int64, _ pages: Int) -> Int {
        guard case .all(let after) = selection else {
            return selection.pageEvents(pageEventsMax, afterPages: pages)
        }
        return Int(min(Int64(pageEventsMax), max(0, last - after)))
    }

    static func behind(_ event: RecordedEvent, _ selection: LogSelection) -> LogSelection {
        switch selection {
        case .all: .all(after: event.header.position)
        case .account(let account, _): .account(account, after: event.header.position)
        case .stream(let account, let stream, _, _):
            .stream(
                account,
                stream,
                afterVersion: event.header.version,
                behind: event.header.position
            )
        }
    }
}
