internal import ArgumentParser
internal import BifrostKernel
internal import Demos
internal import Engine
internal import EventRegistry
internal import EventStore
internal import Nodes
internal import Proofs
internal import Replays
internal import Sagas
internal import ServiceLifecycle
internal import UnixSignals

/// 33 years of real prices through the whole system, then a proof of the log.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Trade 20 real stocks from 1990 to 2022 through the whole system, and verify the log.",
        discussion: """
            Opens the account `demo` with 1,000,000 USD and rebalances it to equal weights each month. Run again after a
            crash it goes on where it was; run again after its end it only shows the result.
            """
    )

    @Flag(name: .customLong("exit"), help: "End when done, instead of staying up.") var exits = false
    @Option(help: "Listen on this port of 127.0.0.1; without --exit a free one is taken.") var port: Int?
    @OptionGroup var placeOptions: PlaceOptions

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port is 0 … 65535.") }
    }

    func run() async throws {
        let place = placeOptions.place
        if try await Session.openDoor(place) != nil {
            throw BifrostExit.failed.failure(
                "A service is already up on \(place.dataDirectory). Stop it, or choose another --data-dir."
            )
        }
        let service: bifrost.Service
        do {
            service = try await bifrost.Service.start(
                place,
                bifrost.Service.Options(
                    // What stays up has a page to look at.
                    port: exits ? port : port ?? 0,
                    simulatedClock: true,
                    commission: Demo.commission,
                    hasReadModels: !exits,
                    checkpoints: CheckpointFolder(place.dataDirectory + "/checkpoints")
                )
            )
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw BifrostExit.failed.failure("\(error)")
        }
        do {
            try await Blocking.run { try Self.perform(service) }
        } catch {
            try await service.stop()
            throw (error as? CommandFailure) ?? BifrostExit.failed.failure("The demo stopped: \(error)")
        }
        guard exits else { return try await stayUp(service) }
        try await service.stop()
    }

    private static func perform(_ service: bifrost.Service) throws {
        let node = service.node
        guard try isSimulated(node.log) else {
            throw BifrostExit.failed.failure(
                "This log runs on the wall clock and the demo needs a simulated one: give it a data directory of its"
                    + " own with --data-dir."
            )
        }
        let demo = try Demo(node, service.venue)
        var bar = ProgressBar("Trading \(demo.dayCount) days")
        let begun = node.trading.committed + node.reference.committed
        let clock = ContinuousClock()
        let duration = try clock.measure {
            try demo.run { bar.show(Int64($0), of: Int64(demo.dayCount)) }
        }
        bar.end()
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let written = node.trading.committed + node.reference.committed - begun
        var output = Output()
        for line in try DemoReport(demo, seconds: seconds, newEvents: written).lines { output.line(line) }
        output.line("")
        output.flush()
        try verify(node, &output)
    }

    private static func isSimulated(_ log: any EventLog) throws -> Bool {
        var simulated = false
        try log.read(Node.tradingShard, .all(after: 0), limit: 1) { stored in
            guard case .shardOpened(let opened)? = try? EventRegistry.decode(stored) else { return }
            simulated = opened.clock == .simulated
        }
        return simulated
    }

    private static func verify(_ node: Node, _ output: inout Output) throws {
        var bar = ProgressBar("Verifying")
        let verdicts = try LogVerification(node.log).verify(OpenLog.shards) { _, done, total in
            bar.show(done, of: total)
        }
        bar.end()
        for verdict in verdicts {
            if let fault = verdict.fault {
                throw BifrostExit.tampering.failure(
                    "Shard \(verdict.shard.value) is not what it was: position \(fault.position),"
                        + " \(fault.reason)."
                )
            }
            output.line(
                "Verified   shard \(verdict.shard.value): \(verdict.events) events,"
                    + " \(verdict.commands) commands, last hash \(verdict.head.hash.text)"
            )
        }
        output.flush()
    }

    private func stayUp(_ service: bifrost.Service) async throws {
        var output = Output()
        output.line("")
        output.line("The system stays up: socket \(service.address). Ctrl-C ends it.")
        if let port = service.port {
            output.line("http://127.0.0.1:\(port)/ is its page, for this machine only")
        }
        output.flush()
        let group = ServiceGroup(
            configuration: .init(
                services: [WaitingService(failures: service.failures)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: ServiceLog.logger
            )
        )
        do {
            try await group.run()
        } catch {
            try await service.stop()
            throw (error as? CommandFailure) ?? BifrostExit.failed.failure("\(error)")
        }
        try await service.stop()
    }
}

/// Waits for a signal, or for an engine that stops loudly.
private struct WaitingService: ServiceLifecycle.Service {
    let failures: AsyncStream<String>

    func run() async throws {
        for await reason in failures.cancelOnGracefulShutdown() {
            throw BifrostExit.failed.failure("An engine stopped: \(reason).")
        }
    }
}
