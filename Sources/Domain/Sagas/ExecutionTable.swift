public import BifrostKernel
internal import Crypto
public import Orders

/// The order that each execution stands in: an identity is the venue's, whichever order a report names.
///
/// An identity is kept as 128 bits of its SHA-256, of which two of a hundred million are alike with a chance
/// below 10⁻²².
public struct ExecutionTable: Sendable {
    private struct Key: CheaplyHashed, BitwiseCopyable, Sendable {
        let hashedBits: (high: UInt64, low: UInt64)

        init(_ identity: ExecutionIdentity) {
            var hash = SHA256()
            for text in [identity.venue, identity.venueExecutionID] {
                var text = text
                text.withUTF8 { bytes in
                    withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
                    hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
                }
            }
            withUnsafeBytes(of: identity.tradeDate.days.bigEndian) { hash.update(bufferPointer: $0) }
            withUnsafeBytes(of: identity.side.rawValue) { hash.update(bufferPointer: $0) }
            hashedBits = hash.finalize().withUnsafeBytes { digest in
                (
                    UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                    UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
        }

        static func == (left: Self, right: Self) -> Bool { left.hashedBits == right.hashedBits }
    }

    private var rows = PartedTable<Key, OrderID>()

    /// No executions.
    init() {}

    /// The number of executions.
    public var count: Int { rows.count }

    /// The order that the execution stands in.
    public internal(set) subscript(execution: ExecutionIdentity) -> OrderID? {
        get { rows[Key(execution)] }
        set {
            guard let newValue else { preconditionFailure("an execution is never forgotten") }
            rows.updateValue(newValue, forKey: Key(execution))
        }
    }

    /// Expects so many, the first of which is still to come.
    mutating func reserve(_ executions: Int) { rows = PartedTable(reserving: executions) }

    /// Hands over the rows, some at a time.
    func images(_ body: ([UInt8]) -> Void) { rows.images(body) }

    /// Takes some of them in.
    mutating func take(_ image: [UInt8]) throws(WireError) { try rows.take(image) }
}
