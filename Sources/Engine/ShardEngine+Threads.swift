internal import BifrostKernel
internal import EventStore
internal import Orders
internal import Sagas
internal import Threads
internal import Venues

extension ShardEngine {
    /// The appending thread: one batch after another into the store, then everything that waited for it.
    func appendBatches() {
        repeatTurns(appendNext) { ($0.handed != nil && !$0.isHandedToSelf) || $0.hasStopped }
    }

    /// The appending thread's turn.
    package func appendNext() -> Turn {
        let (handed, hasStopped) = inbox.look { inbox in
            defer { inbox.handed = nil }
            return (inbox.handed, inbox.hasStopped)
        }
        guard let handed else { return hasStopped ? .ended : .idle }
        append(handed)
        return .worked
    }

    /// Appends the batch that the deciding thread, which calls it, kept for itself; `false` when there is
    /// none.
    func appendOwn() -> Bool {
        inbox.look { $0.isHandedToSelf && $0.handed != nil } && appendNext() == .worked
    }

    private func append(_ handed: HandedBatch) {
        let writer = handed.writer.writer
        var result: Result<Head, AppendError> = .success(handed.head)
        if !handed.batch.events.isEmpty {
            do throws(AppendError) {
                result = .success(
                    try writer.append(handed.batch.events, after: handed.head, epoch: writer.epoch)
                )
            } catch {
                result = .failure(error)
            }
        }
        let followUps = handed.batch.followUps.map { PendingCommand(request: $0, answer: { _ in }) }
        // Whoever waits for an answer is woken before the threads that go on with what it led to.
        if case .success(let head) = result {
            inbox.look { $0.committed = head.position }
            for settled in handed.batch.settled { settled.pending.answer(settled.answer) }
        }
        inbox.change { inbox in
            inbox.inFlight = false
            if case .success = result {
                inbox.instructions += handed.batch.instructions
                inbox.urgent += followUps
                if inbox.status == .recovering { inbox.status = .running }
            }
            inbox.landed = result
        }
        if case .success(let head) = result { options.onCommit(head.position) }
    }

    /// The venue thread: carries what is durably approved to the venue.
    func carryInstructions() {
        repeatTurns(carryNext) { !$0.instructions.isEmpty || $0.hasStopped }
    }

    /// The venue thread's turn.
    package func carryNext() -> Turn {
        let (instructions, hasStopped) = inbox.look { inbox in
            defer { inbox.instructions = [] }
            inbox.linkIsBusy = !inbox.instructions.isEmpty
            return (inbox.instructions, inbox.hasStopped)
        }
        guard !instructions.isEmpty else { return hasStopped ? .ended : .idle }
        venue?.send(instructions)
        inbox.change { $0.linkIsBusy = false }
        return .worked
    }

    /// Turns what the venue says into commands.
    ///
    /// They take the urgent lane and are never dropped: a full lane makes the venue's thread wait.
    func receive(_ reports: [VenueReport]) {
        for report in reports {
            guard let request = request(for: report) else { continue }
            inbox.await { inbox -> Void? in
                if inbox.hasStopped { return () }
                guard inbox.urgent.count < Self.urgentCommandsMax else { return nil }
                inbox.urgent.append(PendingCommand(request: request, answer: { _ in }))
                return ()
            }
        }
    }

    /// A report's command id is made of the report's own identity, so that a repeated report is a repeated
    /// command.
    private func request(for report: VenueReport) -> CommandRequest? {
        let venue = self.venue?.name ?? ""
        switch report {
        case .acknowledged(let account, let fact, let at):
            return own("ack:\(fact.order.id.text)", venue, .acknowledgeOrder(account, fact), at)
        case .executed(let account, let fact, let at):
            // The content is part of the id: another trade under the same identity must reach the order's
            // decider, which keeps it as a conflict.
            let command = Command.recordExecution(account, fact)
            let content = String(CommandDigest(of: command.content).high, radix: 16)
            let identity = "\(fact.tradeDate.text):\(fact.venueExecutionID):\(fact.side.name)"
            return own("exec:\(identity):\(content)", venue, command, at)
        case .cancelled(let account, let order, let at):
            return own("cancelled:\(order.id.text)", venue, .confirmCancel(account, order), at)
        case .cancelRejected(let account, let order, let at):
            let name = "uncancelled:\(order.id.text):\(at.nanos)"
            return own(name, venue, .refuseCancel(account, order), at)
        case .rejected(let account, let order, let code, let at):
            return own("rejected:\(order.id.text)", venue, .rejectAtVenue(account, order, code), at)
        case .told(let account, let fact, let at):
            // Words and moment are the identity: an order may be suspended, resumed and suspended again.
            let command = Command.recordVenueFact(account, fact)
            let digest = CommandDigest(of: command.content)
            let content = String(digest.high, radix: 16)
            return own("told:\(fact.order.id.text):\(at.nanos):\(content)", venue, command, at)
        case .external(let account, let said, let at):
            // The same words at another time are the same report.
            let command = Command.recordExternal(account, said)
            let content = CommandDigest(of: command.content)
            let digits = String(content.high, radix: 16) + String(content.low, radix: 16)
            return own("external:\(digits)", venue, command, at)
        }
    }

    private func own(_ name: String, _ venue: String, _ command: Command, _ at: Timestamp) -> CommandRequest?
    {
        guard let id = ClientName(CommandRequest.reservedPrefix + name),
            let actor = ActorName("venue:" + venue)
        else { return nil }
        return CommandRequest(
            id: id,
            command,
            actor: actor,
            receivedAt: options.time.now(),
            effectiveAt: at,
            causation: 0
        )
    }
}

extension ShardEngine.Inbox {
    var hasStopped: Bool {
        if case .stopped = status { true } else { false }
    }
}
