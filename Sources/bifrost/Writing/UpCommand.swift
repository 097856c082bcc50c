internal import AMQPClient
internal import ArgumentParser
internal import Nodes
internal import Publishers
internal import ServiceLifecycle
internal import UnixSignals
internal import Venues

/// The clock that a new log declares.
enum ClockChoice: String, ExpressibleByArgument, CaseIterable {
    case wall
    case simulated
}

/// Runs the whole service until it is told to stop.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Run the whole service until SIGINT or SIGTERM.",
        discussion: """
            Serves on a Unix socket in the data directory, for whoever may open it; with --port on 127.0.0.1 as well,
            for everybody on this machine: there are no passwords yet.
            """
    )

    @Option(help: "Listen on this port of 127.0.0.1 too; 0 takes a free one.") var port: Int?
    @Option(help: "The clock of a new log; one that exists keeps its own.") var clock = ClockChoice.wall
    @Option(
        name: .customLong("disk-reserve-mb"),
        help: "Take no commands while less is free on the embedded database's disk; 0 for no reserve."
    )
    var diskReserve = DiskReserve.megabytesStandard
    @Option(
        name: .customLong("venue-faults"),
        help: "Let the paper venue refuse, lose, repeat and take back, as this number decides."
    )
    var venueFaults: UInt64?
    @OptionGroup var checkpoints: CheckpointOptions
    @Option(
        name: .customLong("checkpoint-minutes"),
        help: "Sign the log so often while it grows, and once at the end; 0 for never."
    )
    var checkpointMinutes = Service.Options.checkpointMinutesStandard
    @Option(
        name: .customLong("wal-archive"),
        help: ArgumentHelp(
            "Archive the embedded database's write-ahead log here, from now on and at every start; off ends it.",
            valueName: "directory"
        )
    )
    var archive: String?
    @OptionGroup var broker: BrokerOptions
    @OptionGroup var placeOptions: PlaceOptions

    func validate() throws {
        guard (0...DiskReserve.megabytesMax).contains(diskReserve) else {
            throw ValidationError("--disk-reserve-mb is 0 … \(DiskReserve.megabytesMax).")
        }
        if archive == "" { throw ValidationError("--wal-archive is empty: name a directory, or off.") }
        if archive != nil, placeOptions.place.databaseURL != nil {
            throw ValidationError("--wal-archive is for the embedded database; your own archives by itself.")
        }
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port is 0 … 65535.") }
        guard (0...Self.checkpointMinutesMax).contains(checkpointMinutes) else {
            throw ValidationError("--checkpoint-minutes is 0 … \(Self.checkpointMinutesMax), a week.")
        }
    }

    private static let checkpointMinutesMax = 10_080

    func run() async throws {
        let place = placeOptions.place
        if try await Session.openDoor(place) != nil {
            throw BifrostExit.failed.failure(
                "A service is already up on \(place.dataDirectory). Use it, or stop it, or choose another --data-dir."
            )
        }
        let service = RunningService(
            place: place,
            options: Service.Options(
                port: port,
                simulatedClock: clock == .simulated,
                conditions: venueFaults.map { .faults(seed: $0) } ?? .none,
                reserve: DiskReserve(megabytes: diskReserve),
                hasReadModels: true,
                archive: archive.map { $0 == "off" ? .off : .directory($0) },
                publisher: try broker.publisher,
                checkpoints: checkpointMinutes > 0 ? checkpoints.folder(place) : nil,
                checkpointMinutes: max(1, checkpointMinutes)
            )
        )
        let group = ServiceGroup(
            configuration: .init(
                services: [service],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: ServiceLog.logger
            )
        )
        do {
            try await group.run()
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw BifrostExit.failed.failure("\(error)")
        }
    }
}

/// A service from its start to the signal that stops it.
private struct RunningService: ServiceLifecycle.Service {
    let place: LogPlace
    let options: bifrost.Service.Options

    func run() async throws {
        let service = try await bifrost.Service.start(place, options)
        say(service)
        var failure: String? = nil
        for await reason in service.failures.cancelOnGracefulShutdown() {
            failure = reason
            break
        }
        try await service.stop()
        if let failure {
            throw BifrostExit.failed.failure(
                "An engine stopped: \(failure). Everything that was answered is in the log; start again when the cause"
                    + " is mended."
            )
        }
    }

    private func say(_ service: bifrost.Service) {
        var output = Output()
        output.line("bifrost \(bifrost.Service.version) is up: socket \(service.address)")
        if let publisher = options.publisher {
            output.line("the log is published to \(publisher.address), exchange \(publisher.exchange)")
        }
        if let port = service.port {
            output.line("http://127.0.0.1:\(port)/ is its page, for this machine only")
        }
        output.flush()
    }
}
