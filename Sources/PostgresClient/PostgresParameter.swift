/// A value for a `$n` placeholder, sent in binary with its own type, so that the server never has to guess.
public enum PostgresParameter: Equatable, Sendable {
    /// No value; its type is left to the server.
    case null
    /// An `int4`.
    case int32(Int32)
    /// An `int8`.
    case int64(Int64)
    /// A `bool`.
    case bool(Bool)
    /// A `text`; a column of another type needs a cast in the statement.
    case text(String)
    /// A `bytea`.
    case bytes([UInt8])
    /// A `uuid` in two halves, the first characters in `high`.
    case uuid(high: UInt64, low: UInt64)
    /// An array in PostgreSQL's binary form, with the number of its type in `pg_type`; see `RecordType`.
    case array(type: UInt32, [UInt8])
}

/// The parameters of one statement as libpq wants them: types, and bytes that lie behind each other in one
/// buffer.
struct ParameterBlock {
    private(set) var types: [UInt32] = []
    private(set) var lengths: [Int32] = []
    /// Where each value starts; nil is SQL null.
    private(set) var offsets: [Int?] = []
    private(set) var bytes: [UInt8] = []

    /// The protocol counts parameters in 16 bits.
    static let parametersMax = 65_535

    init(_ parameters: [PostgresParameter]) throws(PostgresError) {
        guard parameters.count <= Self.parametersMax else {
            throw .misuse("expected at most \(Self.parametersMax) parameters, was \(parameters.count)")
        }
        for parameter in parameters {
            let start = bytes.count
            types.append(append(parameter))
            guard let length = Int32(exactly: bytes.count - start) else {
                throw .misuse("expected a parameter below 2 GiB, was \(bytes.count - start) bytes")
            }
            lengths.append(length)
            offsets.append(parameter == .null ? nil : start)
        }
        // An empty array may have no address, and a null pointer would turn an empty text into SQL null.
        bytes.append(0)
    }

    /// Appends the value and returns the type to declare.
    private mutating func append(_ parameter: PostgresParameter) -> UInt32 {
        switch parameter {
        case .null: return 0
        case .int32(let value):
            bytes.appendBigEndian(value)
            return TypeOID.int4
        case .int64(let value):
            bytes.appendBigEndian(value)
            return TypeOID.int8
        case .bool(let value):
            bytes.append(value ? 1 : 0)
            return TypeOID.bool
        case .text(let value):
            bytes.append(contentsOf: value.utf8)
            return TypeOID.text
        case .bytes(let value):
            bytes.append(contentsOf: value)
            return TypeOID.bytea
        case .uuid(let high, let low):
            bytes.appendBigEndian(high)
            bytes.appendBigEndian(low)
            return TypeOID.uuid
        case .array(let type, let value):
            bytes.append(contentsOf: value)
            return type
        }
    }
}

/// The built-in types that this client knows, by their fixed numbers in `pg_type`.
enum TypeOID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let unknown: UInt32 = 705
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let uuid: UInt32 = 2950
    /// Types above are made by users: enums and domains among them travel as text.
    static let firstUserDefined: UInt32 = 16_384

    /// Whether the binary form of the type is its text.
    static func travelsAsText(_ type: UInt32) -> Bool {
        switch type {
        case name, text, json, unknown, bpchar, varchar: true
        default: type >= firstUserDefined
        }
    }
}
