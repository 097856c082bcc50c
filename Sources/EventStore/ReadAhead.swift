public import BifrostKernel
internal import Threads

/// A log for one reader who goes over a shard page by page: while it works on one, a thread of this object's
/// own reads the next.
///
/// What it hands over is what the log would. The thread begins with the second page and ends with the object.
/// Reads of a stream, of an account, of another shard and of a few events are the log's own.
public final class ReadAhead: EventLog {
    private struct Request {
        let after: Int64
        let limit: Int
    }

    /// What was read for a request; nothing where that failed, so that whoever asks meets the failure.
    private struct Page {
        let after: Int64
        var events: [RecordedEvent] = []
    }

    private struct State {
        var request: Request?
        var isReading = false
        var page: Page?
        var thread: SystemThread?
        var isEnded = false

        var isAtRest: Bool { request == nil && !isReading }
    }

    private let log: any EventLog
    private let shard: ShardNumber
    private let pageEventsMin: Int
    private let state = Monitor(State())

    /// Reads `shard` of `log` ahead of one thread that reads it here.
    ///
    /// Pages of fewer events than `pageEventsMin` are read before a thread could help.
    public init(_ log: any EventLog, _ shard: ShardNumber, pageEventsMin: Int = 256) {
        self.log = log
        self.shard = shard
        self.pageEventsMin = max(pageEventsMin, 1)
    }

    deinit {
        let thread = state.change { state in
            state.isEnded = true
            return state.thread
        }
        thread?.join()
    }

    /// The log's own id.
    public var id: Identifier { log.id }

    /// Takes the shard of the log.
    public func acquire(
        _ shard: ShardNumber,
        holder: String,
        takingOver: Bool
    ) throws(AcquireError) -> any ShardWriter {
        try log.acquire(shard, holder: holder, takingOver: takingOver)
    }

    /// The end of the log.
    public func head(of shard: ShardNumber) throws(ReadError) -> Head { try log.head(of: shard) }

    /// Hands over the page that was read ahead where it is the one that is asked for, else reads the log.
    @discardableResult
    public func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        guard shard == self.shard, case .all(let after) = selection, limit >= pageEventsMin else {
            return try log.read(shard, selection, limit: limit, body)
        }
        // Events may have come behind a page that was not full.
        if let page = takePage(), page.after == after, page.events.count == limit {
            readOn(behind: page.events.last, limit, limit)
            page.events.lendEach(body)
            return limit
        }
        var last: RecordedEvent?
        let count = try log.read(shard, selection, limit: limit) { event in
            last = event
            body(event)
        }
        readOn(behind: last, count, limit)
        return count
    }

    /// The page that was read last; waits for one that is being read.
    private func takePage() -> Page? {
        state.await { state -> Page?? in
            guard state.isAtRest else { return nil }
            defer { state.page = nil }
            return .some(state.page)
        }
    }

    /// Has the page behind a full one read.
    private func readOn(behind last: RecordedEvent?, _ count: Int, _ limit: Int) {
        guard let last, count == limit else { return }
        state.change { state in
            if state.thread == nil { state.thread = reader() }
            // A system without room for one more thread reads as before.
            guard state.thread != nil else { return }
            state.request = Request(after: last.header.position, limit: limit)
        }
    }

    private func reader() -> SystemThread? {
        SystemThread { [state, log, shard] in
            while let request = Self.next(state) {
                var page = Page(after: request.after)
                page.events.reserveCapacity(request.limit)
                do throws(ReadError) {
                    try log.read(shard, .all(after: request.after), limit: request.limit) {
                        page.events.append($0)
                    }
                } catch {
                    page.events = []
                }
                state.change { state in
                    state.page = page
                    state.isReading = false
                }
            }
        }
    }

    /// The next request; `nil` at the end.
    private static func next(_ state: Monitor<State>) -> Request? {
        state.await { state -> Request?? in
            if state.isEnded { return .some(nil) }
            guard let request = state.request else { return nil }
            state.request = nil
            state.isReading = true
            return .some(request)
        }
    }
}
