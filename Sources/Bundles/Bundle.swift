// A bundle is what somebody needs who looks at an account's history without us:
//
//     MANIFEST                  a signed note (below): every other file with its SHA-256
//     events.jsonl              the events of the span, a JSON object a line
//     events.pb                 the same as protobuf: messages Envelope, each behind its length
//     events.proof              their canonical bytes, inclusion proofs and the checkpoint (ProofFile.swift)
//     schemas/bifrost/v1/*.proto   the published schema that events.pb is written in
//     summary.html              what happened, for people
//
// MANIFEST is a C2SP signed note, signed by the key that signs checkpoints, under the shard's name:
//
//     bifrost-bundle 1
//     log UUID
//     shard NUMBER
//     account UUID
//     span AFTER UPTO
//     file SHA256 BYTES NAME    each file but this one, in order of name
//
// Nothing in it depends on when or where it was made: the same log and checkpoint give the same bytes.

internal import BifrostKernel
public import EventStore
public import EventStorePostgres
public import Proofs
public import Replays
internal import Sagas
internal import SchemaTexts

/// A file of a bundle.
struct BundleFile {
    let name: String
    let bytes: [UInt8]
}

/// An account's history in a span of the log, for somebody who has neither the database nor this software.
public struct Bundle {
    /// The events in it.
    public let eventCount: Int
    private let files: [BundleFile]

    private static let manifestName = "MANIFEST"
    /// The folder inside a tar file.
    private static let folder = "bundle"

    /// Puts together what the log says about the span, proves it under the checkpoint, and signs the whole.
    public init(
        _ span: AccountSpan,
        _ log: PostgresLog,
        _ shard: ShardNumber,
        under checkpoint: Checkpoint,
        signedBy checkpointer: Checkpointer
    ) throws {
        var envelopes = EnvelopeStream(log: log.id, shard: shard)
        var export = EventExport(log, shard)
        var lines: [UInt8] = []
        for event in span.events {
            envelopes.append(event)
            lines += Array((try export.line(event) + "\n").utf8)
        }
        let shown = (span.edges + span.events).sorted { $0.header.position < $1.header.position }
        let account = span.account.account
        let proof = try ProofFile(log).account(account, shown, in: span.positions, under: checkpoint)
        let statement = try AccountStatement(span, log, shard)
        let page = BundlePage(span: span, log: log.id, shard: shard, checkpoint: checkpoint)
        var files = [
            BundleFile(name: "events.jsonl", bytes: lines),
            BundleFile(name: "events.pb", bytes: envelopes.bytes),
            BundleFile(name: "events.proof", bytes: Array(proof.utf8)),
        ]
        files += SchemaTexts.files.map { BundleFile(name: "schemas/" + $0.path, bytes: $0.text) }
        files.append(BundleFile(name: "summary.html", bytes: Array(page.text(statement).utf8)))
        var manifest =
            "bifrost-bundle 1\nlog \(log.id.text)\nshard \(shard.value)\naccount \(account.id.text)\n"
        manifest += "span \(span.positions.lowerBound - 1) \(span.positions.upperBound)\n"
        for file in files {
            manifest += "file \(EventHash(digesting: file.bytes).text) \(file.bytes.count) \(file.name)\n"
        }
        let note = try checkpointer.vouch(for: manifest, about: shard)
        self.files = [BundleFile(name: Self.manifestName, bytes: Array(note.utf8))] + files
        eventCount = span.events.count
    }

    /// Writes it to a new folder, or to one file where the name ends with `.tar`; answers the bytes written.
    ///
    /// The manifest comes last into a folder: one without it is not whole.
    public func write(to path: String) throws(ProofError) -> Int {
        if path.hasSuffix(".tar") {
            let archive = TarArchive.bytes(of: files, below: Self.folder)
            try Files.write(archive, to: path, mode: 0o644)
            return archive.count
        }
        try Files.makeNewDirectory(path)
        for folder in ["schemas", "schemas/bifrost", "schemas/bifrost/v1"] {
            try Files.makeNewDirectory("\(path)/\(folder)")
        }
        for file in files.reversed() {
            try Files.write(file.bytes, to: "\(path)/\(file.name)", mode: 0o644)
        }
        return files.reduce(0) { $0 + $1.bytes.count }
    }
}
