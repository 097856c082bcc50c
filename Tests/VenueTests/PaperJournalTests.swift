import BifrostKernel
import Orders
import Testing

@testable import Venues

@Suite("The paper venue's journal")
struct PaperJournalTests {
    @Test(
        "finds all sums that zlib would",
        arguments: [("", 0), ("123456789", 0xcbf4_3926), ("a", 0xe8b7_be43)]
    )
    func checksum(text: String, sum: UInt32) {
        #expect(Checksum.crc32(text.utf8) == sum)
        let half = text.utf8.count / 2
        let first = Checksum.crc32(text.utf8.prefix(half))
        #expect(Checksum.crc32(text.utf8.dropFirst(half), after: first) == sum)
    }

    @Test("makes a venue know after a restart everything that it reported")
    func restart() throws {
        let folder = try Folder()
        let path = folder.path + "/journal"
        let script = try Script(seed: 11, calls: 60)
        var heard: [VenueReport] = []
        var clock: Timestamp?
        do {
            let (venue, recorder) = listening(
                PaperVenue(commission: BasisPoints(7), journal: try PaperJournal(path: path, log: log))
            )
            for call in script.calls { call(venue) }
            heard = recorder.take()
            clock = venue.clock?.at
        }
        // A later rate must not change what was said.
        let (venue, recorder) = listening(
            PaperVenue(commission: BasisPoints(99), journal: try PaperJournal(path: path, log: log))
        )
        // What the core may not have recorded before the restart, in the order in which it was made.
        let late = executions(recorder.take()).map { $0.venueExecutionID }
        let made = Set(executions(heard).map { $0.venueExecutionID }).count
        #expect(!late.isEmpty && late == (made - late.count + 1...made).map { "E\($0)" })
        for order in script.orders { venue.send([.new(order)]) }
        let again = recorder.take()
        let said = heard.filter { if case .cancelRejected = $0 { false } else { true } }
        #expect(again.count > script.orders.count)
        #expect(again.allSatisfy(said.contains))
        #expect(said.allSatisfy(again.contains))
        let trades = Set(executions(heard).map(\.venueExecutionID))
        #expect(executions(again).count == trades.count)
        #expect(try #require(venue.clock).at <= #require(clock))
        let next = try order(9_000, .buy, "1")
        venue.send([.new(next)])
        #expect(executions(recorder.take()).map(\.venueExecutionID) == ["E\(trades.count + 1)"])
    }

    @Test("cut at any byte opens as it was after the last whole record")
    func truncation() throws {
        let folder = try Folder()
        let (bytes, marks) = try Self.written(folder, seed: 3, calls: 14)
        var expected = PaperBook()
        for length in 0...bytes.count {
            if let book = marks[length] { expected = book }
            try folder.write(Array(bytes[0..<length]), to: "copy")
            var journal = try reopened(folder.path + "/copy")
            #expect(journal.takeBook() == expected, "cut at \(length)")
            let whole = marks.keys.filter { $0 <= length }.max() ?? 0
            #expect(journal.tornBytes == Int64(length - whole), "cut at \(length)")
        }
    }

    @Test("goes on behind a torn record")
    func continuation() throws {
        let folder = try Folder()
        let (bytes, marks) = try Self.written(folder, seed: 5, calls: 10)
        let ends = marks.keys.sorted()
        let previous = try #require(ends.dropLast().last)
        try folder.write(Array(bytes.dropLast(3)), to: "copy")
        let path = folder.path + "/copy"
        do {
            let (venue, recorder) = listening(
                PaperVenue(commission: BasisPoints(7), journal: try PaperJournal(path: path, log: log))
            )
            _ = recorder.take()
            venue.send([.new(try order(9_000, .buy, "1", boeing))])
            #expect(executions(recorder.take()).count == 1)
        }
        #expect(try folder.read("copy").starts(with: bytes[0..<previous]))
        var journal = try PaperJournal(path: path, log: log)
        #expect(journal.tornBytes == 0)
        #expect(journal.takeBook().reports(of: orderID(9_000))?.count == 2)
    }

    @Test("that ends in nothing but zeros was torn")
    func zeros() throws {
        let folder = try Folder()
        let (bytes, marks) = try Self.written(folder, seed: 3, calls: 8)
        try folder.write(bytes + [UInt8](repeating: 0, count: 5000), to: "copy")
        var journal = try reopened(folder.path + "/copy")
        #expect(journal.tornBytes == 5000)
        #expect(journal.takeBook() == marks[bytes.count])
    }

    @Test("with any changed byte is an error that names the place")
    func corruption() throws {
        let folder = try Folder()
        let (bytes, marks) = try Self.written(folder, seed: 3, calls: 8)
        let path = folder.path + "/copy"
        for index in 0..<bytes.count {
            var changed = bytes
            changed[index] ^= 0x10
            try folder.write(changed, to: "copy")
            let start = Int64(marks.keys.filter { $0 <= index }.max() ?? 0)
            let error = #expect(throws: PaperJournalError.self) { _ = try reopened(path) }
            switch try #require(error) {
            case .notAJournal: #expect(index < 8)
            case .corrupt(_, let offset, _): #expect(offset == start, "changed at \(index)")
            default: Issue.record("expected corruption at \(index), was \(String(describing: error))")
            }
        }
    }

    @Test("with a record removed, repeated or moved is an error")
    func rearranged() throws {
        let folder = try Folder()
        let (bytes, marks) = try Self.written(folder, seed: 3, calls: 8)
        let ends = marks.keys.sorted()
        try #require(ends.count > 4)
        let records = zip(ends, ends.dropFirst()).map { Array(bytes[$0..<$1]) }
        let header = Array(bytes[0..<ends[0]])
        let path = folder.path + "/copy"
        let arrangements = [
            [records[0]] + records[2...], [records[0], records[0]] + records[1...],
            [records[0], records[2], records[1]] + records[3...],
        ]
        for records in arrangements {
            try folder.write(header + records.joined(), to: "copy")
            #expect(throws: PaperJournalError.self) { _ = try reopened(path) }
        }
    }

    @Test("of another log, of a newer build, of something else or in use is an error that says so")
    func foreign() throws {
        let folder = try Folder()
        let (bytes, _) = try Self.written(folder, seed: 3, calls: 8)
        let path = folder.path + "/copy"
        let other = Identifier(.log, slot: 0, shard: 1, birth: 6)
        try folder.write(bytes, to: "copy")
        #expect(throws: PaperJournalError.foreignLog(path: path, expected: other, actual: log)) {
            _ = try PaperJournal(path: path, log: other)
        }
        let held = try PaperJournal(path: path, log: log)
        #expect(throws: PaperJournalError.inUse(path: path)) { _ = try PaperJournal(path: path, log: log) }
        #expect(held.path == path)
        try folder.write(Array("name,price\n".utf8), to: "journal")
        let wrong = folder.path + "/journal"
        #expect(throws: PaperJournalError.notAJournal(path: wrong)) {
            _ = try PaperJournal(path: wrong, log: log)
        }
        let missing = folder.path + "/none/journal"
        #expect(throws: PaperJournalError.system(operation: "open", path: missing, code: 2)) {
            _ = try PaperJournal(path: missing, log: log)
        }
        #expect(PaperJournalError.inUse(path: path).description.contains(path))
    }

    @Test("of a newer format is an error that names it")
    func newer() throws {
        let folder = try Folder()
        var header = Array(PaperJournal.header(of: log).dropLast(4))
        header[8] = 2
        let sum = Checksum.crc32(header)
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            header.append(UInt8(truncatingIfNeeded: sum >> shift))
        }
        try folder.write(header, to: "copy")
        let path = folder.path + "/copy"
        #expect(throws: PaperJournalError.unknownFormat(path: path, version: 2)) {
            _ = try PaperJournal(path: path, log: log)
        }
    }

    @Test("that cannot be written closes the venue before anything is reported")
    func fullDisk() throws {
        // A device that is always full stands for the disk.
        let full = try JournalFile(path: "/dev/full")
        let (venue, recorder) = listening(
            PaperVenue(
                commission: BasisPoints(0),
                journal: PaperJournal(file: full, book: PaperBook(), sum: 0, tornBytes: 0)
            )
        )
        #expect(!venue.advance(to: seconds(0), date: day1, prices: [(apple, try Price("10"))]))
        #expect(venue.failure == .system(operation: "write to", path: "/dev/full", code: 28))
        #expect(venue.price(of: apple) == nil)
        venue.send([.new(try order(1, .buy, "1"))])
        #expect(!venue.advance(to: seconds(1), date: day1, prices: []))
        #expect(recorder.take() == [])
    }

    /// The bytes that a script leaves, and the book after each record by the length of the file then.
    private static func written(_ folder: Folder, seed: UInt64, calls: Int) throws -> (
        [UInt8], [Int: PaperBook]
    ) {
        let path = folder.path + "/journal"
        let script = try Script(seed: seed, calls: calls)
        let venue = PaperVenue(commission: BasisPoints(7), journal: try PaperJournal(path: path, log: log))
        var marks: [Int: PaperBook] = [:]
        var length = try folder.read("journal").count
        marks[length] = PaperBook()
        for call in script.calls {
            call(venue)
            let now = try folder.read("journal").count
            if now > length { marks[now] = venue.presentBook }
            length = now
        }
        return (try folder.read("journal"), marks)
    }
}
