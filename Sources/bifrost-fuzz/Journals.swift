import BifrostKernel

@testable import VenueTests
@testable import Venues

/// What the paper venue keeps on disk.
extension FuzzTarget {
    /// A whole file.
    ///
    /// What opens was repaired, so it opens again, and says the same.
    static let journal = FuzzTarget("journal", seeds: { [try journalBytes(1), try journalBytes(2)] }) {
        bytes in
        let folder = try Folder()
        try folder.write(bytes, to: "journal")
        let path = folder.path + "/journal"
        guard var first = try? PaperJournal(path: path, log: log) else { return }
        let book = first.takeBook()
        _ = consume first
        var second = try PaperJournal(path: path, log: log)
        try promise(second.tornBytes == 0, "a torn end is cut off once")
        try promise(second.takeBook() == book, "a journal says the same again")
    }

    /// One record behind the checksums: what it says happens, or contradicts what the book holds.
    static let facts = FuzzTarget("facts", seeds: { try (1...8).map { try factBytes($0) } }) { bytes in
        guard let batch = try? WireDecoder.decode(PaperBatch.self, bytes) else { return }
        try promise(WireEncoder.encode(batch) == bytes, "a record is read from one form alone")
        var book = PaperBook()
        for fact in batch.facts {
            guard (try? book.apply(fact)) != nil else { return }
        }
    }

    private static func journalBytes(_ seed: UInt64) throws -> [UInt8] {
        let folder = try Folder()
        let journal = try PaperJournal(path: folder.path + "/journal", log: log)
        let venue = PaperVenue(fees: [fullSchedule], journal: journal)
        for call in try Script(seed: seed, calls: callsOfSeed).calls { call(venue) }
        return try folder.read("journal")
    }

    private static func factBytes(_ seed: UInt64) throws -> [UInt8] {
        var book = PaperBook()
        var outcome = PaperOutcome()
        _ = book.advance(
            to: seconds(0),
            date: day1,
            ticks: [PaperTick(apple, Price(nanos: 9_500_000_000))],
            rules: PaperRules(schedules: [fullSchedule]),
            into: &outcome
        )
        for order in try Script(seed: seed, calls: callsOfSeed).orders {
            book.take(.new(order), rules: PaperRules(schedules: [fullSchedule]), into: &outcome)
        }
        return WireEncoder.encode(outcome.batch)
    }

    private static let callsOfSeed = 12
}
