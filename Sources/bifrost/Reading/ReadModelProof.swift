internal import EventStore
internal import EventStorePostgres
internal import Nodes
internal import ReadModels

/// What proving the read models that readers read came to.
struct ReadModelProof {
    /// One read model of one shard.
    struct Line {
        let name: String
        let shard: ShardNumber
        let position: Int64
        /// What is wrong with it; `nil` when it is proven.
        let fault: String?
    }

    private(set) var lines: [Line] = []
    /// Why others were not looked at, by name.
    private(set) var unseen: [(name: String, reason: String)] = []

    /// Nothing was looked at.
    init() {}

    /// Folds the log anew for each of them, as far as each has come.
    init(_ log: PostgresLog) throws {
        do throws(ProjectionError) {
            guard try Upkeep(log).isReady() else { return }
            for model in Catalogue.all { try prove(model, log) }
        } catch {
            throw BifrostExit.failed.failure("The read models cannot be proven: \(error)")
        }
    }

    private mutating func prove(_ model: ReadModel, _ log: PostgresLog) throws(ProjectionError) {
        let active = try Upkeep(log).status(model.name).first { $0.isActive }
        guard let active else { return }
        guard active.build.isOf(model) else {
            unseen.append((model.name, "another build of Bifrost made it"))
            return
        }
        var bar = ProgressBar("Verifying \(model.name)")
        let verdicts = try ReadModelVerification(model, log).run { bar.show($0, of: $1) }
        bar.end()
        for verdict in verdicts {
            lines.append(
                Line(
                    name: model.name,
                    shard: verdict.shard,
                    position: verdict.position,
                    fault: verdict.isProven ? nil : ProjectionsVerify.text(verdict)
                )
            )
        }
    }

    /// The first that is not what its events lead to.
    var fault: Line? { lines.first { $0.fault != nil } }

    /// What was shown, in words that stand alone; `nil` when nothing was.
    var sentence: String? {
        guard fault == nil else { return nil }
        var parts = unseen.map { "The read model \($0.name) was not looked at: \($0.reason)." }
        let names = Set(lines.map(\.name)).sorted()
        if let last = names.last {
            let others = names.dropLast().joined(separator: ", ")
            let shown =
                others.isEmpty ? "The read model \(last) holds" : "The read models \(others) and \(last) hold"
            parts.insert(shown + " what these events lead to, as far as each has come.", at: 0)
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}
