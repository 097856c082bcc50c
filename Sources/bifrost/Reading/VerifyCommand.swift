internal import ArgumentParser
internal import EventStore
internal import Replays

/// Proves the log.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove the log: chain, order, payloads, ledgers, copies. Ends with status 3 on tampering."
    )

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let verdicts = try OpenLog.read(place.place) { log in
            var bar = ProgressBar("Verifying")
            var shown: ShardNumber? = nil
            let verdicts = try LogVerification(log).verify(OpenLog.shards) { shard, done, total in
                if shown != shard { bar = ProgressBar("Verifying shard \(shard.value)") }
                shown = shard
                bar.show(done, of: total)
            }
            bar.end()
            return verdicts
        }
        var output = Output()
        for line in json ? [Self.json(verdicts).pretty] : Self.table(verdicts).lines { output.line(line) }
        output.flush()
        // What a forger did on the reference shard shows in its copies too: the first fault is the cause.
        guard let fault = verdicts.compactMap({ $0.fault }).first else { return }
        let place = "shard \(fault.shard.value), position \(fault.position)"
        switch fault.kind {
        case .tampering:
            throw BifrostExit.tampering.failure(
                "The log was tampered with. The first bad event is \(place): \(fault.reason). Everything before it"
                    + " is proven. Keep the database as it is, and compare it with a backup."
            )
        case .brokenPromise:
            throw BifrostExit.failed.failure(
                "The log is intact, but the core broke a promise at \(place): \(fault.reason). Report it."
            )
        }
    }

    private static func table(_ verdicts: [ShardVerdict]) -> Table {
        var table = Table([
            ("SHARD", .right), ("EVENTS", .right), ("COMMANDS", .right), ("ACCOUNTS", .right),
            ("COPIES", .right),
            ("VERDICT", .left), ("LAST HASH", .left),
        ])
        for verdict in verdicts {
            table.add([
                "\(verdict.shard.value)", "\(verdict.events)", "\(verdict.commands)", "\(verdict.accounts)",
                "\(verdict.copies)", verdict.fault.map { "bad at \($0.position)" } ?? "proven",
                verdict.head.hash.text,
            ])
        }
        return table
    }

    private static func json(_ verdicts: [ShardVerdict]) -> JSONValue {
        .list(
            verdicts.map { verdict in
                let fault = verdict.fault.map { fault in
                    JSONValue.object([
                        ("position", .number(fault.position)),
                        ("tampering", .flag(fault.kind == .tampering)),
                        ("reason", .text(fault.reason)),
                    ])
                }
                return .object([
                    ("shard", .number(Int64(verdict.shard.value))),
                    ("events", .number(verdict.events)),
                    ("commands", .number(verdict.commands)),
                    ("accounts", .number(verdict.accounts)),
                    ("copies", .number(verdict.copies)),
                    ("lastPosition", .number(verdict.head.position)),
                    ("lastHash", .text(verdict.head.hash.text)),
                    ("fault", fault ?? .null),
                ])
            }
        )
    }
}
