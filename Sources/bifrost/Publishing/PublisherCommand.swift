internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Nodes
internal import Publishers
internal import ServiceLifecycle
internal import UnixSignals

/// Publishes the log to a broker, and tells how far it is.
struct PublisherCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publisher",
        abstract: "Publish the log to RabbitMQ, see how far it is, audit what was confirmed.",
        subcommands: [Run.self, Status.self, Audit.self, Reset.self],
        defaultSubcommand: Run.self
    )
}

extension PublisherCommand {
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish until SIGINT or SIGTERM, beside whatever writes the log.",
            discussion: """
                Reads what `bifrost up` or an engine elsewhere appends. Of several publishers of one log one is active
                for each shard, and the others stand by. `bifrost up --amqp URL` does the same in its own process.
                """
        )

        @Flag(name: .customLong("until-end"), help: "End once all is confirmed that the log holds now.")
        var untilEnd = false
        @OptionGroup var broker: BrokerOptions
        @OptionGroup var placeOptions: PlaceOptions

        func run() async throws {
            guard var options = try broker.publisher else {
                throw ValidationError("Name the broker: --amqp amqp://user:password@host:port/vhost.")
            }
            options.endsWithLog = untilEnd
            let group = ServiceGroup(
                configuration: .init(
                    services: [
                        .init(
                            service: RunningPublisher(place: placeOptions.place, options: options),
                            successTerminationBehavior: .gracefullyShutdownGroup
                        )
                    ],
                    gracefulShutdownSignals: [.sigterm, .sigint],
                    logger: ServiceLog.logger
                )
            )
            do {
                try await group.run()
            } catch let error as LogAccessError {
                throw BifrostExit.failed.failure(error.description)
            }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How far each shard is confirmed, how much is still to come, and what went wrong last."
        )

        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var placeOptions: PlaceOptions

        func run() throws {
            let rows = try OpenLog.readStored(placeOptions.place) { log in
                let checkpoints = try PublisherFailure.explained { try log.publisherCheckpoints() }
                return try OpenLog.shards.map { shard in
                    (shard, checkpoints.first { $0.shard == shard }, try log.head(of: shard).position)
                }
            }
            PublisherText.print(PublisherText.status(rows, json: json))
        }
    }

    struct Audit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count what the broker confirmed against the log; ends with status 1 where they differ."
        )

        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var placeOptions: PlaceOptions

        func run() throws {
            let audits = try OpenLog.readStored(placeOptions.place) { log in
                try PublisherFailure.explained { try PublisherAudit.run(log, OpenLog.shards) }
            }
            PublisherText.print(PublisherText.audit(audits, json: json))
            let faults = audits.compactMap { audit in
                audit.fault.map { "Shard \(audit.shard.value): \($0)." }
            }
            if !faults.isEmpty { throw BifrostExit.failed.failure(faults.joined(separator: " ")) }
        }
    }

    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a shard anew: everything is published again from its first event."
        )

        @Option(help: "The shard: 0 for global facts, 1 for accounts and orders.") var shard: Int
        @OptionGroup var placeOptions: PlaceOptions

        func validate() throws { _ = try PlaceInLog.shard(shard) }

        func run() throws {
            guard let number = try PlaceInLog.shard(shard) else { return }
            let isReset = try OpenLog.readStored(placeOptions.place) { log in
                try PublisherFailure.explained { try PublisherAudit.reset(log, number) }
            }
            guard isReset else {
                throw BifrostExit.failed.failure(
                    "A publisher of shard \(shard) is running. Stop it, reset, and start it again."
                )
            }
            PublisherText.print(["shard \(shard) will be published from its first event"])
        }
    }
}

/// Errors of reading and moving checkpoints, in words.
enum PublisherFailure {
    static func explained<Answer>(_ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch CheckpointError.unavailable(let text) {
            throw BifrostExit.failed.failure("The database does not answer: \(text)")
        } catch CheckpointError.moved(let text) {
            throw BifrostExit.failed.failure("\(text). Try again.")
        } catch ReadError.unavailable(let text) {
            throw BifrostExit.failed.failure("The log cannot be read: \(text)")
        } catch ReadError.corrupt(let text) {
            throw BifrostExit.tampering.failure(
                "The log is not what it should be: \(text). Run bifrost verify."
            )
        }
    }
}

/// A publisher from its start to its end or the signal that stops it.
private struct RunningPublisher: ServiceLifecycle.Service {
    let place: LogPlace
    let options: PublisherOptions

    private static let lookMillis = 50

    func run() async throws {
        let place = place
        let access = try await Blocking.run { try LogAccess.open(place) }
        let begin = ContinuousClock.now
        let publisher = LogPublisher.start(access.log, OpenLog.shards, options)
        PublisherText.print(["publishing to \(options.address), exchange \(options.exchange)"])
        await cancelWhenGracefulShutdown {
            while !publisher.isOver, !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(Self.lookMillis))
            }
        }
        let elapsed = ContinuousClock.now - begin
        try await Blocking.run {
            publisher.stop()
            try access.close()
        }
        PublisherText.print(publisher.statuses.map { PublisherText.line($0, elapsed) })
    }
}
