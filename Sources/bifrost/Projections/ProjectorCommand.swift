internal import ArgumentParser
internal import EventStore
internal import Logging
internal import Nodes
internal import ReadModels
internal import ServiceLifecycle
internal import UnixSignals

/// Follows the log into read models, alone.
struct ProjectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "projector",
        abstract: "Keep read models at the end of the log until SIGINT or SIGTERM.",
        discussion: """
            `bifrost up` does so already; this is for a process of its own, beside it or on another machine. Where
            another process follows a read model, this one stands by and takes over when that one ends.
            """
    )

    @Argument(help: "The read models (default: all). `bifrost projections list` names them.")
    var names: [String] = []

    @OptionGroup var placeOptions: PlaceOptions

    func run() async throws {
        let models = try Catalogue.models(names)
        let place = placeOptions.place
        let group = ServiceGroup(
            configuration: .init(
                services: [RunningProjector(models: models, place: place)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: ServiceLog.logger
            )
        )
        do {
            try await group.run()
        } catch {
            throw (error as? CommandFailure) ?? BifrostExit.failed.failure("\(error)")
        }
    }
}

/// A projector from its start to the signal that stops it.
private struct RunningProjector: ServiceLifecycle.Service {
    let models: [ReadModel]
    let place: LogPlace

    func run() async throws {
        let (access, projector) = try await Blocking.run {
            let access = try LogAccess.open(place)
            do {
                let projector = try Projector.start(models, on: access.log) {
                    ServiceLog.logger.error("\($0)")
                }
                return (access, projector)
            } catch {
                try access.close()
                throw error
            }
        }
        var output = Output()
        output.line("Following \(models.map(\.name).joined(separator: ", ")). Ctrl-C ends it.")
        output.flush()
        try? await gracefulShutdown()
        try await Blocking.run {
            projector.stop()
            try access.close()
        }
    }
}

/// The read models of this build, by name.
enum Catalogue {
    /// All of them, over the shards of a node.
    static var all: [ReadModel] { ReadModel.all(reference: .reference, trading: [Node.tradingShard]) }

    /// Those of these names, or all where none is named.
    static func models(_ names: [String]) throws -> [ReadModel] {
        names.isEmpty ? all : try names.map(model)
    }

    static func model(_ name: String) throws -> ReadModel {
        guard let model = all.first(where: { $0.name == name }) else {
            let known = all.map(\.name).joined(separator: ", ")
            throw ValidationError("There is no read model '\(name)'. There are: \(known).")
        }
        return model
    }
}
