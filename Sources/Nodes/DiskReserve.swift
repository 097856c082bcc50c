/// The space on the embedded cluster's disk that commands of clients leave alone (docs/decisions/0010).
///
/// What fills it up while they wait is bounded: batches under way, what venues report, and the write-ahead
/// log that those make. So the disk never is full for the database, which could not even say so then.
public struct DiskReserve: Sendable {
    /// The reserve itself; 0 for none.
    public let bytes: Int64
    private var isShort = false

    /// A second at full speed (50 MB), every queue in the log (200 MB), and as much again to be sure.
    public static let megabytesStandard: Int64 = 512
    /// Commands are taken again when a quarter more than the reserve is free, or they would stop and go.
    private static let recoveryPercent: Int64 = 125

    /// A reserve of so many megabytes, at most a terabyte.
    public init(megabytes: Int64 = megabytesStandard) {
        precondition((0...Self.megabytesMax).contains(megabytes), "a reserve is 0 … a terabyte")
        bytes = megabytes << 20
    }

    /// The largest reserve.
    public static let megabytesMax: Int64 = 1 << 20

    /// Takes in how much is free; says what is short, `nil` while nothing is.
    public mutating func look(free: Int64?) -> String? {
        guard let free, bytes > 0 else {
            isShort = false
            return nil
        }
        isShort = free < (isShort ? bytes / 100 * Self.recoveryPercent : bytes)
        guard isShort else { return nil }
        return "\(free >> 20) MB are free, and \(bytes >> 20) MB are kept in reserve"
    }
}
