internal import AMQPClient
internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Threads

/// One run of a shard's publisher, with one session each to database and broker; what it knows ends with
/// them.
///
/// The broker is listened to while messages go out, so that a full window or a blocked connection shows
/// before the socket is full.
struct Publication {
    private let publisher: ShardPublisher
    private let session: PublisherSession
    private let connection: AMQPConnection
    private let messages: EventMessages
    private let limits: PublisherLimits
    /// Where to end, `nil` for never.
    private let endPosition: Int64?

    private var checkpoint: PublisherCheckpoint
    private var subscription: LogSubscription
    private var window: ConfirmWindow
    /// Events that were read and not yet published, the next one last.
    private var page: [RecordedEvent] = []
    private var blockedReason: String?
    private var unroutable: Int64 = 0
    private var pollMillis: Int
    private var nextRead = MonotonicTime.now
    private var nextSave: MonotonicTime
    private var nextSign: MonotonicTime
    private var stopDeadline: MonotonicTime?

    /// Messages that go out before the broker is listened to.
    private static let messagesBetweenNews = 64

    init(
        _ publisher: ShardPublisher,
        _ session: PublisherSession,
        _ connection: AMQPConnection,
        _ checkpoint: PublisherCheckpoint,
        until endPosition: Int64?
    ) {
        self.publisher = publisher
        self.session = session
        self.connection = connection
        self.checkpoint = checkpoint
        self.endPosition = endPosition
        limits = publisher.options.limits
        messages = EventMessages(log: publisher.log.id, shard: publisher.shard)
        subscription = LogSubscription(publisher.log.followed, publisher.shard, after: checkpoint.position)
        window = ConfirmWindow(after: checkpoint.position, messagesMax: limits.windowMessagesMax)
        pollMillis = limits.pollMillisMin
        nextSave = MonotonicTime.now.advanced(millis: limits.checkpointMillisMax)
        nextSign = MonotonicTime.now.advanced(millis: limits.aliveMillis)
    }

    /// Publishes until it is told to end, or the end is reached.
    mutating func run() throws(PublisherProblem) {
        publisher.set(.publishing)
        while !isDone {
            if !isEnding, blockedReason == nil {
                try readIfDue()
                try publish()
            }
            try listen(waitMillis: mayPublish ? 0 : pollMillis)
            try saveIfDue()
        }
        try save()
    }

    /// Nothing new goes out once an end is asked for.
    private var isEnding: Bool { publisher.isStopping }

    private var isDone: Bool {
        mutating get {
            if let endPosition, checkpoint.position >= endPosition { return true }
            guard isEnding else { return false }
            let now = MonotonicTime.now
            let deadline = stopDeadline ?? now.advanced(millis: limits.drainMillisMax)
            stopDeadline = deadline
            return window.waiting == 0 || now >= deadline
        }
    }

    private var mayPublish: Bool { !isEnding && blockedReason == nil && !page.isEmpty && window.hasRoom }

    private mutating func readIfDue() throws(PublisherProblem) {
        guard page.isEmpty, MonotonicTime.now >= nextRead else { return }
        var read: [RecordedEvent] = []
        var following = subscription
        try publisher.reading { () throws(ReadError) in
            _ = try following.next { read.append($0) }
        }
        subscription = following
        page = read.reversed()
        pollMillis = page.isEmpty ? min(pollMillis * 2, limits.pollMillisMax) : limits.pollMillisMin
        nextRead = MonotonicTime.now.advanced(millis: page.isEmpty ? pollMillis : 0)
    }

    private mutating func publish() throws(PublisherProblem) {
        for _ in 0..<Self.messagesBetweenNews {
            guard window.hasRoom, let event = page.popLast() else { return }
            let message = messages.message(of: event)
            let tag = try publisher.broker { () throws(AMQPError) in
                try connection.publish(message, to: publisher.options.exchange, mandatory: true)
            }
            window.published(tag, position: event.header.position, hash: event.hash)
        }
    }

    /// Takes in what the broker says: waits for the first word, then takes what is there.
    private mutating func listen(waitMillis: Int) throws(PublisherProblem) {
        var waitMillis = waitMillis
        while let news = try publisher.broker({ () throws(AMQPError) in
            try connection.nextNews(waitMillis: waitMillis)
        }) {
            waitMillis = 0
            switch news {
            case .confirmed(let tag, let multiple):
                guard window.confirmed(tag, multiple: multiple) else {
                    throw .passing("the broker confirmed message \(tag), which was not published")
                }
            case .rejected(let tag, _):
                // What follows it may be taken already, so the order is kept by publishing all of it again.
                throw .passing(
                    "the broker could not take message \(tag), behind position \(checkpoint.position):"
                        + " a queue is full or gone; see its log"
                )
            case .unroutable: unroutable += 1
            case .blocked(let reason):
                blockedReason = reason
                let text = publisher.blocked(reason)
                try publisher.database { () throws(CheckpointError) in try session.note(text) }
            case .unblocked:
                blockedReason = nil
                publisher.set(.publishing)
            }
        }
    }

    private mutating func saveIfDue() throws(PublisherProblem) {
        let now = MonotonicTime.now
        // At the end that was asked for, the checkpoint is all that is waited for.
        let isLast = endPosition.map { window.prefix?.position ?? 0 >= $0 } ?? false
        if window.unsaved >= limits.checkpointEventsMax || window.unsaved > 0 && now >= nextSave || isLast {
            try save()
        } else if now >= nextSign {
            try publisher.database { () throws(CheckpointError) in try session.checkAlive() }
            nextSign = now.advanced(millis: limits.aliveMillis)
        }
    }

    private mutating func save() throws(PublisherProblem) {
        guard let prefix = window.prefix else { return }
        let count = Int64(window.unsaved)
        var moved = checkpoint
        let returned = unroutable
        try publisher.database { () throws(CheckpointError) in
            try session.advance(&moved, to: prefix, confirmed: count, unroutable: returned)
        }
        checkpoint = moved
        unroutable = 0
        window.savePrefix()
        publisher.confirmed(count, upTo: prefix.position)
        let now = MonotonicTime.now
        nextSave = now.advanced(millis: limits.checkpointMillisMax)
        nextSign = now.advanced(millis: limits.aliveMillis)
    }
}
