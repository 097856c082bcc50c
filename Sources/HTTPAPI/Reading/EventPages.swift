internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import Sagas

/// Reads a selection to its end, page by page.
enum EventPages {
    /// Most events of a page, of an account's history of the first.
    static let pageEventsMax = 5_000

    struct Read {
        let header: EventHeader
        let event: DomainEvent
    }

    /// Hands every decoded event of `selection` up to position `through` to `body`; returns how many there
    /// were.
    ///
    /// What `concerns` does not name by its columns is not decoded. Blocks.
    @discardableResult
    static func read(
        _ log: any EventLog,
        _ shard: ShardNumber,
        _ selection: LogSelection,
        through: Int64 = .max,
        pageEventsMax: Int = pageEventsMax,
        where concerns: (EventHeader) -> Bool = { _ in true },
        _ body: (Read) -> Void
    ) throws(ReadError) -> Int {
        var rest = selection
        var total = 0
        var pages = 0
        while true {
            let limit = selection.pageEvents(pageEventsMax, afterPages: pages)
            var failure: String? = nil
            var last: EventHeader? = nil
            var isBeyond = false
            let count = try log.read(shard, rest, limit: limit) { stored in
                guard failure == nil else { return }
                guard stored.header.position <= through else {
                    isBeyond = true
                    return
                }
                last = stored.header
                guard concerns(stored.header) else { return }
                do throws(WireError) {
                    body(Read(header: stored.header, event: try EventRegistry.decode(stored)))
                } catch {
                    failure = "position \(stored.header.position): \(error)"
                }
            }
            if let failure { throw .corrupt(failure) }
            total += count
            // A page that reached beyond `through` has shown all up to there.
            guard count == limit, let last, last.position < through, !isBeyond else { return total }
            pages += 1
            rest = rest.going(onAfter: last)
        }
    }
}

extension LogSelection {
    /// The same selection behind an event that was read.
    fileprivate func going(onAfter header: EventHeader) -> LogSelection {
        switch self {
        case .all: .all(after: header.position)
        case .account(let account, _): .account(account, after: header.position)
        case .stream(let account, let stream, _, _):
            .stream(account, stream, afterVersion: header.version, behind: header.position)
        }
    }
}
