internal import BifrostKernel
internal import ColdSegments
public import EventStore
internal import PostgresClient

extension ColdStore {
    /// Writes a sealed leaf into a file that `SegmentFile.verify` reads alone; a file that is there stays as
    /// it is and is refused.
    public func export(_ shard: ShardNumber, _ leaf: Int32, to path: String) throws(SegmentError) {
        let session = try SealingSession(log, shard)
        let full = try session.leaf(leaf)
        guard full.isSealed else {
            throw .refused("Leaf \(full.segment.name) is not sealed: run `bifrost log seal` first.")
        }
        let head = SegmentFile.Head(
            log: log.id,
            shard: shard,
            leaf: leaf,
            firstPosition: full.firstPosition,
            lastPosition: full.lastPosition,
            before: try hash(before: full, session)
        )
        do throws(SegmentFileError) {
            var writer = try SegmentFile.Writer(path, head)
            do throws(SegmentError) {
                try copy(full, session, to: &writer)
            } catch {
                writer.abandon()
                throw SegmentFileError.refused(error.description)
            }
            try writer.finish()
            _ = try SegmentFile.verify(path)
        } catch {
            throw .refused(error.description)
        }
    }

    private func copy(
        _ full: FullLeaf,
        _ session: SealingSession,
        to writer: inout SegmentFile.Writer
    ) throws(SegmentError) {
        var failure: SegmentFileError?
        let range = "first_position between \(full.firstPosition) and \(full.lastPosition)"
        try asking { () throws(PostgresError) in
            try full.segment.frames(range, session.connection) { frame throws(PostgresError) in
                guard failure == nil else { return }
                do throws(SegmentFileError) {
                    try writer.append(frame)
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw .refused(failure.description) }
    }
}
