// What an order costs the engine's own thread: dedupe, decide, evolve, encode; then hash and row. No
// database, no other thread. Times are processor times of this thread; allocations are counted in front of
// the allocator.

import ArgumentParser
import BifrostKernel
import CAllocations
import Engine
import EventRegistry
import EventStore
import EventStorePostgres
import PostgresClient
import References
import Sagas

struct ThinkingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thinking",
        abstract: "What an order costs the writer's thread, in time and in allocations, without a database."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "Orders to place.")
    var orders = 200_000

    @Option(help: "Fail above this many allocations an event.")
    var allocationsMax: Double?

    func run() throws {
        try Surroundings.report(nil, asJSON: options.json)
        let flow = try OrderFlow()
        var desk = ThinkingDesk()
        let accounts = try desk.open(flow)
        let requests = (0..<orders).map { flow.order($0, accounts, at: Timestamp(nanos: Int64($0))) }
        // Half of the orders let every table and buffer grow to its size.
        let warm = requests.count / 2
        desk.place(requests[..<warm])
        let figures = desk.place(requests[warm...])
        let write = desk.writeLastBatch()
        var table = FigureTable("thinking", asJSON: options.json)
        table.add([
            ("orders", .count(requests.count - warm)),
            ("rows_per_order", .decimal(Double(figures.events) / Double(requests.count - warm))),
            ("us_per_order", .decimal(Double(figures.nanos) / Double(requests.count - warm) / 1_000)),
            ("allocations_per_event", .decimal(figures.allocationsPerEvent)),
            ("hash_ns", .decimal(write.hashNanos)), ("row_ns", .decimal(write.rowNanos)),
            ("write_allocations_per_event", .decimal(write.allocationsPerEvent)),
            ("event_bytes", .count(write.bytesPerEvent)),
        ])
        table.finish()
        if let allocationsMax, figures.allocationsPerEvent + write.allocationsPerEvent > allocationsMax {
            print("expected at most \(allocationsMax) allocations an event")
            throw ExitCode.failure
        }
    }
}

/// A sequencer with nobody around it.
private struct ThinkingDesk {
    struct Figures {
        var events = 0
        var nanos: Int64 = 0
        var allocations: UInt64 = 0
        var allocationsPerEvent: Double { Double(allocations) / Double(max(events, 1)) }
    }

    struct WriteFigures {
        let hashNanos: Double
        let rowNanos: Double
        let allocationsPerEvent: Double
        let bytesPerEvent: Int
    }

    private static let ordersInBatch = 1_000
    private var sequencer = Sequencer(shard: ShardNumber(1))
    private var batch = PreparedBatch()

    /// Opens shard, market and accounts.
    mutating func open(_ flow: OrderFlow) throws -> [AccountID] {
        var opened = ShardOpened()
        opened.shard = 1
        step(flow.request("open", .openShard(opened)))
        for copy in try copies(of: flow) { step(copy) }
        var accounts: [AccountID] = []
        for number in 0..<flow.accounts {
            batch.removeAll()
            step(flow.opening(number))
            guard case .decided(_, let outcome)? = batch.settled.last?.answer else {
                throw BenchServer.Refusal(description: "expected an account, was \(batch.settled)")
            }
            accounts.append(AccountID(outcome.subject))
            step(flow.funding(AccountID(outcome.subject)))
        }
        return accounts
    }

    /// The facts of a reference shard, as the copier brings them to a trading shard.
    private func copies(of flow: OrderFlow) throws -> [CommandRequest] {
        var reference = Sequencer(shard: .reference)
        var batch = PreparedBatch()
        var opened = ShardOpened()
        opened.isReference = true
        for request in [flow.request("open", .openShard(opened))] + flow.declarations() {
            let pending = PendingCommand(request: request, answer: { _ in })
            reference.step(pending, now: request.receivedAt, into: &batch)
        }
        return try batch.events.headers.enumerated().compactMap { index, header in
            let payload = Array(batch.events.payload(at: index))
            let event = RecordedEvent(header: header, payload: payload, hash: EventHash(0, 0, 0, 0))
            guard case .reference(let fact) = try EventRegistry.decode(event) else { return nil }
            var copy = ReferenceFactCopied()
            copy.sourcePosition = header.position
            copy.type = header.type
            copy.schemaVersion = header.schemaVersion
            copy.payload = payload
            return flow.request("fact-\(index)", .copyReference(copy, fact))
        }
    }

    private mutating func step(_ request: CommandRequest) {
        sequencer.step(
            PendingCommand(request: request, answer: { _ in }),
            now: request.receivedAt,
            into: &batch
        )
    }

    /// Places orders in batches and counts what that costs.
    @discardableResult
    mutating func place(_ requests: ArraySlice<CommandRequest>) -> Figures {
        var figures = Figures()
        var rest = requests
        while !rest.isEmpty {
            let pending = rest.prefix(Self.ordersInBatch).map {
                PendingCommand(request: $0, answer: { _ in })
            }
            rest = rest.dropFirst(Self.ordersInBatch)
            batch.removeAll()
            let allocations = bifrost_thread_allocations()
            let began = threadNanos()
            for pending in pending {
                sequencer.step(pending, now: pending.request.receivedAt, into: &batch)
            }
            figures.nanos += threadNanos() - began
            figures.allocations += bifrost_thread_allocations() - allocations
            figures.events += batch.events.count
        }
        return figures
    }

    /// What the last batch costs to hash and to write as rows.
    func writeLastBatch() -> WriteFigures {
        var chain = Chain(log: .none, shard: ShardNumber(1))
        var hash = chain.genesis
        var copy = CopyWriter(capacityBytes: 1 << 22)
        let events = batch.events
        let rounds = 100
        let allocations = bifrost_thread_allocations()
        let began = threadNanos()
        for _ in 0..<rounds {
            for index in 0..<events.count {
                hash = chain.hash(after: hash, events.headers[index], payload: events.payload(at: index))
            }
        }
        let hashed = threadNanos()
        for _ in 0..<rounds { RawCopy.encode(events, hash, into: &copy) }
        let written = threadNanos()
        let total = Double(rounds * max(events.count, 1))
        return WriteFigures(
            hashNanos: Double(hashed - began) / total,
            rowNanos: Double(written - hashed) / total,
            allocationsPerEvent: Double(bifrost_thread_allocations() - allocations) / total,
            bytesPerEvent: copy.byteCount / max(events.count, 1)
        )
    }
}
