// Events and commands are stored as protobuf (proto3 wire format), in a canonical form: fields in ascending
// order of their numbers, defaults left out unless presence is explicit, varints in their shortest form,
// nothing unknown. Canonical bytes make "the same content" and "the same event" a comparison of bytes, and
// let the decoder run straight down the fields without a switch.
//
// A type names its fields once, in `fields`, and that one list writes the bytes, reads them back, and prints
// them.

/// Why bytes are not what they should be.
///
/// A stored event that throws this is evidence of a corrupt or newer log.
public enum WireError: Error, Equatable, Sendable {
    /// The bytes end inside a field.
    case truncated
    /// A field that this schema version does not have, out of order, or of another wire type.
    case unexpectedField(number: UInt64)
    /// A required field is absent.
    case missingField(number: UInt64)
    /// A value outside the bounds of its type.
    case outOfRange(field: UInt64)
    /// A value in a form that the writer never produces.
    case notCanonical(field: UInt64)
    /// No such event type or version in this build.
    case unknownType(type: UInt32, version: UInt32)
}

/// A value that is stored as a protobuf message.
public protocol WireFields {
    /// The value with every field absent.
    init()
    /// Visits every field in ascending order of its number.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError)
}

/// An enumeration on the wire; raw values start at 1, zero stays "unspecified" in the published schema.
public protocol WireChoice: RawRepresentable, CaseIterable, Sendable where RawValue == UInt8 {
    /// The name in the published schema and in exports.
    var name: String { get }
}

extension WireChoice {
    /// The case's own name in the spelling of the published schema: `fillOrKill` as `FILL_OR_KILL`.
    public var name: String {
        var out = ""
        for character in "\(self)" {
            if character.isUppercase { out.append("_") }
            out.append(character.uppercased())
        }
        return out
    }
}

/// What goes over the fields of a value: the encoder, the decoder, or the printer.
public protocol FieldVisitor {
    /// Whether it puts what it finds into the fields, and does not look at what is in them.
    var isReading: Bool { get }
    /// Whether it writes what is kept compressed as it stands, for whoever reads it with the same build.
    var keepsPacked: Bool { get }
    /// A varint.
    mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64) throws(WireError)
    /// A varint, presence explicit.
    mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64?) throws(WireError)
    /// A zigzag varint.
    mutating func int(_ number: UInt64, _ name: StaticString, _ value: inout Int64) throws(WireError)
    /// A boolean varint.
    mutating func flag(_ number: UInt64, _ name: StaticString, _ value: inout Bool) throws(WireError)
    /// UTF-8 text.
    mutating func text(_ number: UInt64, _ name: StaticString, _ value: inout String) throws(WireError)
    /// UTF-8 texts, in their order.
    mutating func texts(_ number: UInt64, _ name: StaticString, _ value: inout [String]) throws(WireError)
    /// Raw bytes.
    mutating func bytes(_ number: UInt64, _ name: StaticString, _ value: inout [UInt8]) throws(WireError)
    /// Sixteen bytes, highest first; absent when all are zero.
    mutating func identifier(_ number: UInt64, _ name: StaticString, _ value: inout Identifier)
        throws(WireError)
    /// Fixed 64 bits of 10⁻⁹.
    mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price) throws(WireError)
    /// Fixed 64 bits of 10⁻⁹, presence explicit.
    mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price?) throws(WireError)
    /// Fixed 64 bits of 10⁻⁹.
    mutating func quantity(_ number: UInt64, _ name: StaticString, _ value: inout Quantity) throws(WireError)
    /// A rejection code as a varint, zero when absent.
    mutating func code(_ number: UInt64, _ name: StaticString, _ value: inout RejectionCode?)
        throws(WireError)
    /// Two fixed 64-bit halves in a message of their own, always present.
    mutating func money(_ number: UInt64, _ name: StaticString, _ value: inout Money) throws(WireError)
    /// As money, presence explicit; wider than `Money`, for limits and values of rules.
    mutating func wide(_ number: UInt64, _ name: StaticString, _ value: inout Int128?) throws(WireError)
    /// Days since 1970-01-01 as a zigzag varint.
    mutating func date(_ number: UInt64, _ name: StaticString, _ value: inout BusinessDate) throws(WireError)
    /// As a date, presence explicit.
    mutating func date(_ number: UInt64, _ name: StaticString, _ value: inout BusinessDate?)
        throws(WireError)
    /// Ascending days, packed: the first as a zigzag varint, then the distances.
    mutating func dates(_ number: UInt64, _ name: StaticString, _ value: inout [BusinessDate])
        throws(WireError)
    /// Fixed 64 bits of nanoseconds.
    mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp) throws(WireError)
    /// As a time, presence explicit.
    mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp?) throws(WireError)
    /// A currency as the text of its code, always present.
    mutating func currency(_ number: UInt64, _ name: StaticString, _ value: inout Currency) throws(WireError)
    /// An enumeration, always present.
    mutating func choice<C: WireChoice>(_ number: UInt64, _ name: StaticString, _ value: inout C)
        throws(WireError)
    /// An enumeration that may be absent.
    mutating func choice<C: WireChoice>(_ number: UInt64, _ name: StaticString, _ value: inout C?)
        throws(WireError)
    /// Enumerations in their order, packed.
    mutating func choices<C: WireChoice>(_ number: UInt64, _ name: StaticString, _ value: inout [C])
        throws(WireError)
    /// A nested message, always present.
    mutating func message<M: WireFields>(_ number: UInt64, _ name: StaticString, _ value: inout M)
        throws(WireError)
    /// A nested message that may be absent.
    mutating func message<M: WireFields>(_ number: UInt64, _ name: StaticString, _ value: inout M?)
        throws(WireError)
    /// Nested messages.
    mutating func list<M: WireFields>(_ number: UInt64, _ name: StaticString, _ value: inout [M])
        throws(WireError)
}

extension FieldVisitor {
    /// Most look at the fields.
    @inlinable public var isReading: Bool { false }
    /// Most want what was compressed.
    @inlinable public var keepsPacked: Bool { false }

    /// A currency as the text of its code, always present.
    @inlinable
    public mutating func currency(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Currency
    ) throws(WireError) {
        var code = value.code
        try text(number, name, &code)
        guard let known = Currency(code) else { throw .outOfRange(field: number) }
        value = known
    }

    /// A rejection code as a varint, zero when absent.
    @inlinable
    public mutating func code(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout RejectionCode?
    ) throws(WireError) {
        var raw = UInt64(value?.rawValue ?? 0)
        try uint(number, name, &raw)
        guard raw != 0 else {
            value = nil
            return
        }
        guard let narrow = UInt16(exactly: raw), let known = RejectionCode(rawValue: narrow) else {
            throw .outOfRange(field: number)
        }
        value = known
    }

    /// A number of 32 bits.
    @inlinable
    public mutating func uint(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout UInt32
    ) throws(WireError) {
        var wide = UInt64(value)
        try uint(number, name, &wide)
        guard let narrow = UInt32(exactly: wide) else { throw .outOfRange(field: number) }
        value = narrow
    }

    /// A position: a number that is never negative.
    @inlinable
    public mutating func position(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Int64
    ) throws(WireError) {
        var wide = UInt64(value)
        try uint(number, name, &wide)
        guard let narrow = Int64(exactly: wide) else { throw .outOfRange(field: number) }
        value = narrow
    }

    /// A rate in millionths of a basis point.
    @inlinable
    public mutating func rate(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout BasisPoints
    ) throws(WireError) {
        var micros = UInt64(value.micros)
        try uint(number, name, &micros)
        guard let signed = Int64(exactly: micros), let known = BasisPoints(micros: signed) else {
            throw .outOfRange(field: number)
        }
        value = known
    }
}

extension FieldVisitor {
    /// The owner's id.
    @inlinable
    public mutating func owner(_ number: UInt64, _ name: StaticString, _ value: inout OwnerID)
        throws(WireError)
    {
        var id = value.id
        try identifier(number, name, &id)
        value = OwnerID(id)
    }
    /// The account's id.
    @inlinable
    public mutating func account(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout AccountID
    ) throws(WireError) {
        var id = value.id
        try identifier(number, name, &id)
        value = AccountID(id)
    }
    /// The instrument's id.
    @inlinable
    public mutating func instrument(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout InstrumentID
    ) throws(WireError) {
        var id = value.id
        try identifier(number, name, &id)
        value = InstrumentID(id)
    }
    /// The order's id.
    @inlinable
    public mutating func order(_ number: UInt64, _ name: StaticString, _ value: inout OrderID)
        throws(WireError)
    {
        var id = value.id
        try identifier(number, name, &id)
        value = OrderID(id)
    }
    /// A name that a client gave, empty when absent.
    @inlinable
    public mutating func name(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout ClientName?
    ) throws(WireError) {
        var text = value?.text ?? ""
        try self.text(number, name, &text)
        guard !text.isEmpty else {
            value = nil
            return
        }
        guard let known = ClientName(text) else { throw .outOfRange(field: number) }
        value = known
    }
    /// A symbol; required.
    @inlinable
    public mutating func symbol(_ number: UInt64, _ name: StaticString, _ value: inout Symbol)
        throws(WireError)
    {
        var text = value.text
        try self.text(number, name, &text)
        guard let known = Symbol(text) else { throw .outOfRange(field: number) }
        value = known
    }
}

extension OwnerID {
    /// No owner.
    public static let none = OwnerID(.none)
}

extension AccountID {
    /// No account.
    public static let none = AccountID(.none)
}

extension InstrumentID {
    /// No instrument.
    public static let none = InstrumentID(.none)
}

extension OrderID {
    /// No order.
    public static let none = OrderID(.none)
}

extension Symbol {
    /// A symbol that no instrument has.
    public static let none = Symbol(unchecked: "-")
}
