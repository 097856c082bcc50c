internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Glibc
internal import Nodes
internal import Replays

/// A log that is open for as long as one command reads it.
enum OpenLog {
    /// The shards of a node: global facts, and the accounts with their orders.
    static let shards = [ShardNumber.reference, Node.tradingShard]

    /// Opens the log of `place`, runs `body`, and closes it again, whatever happened.
    static func read<Answer>(_ place: LogPlace, _ body: (any EventLog) throws -> Answer) throws -> Answer {
        try readStored(place) { log in try body(log) }
    }

    /// The same for what the database knows beside the events.
    static func readStored<Answer>(_ place: LogPlace, _ body: (PostgresLog) throws -> Answer) throws -> Answer
    {
        if place.databaseURL == nil, access(place.dataDirectory, F_OK) != 0 {
            throw BifrostExit.failed.failure(
                "There is no data directory '\(place.dataDirectory)'. Name one with --data-dir, or make one with"
                    + " `bifrost up`."
            )
        }
        let opened: LogAccess
        do throws(LogAccessError) {
            opened = try LogAccess.open(place)
        } catch {
            throw BifrostExit.failed.failure(error.description)
        }
        let answer = Result { try body(opened.log) }
        do throws(LogAccessError) {
            try opened.close()
        } catch {
            BifrostExit.complain("bifrost: \(error.description)")
        }
        do {
            return try answer.get()
        } catch let error as ReplayError {
            throw failure(error)
        }
    }

    private static func failure(_ error: ReplayError) -> CommandFailure {
        if case .corrupt = error { return BifrostExit.tampering.failure(error.description) }
        return BifrostExit.failed.failure(error.description)
    }
}

/// Reads a calendar day of the command line, as `2008-09-15`.
enum DayOption {
    /// Reads the day that `option` was given, or says what is wrong with it.
    static func read(_ text: String?, _ option: String) throws -> BusinessDate? {
        guard let text else { return nil }
        if let date = BusinessDate(text) { return date }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let lengths = parts.map { $0.utf8.count }
        guard lengths == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            throw ValidationError("\(option) '\(text)': expected a date as YYYY-MM-DD, such as 2008-09-15.")
        }
        guard let month = Int(parts[1]), (1...12).contains(month) else {
            throw ValidationError("\(option) '\(text)': there is no month \(parts[1]), expected 01 … 12.")
        }
        throw ValidationError("\(option) '\(text)': there is no day \(parts[2]) in \(parts[0])-\(parts[1]).")
    }
}

/// Reads a moment of the log from the command line: a position, or a time.
enum MomentOption {
    /// Reads what `option` was given, or says what is wrong with it.
    static func read(_ text: String?, _ option: String) throws -> LogMoment? {
        guard let text else { return nil }
        if let number = Int64(text) { try PlaceInLog.position(number, option) }
        guard let moment = LogMoment(text) else {
            throw ValidationError(
                "\(option) '\(text)': expected a position, such as 4711, or a time in UTC, such as 2026-11-29T14:03:07Z."
            )
        }
        return moment
    }

    /// The position that it stands for; `nil` where none was given.
    static func position(
        _ text: String?,
        _ option: String,
        _ log: any EventLog,
        _ shard: ShardNumber = Node.tradingShard
    ) throws -> Int64? {
        try read(text, option)?.position(in: log, shard)
    }
}

/// Reads positions and shards of the command line.
enum PlaceInLog {
    static func position(_ value: Int64?, _ option: String) throws {
        guard let value, value < 1 else { return }
        throw ValidationError("\(option) \(value): positions begin at 1.")
    }

    static func shard(_ value: Int?) throws -> ShardNumber? {
        guard let value else { return nil }
        guard let shard = OpenLog.shards.first(where: { Int($0.value) == value }) else {
            throw ValidationError("--shard \(value): expected 0 (global facts) or 1 (accounts and orders).")
        }
        return shard
    }
}
