// A row of a leaf, in the order of its columns: fixed widths first (see SQL/event_template.sql).

package import BifrostKernel
package import EventStore
package import PostgresClient

/// The columns of a leaf and their binary form.
package enum EventRow {
    /// In the order of the tables, which is the order of both directions.
    package static let columns =
        "position, account, stream, version, received_at, recorded_at, effective_at, causation, correlation, "
        + "type, schema_version, business_date, command_id, command_digest, actor, payload, hash"
    package static let fields: Int16 = 17

    /// Appends one tuple to a copy.
    package static func write(
        _ header: EventHeader,
        payload: ArraySlice<UInt8>,
        hash: EventHash,
        to copy: inout CopyWriter
    ) {
        copy.beginTuple(fields: fields)
        copy.int64(header.position)
        copy.int64(header.account.value)
        copy.int64(header.stream.value)
        copy.int64(header.version)
        copy.int64(header.receivedAt.nanos)
        copy.int64(header.recordedAt.nanos)
        copy.int64(header.effectiveAt.nanos)
        copy.int64(header.causation)
        copy.uuid(high: header.correlation.high, low: header.correlation.low)
        copy.int32(Int32(bitPattern: header.type))
        copy.int32(Int32(bitPattern: header.schemaVersion))
        copy.int32(header.businessDate.days)
        copy.text(header.commandID.text)
        if let digest = header.commandDigest {
            // The same bytes as a uuid: two halves, high first.
            copy.uuid(high: digest.high, low: digest.low)
        } else {
            copy.null()
        }
        copy.text(header.actor.text)
        payload.withUnsafeBytes { copy.bytes($0.bytes) }
        let words = (
            hash.words.0.bigEndian, hash.words.1.bigEndian, hash.words.2.bigEndian, hash.words.3.bigEndian
        )
        withUnsafeBytes(of: words) { copy.bytes($0.bytes) }
    }

    /// The account of a tuple that `write` made: its second field.
    static func account(_ message: RawSpan) -> AccountOrdinal {
        // The count of fields, a length and the position, a length.
        let word = message.unsafeLoadUnaligned(fromByteOffset: 2 + 4 + 8 + 4, as: Int64.self)
        return AccountOrdinal(Int64(bigEndian: word))
    }

    /// Reads one tuple; throws `misuse` where it is no event.
    static func read(_ message: RawSpan) throws(PostgresError) -> RecordedEvent {
        var tuple = try CopyTuple(message)
        let position = try tuple.nextInt64()
        let account = AccountOrdinal(try tuple.nextInt64())
        let stream = StreamOrdinal(try tuple.nextInt64())
        let version = try tuple.nextInt64()
        let receivedAt = Timestamp(nanos: try tuple.nextInt64())
        let recordedAt = Timestamp(nanos: try tuple.nextInt64())
        let effectiveAt = Timestamp(nanos: try tuple.nextInt64())
        let causation = try tuple.nextInt64()
        let correlation = try tuple.nextUUID()
        let type = UInt32(bitPattern: try tuple.nextInt32())
        let schemaVersion = UInt32(bitPattern: try tuple.nextInt32())
        let businessDate = BusinessDate(days: try tuple.nextInt32())
        guard let commandID = try tuple.nextBytes().withUnsafeBytes({ ClientName(bytes: $0) }) else {
            throw .misuse("expected a command id at position \(position)")
        }
        let digest = try tuple.nextOptionalUUID()
        guard let actor = try tuple.nextBytes().withUnsafeBytes({ ActorName(bytes: $0) }) else {
            throw .misuse("expected an actor at position \(position)")
        }
        let payload = try tuple.nextBytes().withUnsafeBytes { Array($0) }
        let hash = try hash(try tuple.nextBytes())
        try tuple.finish()
        return RecordedEvent(
            header: EventHeader(
                position: position,
                account: account,
                stream: stream,
                version: version,
                type: type,
                schemaVersion: schemaVersion,
                receivedAt: receivedAt,
                recordedAt: recordedAt,
                effectiveAt: effectiveAt,
                businessDate: businessDate,
                commandID: commandID,
                commandDigest: digest.map { CommandDigest(high: $0.high, low: $0.low) },
                causation: causation,
                correlation: Identifier(high: correlation.high, low: correlation.low),
                actor: actor
            ),
            payload: payload,
            hash: hash
        )
    }

    /// Reads 32 bytes of a result; throws `misuse` for any other count.
    static func hash(_ rows: PostgresRows, _ row: Int, _ column: Int) throws(PostgresError) -> EventHash {
        guard let hash = try rows.withBytes(row, column, hash) else {
            throw .misuse("expected a hash in column \(column), was null")
        }
        return hash
    }

    /// Reads 32 bytes; throws `misuse` for any other count.
    static func hash(_ bytes: RawSpan) throws(PostgresError) -> EventHash {
        guard bytes.byteCount == 32 else {
            throw .misuse("expected a hash of 32 bytes, was \(bytes.byteCount)")
        }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        return EventHash(word(0), word(1), word(2), word(3))
    }
}
