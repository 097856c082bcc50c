internal import BifrostKernel
package import EventStore

/// Compares what clients were told with what the log holds, read directly and not through the door.
package struct LogAudit {
    /// The events of one command.
    package struct Group: Sendable {
        let first: Int64
        fileprivate(set) var last: Int64
        let digest: CommandDigest
    }

    /// What was found wrong, in words.
    package private(set) var violations: [String] = []
    /// Acknowledged commands that were not in the log when it was compared, even if they came back since.
    package private(set) var lost: Set<String> = []
    /// Commands that are in the log more than once.
    package private(set) var doubled: Set<String> = []
    /// The end of what was read.
    package private(set) var head: Head

    private let shard: ShardNumber
    private var chain: Chain
    private var groups: [String: Group] = [:]
    /// The command that the last event belongs to.
    private var current: EventHeader?

    /// An audit of `shard` from its first event.
    package init(_ log: any EventLog, _ shard: ShardNumber) {
        self.shard = shard
        chain = Chain(log: log.id, shard: shard)
        head = Head(position: 0, hash: chain.genesis, recordedAt: Timestamp(nanos: .min))
    }

    /// Reads on to the end, and checks density, chain, and that no command stands there twice or in part.
    package mutating func readOn(_ log: any EventLog) throws(ReadError) {
        var count = LogSubscription.pageEventsMax
        while count > 0 {
            let after = head.position
            count = try log.read(shard, .all(after: after), limit: LogSubscription.pageEventsMax) { take($0) }
        }
    }

    /// Checks a client's journal against what was read.
    ///
    /// An open outcome is no fault: asking again decides it.
    package mutating func check(_ entries: [JournalEntry]) {
        for entry in entries {
            let command = entry.command
            for text in entry.wrong { violations.append("\(command.id) \(text)") }
            let group = groups[command.id]
            if let group, group.digest != command.digest {
                violations.append("\(command.id) is in the log with other content, at \(group.first)")
            }
            if let outcome = entry.outcome {
                guard let group else {
                    guard lost.insert(command.id).inserted else { continue }
                    violations.append("\(command.id) was acknowledged and is not in the log: \(outcome.body)")
                    continue
                }
                if group.last != outcome.position {
                    violations.append(
                        "\(command.id) was answered up to \(outcome.position), but ends at \(group.last)"
                    )
                }
            } else if entry.isUndone, let group {
                violations.append(
                    "\(command.id) was turned away (\(entry.refusal ?? "")) and is in the log at \(group.first)"
                )
            }
        }
    }

    /// Whether a command is in the log as far as it was read.
    package func holds(_ id: String) -> Bool { groups[id] != nil }

    /// Looks for commands of the door that no client of the load has posed.
    package mutating func checkStrangers(_ known: Set<String>) {
        for id in groups.keys.sorted() where !known.contains(id) {
            violations.append("\(id) is in the log, and nobody asked for it")
        }
    }

    private mutating func take(_ event: RecordedEvent) {
        let header = event.header
        if header.position != head.position + 1 {
            violations.append("expected position \(head.position + 1), was \(header.position)")
        }
        if chain.hash(after: head.hash, header, payload: event.payload[...]) != event.hash {
            violations.append("the chain breaks at position \(header.position)")
        }
        head = Head(position: header.position, hash: event.hash, recordedAt: header.recordedAt)
        if let digest = header.commandDigest {
            current = header
            begin(header, digest)
        } else {
            go(on: header)
        }
    }

    private mutating func begin(_ header: EventHeader, _ digest: CommandDigest) {
        guard isOfLoad(header) else { return }
        let group = Group(first: header.position, last: header.position, digest: digest)
        guard let before = groups.updateValue(group, forKey: header.commandID.text) else { return }
        doubled.insert(header.commandID.text)
        violations.append(
            "\(header.commandID.text) took effect at \(before.first) and again at \(header.position)"
        )
    }

    private mutating func go(on header: EventHeader) {
        guard let current, current.commandID == header.commandID, current.position == header.causation else {
            return violations.append("position \(header.position) belongs to no command before it")
        }
        guard isOfLoad(header) else { return }
        groups[header.commandID.text]?.last = header.position
    }

    /// Commands that came by the door; set-up has names of its own.
    private func isOfLoad(_ header: EventHeader) -> Bool {
        header.actor.text == "local" && !header.commandID.text.hasPrefix(LoadSetup.prefix)
    }
}
