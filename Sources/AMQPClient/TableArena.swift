internal import CRabbitMQ

/// Texts and tables of one call in C's form: all bytes in one buffer, lent for as long as the call takes.
struct TableArena {
    private var bytes: [UInt8] = []
    private var ranges: [Range<Int>] = []

    /// Where a text lies; C takes no address of an empty buffer, so there is always a byte.
    private mutating func add(_ text: String) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        ranges.append(start..<bytes.count)
        return ranges.count - 1
    }

    /// Lends a message in C's form.
    static func withMessage(
        _ message: AMQPMessage,
        _ exchange: String,
        _ body: (
            amqp_bytes_t, amqp_bytes_t, UnsafePointer<amqp_basic_properties_t>, amqp_bytes_t
        ) -> Int32
    ) -> Int32 {
        var arena = TableArena()
        arena.bytes.reserveCapacity(1_024)
        let exchange = arena.add(exchange)
        let key = arena.add(message.routingKey)
        let id = arena.add(message.messageID)
        let type = arena.add(message.type)
        let correlation = arena.add(message.correlationID)
        let content = arena.add(message.contentType)
        let app = arena.add("bifrost")
        let entries = message.headers.map { (name: arena.add($0.name), value: arena.value($0.value)) }
        _ = arena.add(" ")
        return unsafe arena.withTexts { texts in
            var table = unsafe entries.map { unsafe Self.entry(texts[$0.name], $0.value, texts) }
            return unsafe table.withUnsafeMutableBufferPointer { table in
                var properties = unsafe amqp_basic_properties_t()
                unsafe properties._flags = flags
                unsafe properties.content_type = texts[content]
                unsafe properties.headers = amqp_table_t(
                    num_entries: Int32(table.count),
                    entries: table.baseAddress
                )
                // Persistent: on the broker's disk before it is confirmed.
                unsafe properties.delivery_mode = 2
                unsafe properties.message_id = texts[id]
                unsafe properties.type = texts[type]
                unsafe properties.correlation_id = texts[correlation]
                unsafe properties.app_id = texts[app]
                unsafe properties.timestamp = message.secondsSince1970
                return unsafe message.body.withUnsafeBytes { bytes in
                    let content = unsafe amqp_bytes_t(
                        len: bytes.count,
                        bytes: UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                    )
                    return unsafe body(texts[exchange], texts[key], &properties, content)
                }
            }
        }
    }

    /// Lends what a client tells of itself: its name, and that it understands being blocked.
    static func withClientProperties(
        name: String,
        _ body: (UnsafePointer<amqp_table_t>) -> amqp_rpc_reply_t
    ) -> amqp_rpc_reply_t {
        var arena = TableArena()
        let connection = (arena.add("connection_name"), arena.add(name))
        let product = (arena.add("product"), arena.add("Bifrost"))
        let capabilities = arena.add("capabilities")
        let blocked = arena.add("connection.blocked")
        let nack = arena.add("basic.nack")
        let confirms = arena.add("publisher_confirms")
        _ = arena.add(" ")
        return unsafe arena.withTexts { texts in
            var abilities = unsafe [blocked, nack, confirms].map { key in
                var value = unsafe amqp_field_value_t()
                unsafe value.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
                unsafe value.value.boolean = 1
                return unsafe amqp_table_entry_t(key: texts[key], value: value)
            }
            return unsafe abilities.withUnsafeMutableBufferPointer { abilities in
                var nested = unsafe amqp_field_value_t()
                unsafe nested.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
                unsafe nested.value.table = amqp_table_t(
                    num_entries: Int32(abilities.count),
                    entries: abilities.baseAddress
                )
                var entries = unsafe [
                    entry(texts[connection.0], .text(connection.1), texts),
                    entry(texts[product.0], .text(product.1), texts),
                    amqp_table_entry_t(key: texts[capabilities], value: nested),
                ]
                return unsafe entries.withUnsafeMutableBufferPointer { entries in
                    var table = unsafe amqp_table_t(
                        num_entries: Int32(entries.count),
                        entries: entries.baseAddress
                    )
                    return unsafe body(&table)
                }
            }
        }
    }

    private enum Value {
        case number(Int64)
        case text(Int)
    }

    private mutating func value(_ value: AMQPMessage.Value) -> Value {
        switch value {
        case .number(let number): .number(number)
        case .text(let text): .text(add(text))
        }
    }

    private static func entry(_ key: amqp_bytes_t, _ value: Value, _ texts: [amqp_bytes_t])
        -> amqp_table_entry_t
    {
        var field = unsafe amqp_field_value_t()
        switch value {
        case .number(let number):
            unsafe field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            unsafe field.value.i64 = number
        case .text(let index):
            unsafe field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            unsafe field.value.bytes = texts[index]
        }
        return unsafe amqp_table_entry_t(key: key, value: field)
    }

    /// Lends every text that was added, by its number.
    private func withTexts<Answer>(_ body: ([amqp_bytes_t]) -> Answer) -> Answer {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe body(
                ranges.map { range in
                    unsafe amqp_bytes_t(
                        len: range.count,
                        // C reads them only; the type has no word for it.
                        bytes: UnsafeMutableRawPointer(
                            mutating: buffer.baseAddress?.advanced(by: range.lowerBound)
                        )
                    )
                }
            )
        }
    }

    private static let flags: UInt32 =
        1 << 15 | 1 << 13 | 1 << 12 | 1 << 10 | 1 << 7 | 1 << 6 | 1 << 5 | 1 << 3
}
