public import BifrostKernel

/// Prints the fields of a payload as JSON text, for people and for tools: an export, never read back.
///
/// Decimals and amounts are strings, so that no reader rounds them; ids are UUID text, dates `YYYY-MM-DD`,
/// times RFC 3339, choices and rejection codes their names, bytes lower-case hexadecimal. Numbers, flags,
/// decimals, lists and nested messages always show; an absent optional, an empty text, empty bytes and the id
/// of nothing are left out.
public struct JSONPrinter: FieldVisitor {
    private var out: [UInt8] = []
    private var isFirst = true

    /// The JSON object of one value.
    public static func text<M: WireFields>(of value: M) -> String {
        String(decoding: bytes(of: value), as: UTF8.self)
    }

    /// The JSON object of one value with one more field, whose value is JSON text already.
    static func text<M: WireFields>(of value: M, adding name: StaticString, _ json: String) -> String {
        var printer = JSONPrinter()
        printer.out = bytes(of: value)
        printer.out.removeLast()
        printer.isFirst = printer.out.count == 1
        printer.bare(name, json)
        return String(decoding: printer.out, as: UTF8.self) + "}"
    }

    private static func bytes<M: WireFields>(of value: M) -> [UInt8] {
        var printer = JSONPrinter()
        do throws(WireError) {
            try printer.object(value)
        } catch {
            preconditionFailure("a printer takes every value of its type")
        }
        return printer.out
    }

    private mutating func object<M: WireFields>(_ value: M) throws(WireError) {
        var copy = value
        out.append(UInt8(ascii: "{"))
        isFirst = true
        try copy.fields(&self)
        out.append(UInt8(ascii: "}"))
        isFirst = false
    }

    private mutating func key(_ name: StaticString) {
        if !isFirst { out.append(UInt8(ascii: ",")) }
        isFirst = false
        name.withUTF8Buffer { bytes in
            out.append(UInt8(ascii: "\""))
            out.append(contentsOf: bytes)
            out.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: ":")])
        }
    }

    private mutating func string(_ name: StaticString, _ text: String) {
        key(name)
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 { escape(byte) }
        out.append(UInt8(ascii: "\""))
    }

    /// RFC 8259 §7; DEL and all bytes of longer characters stand for themselves.
    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case 0x0a: out.append(contentsOf: "\\n".utf8)
        case 0x0d: out.append(contentsOf: "\\r".utf8)
        case 0x09: out.append(contentsOf: "\\t".utf8)
        case 0..<0x20: out.append(contentsOf: ("\\u00" + Self.hexadecimal([byte])).utf8)
        default: out.append(byte)
        }
    }

    private mutating func bare(_ name: StaticString, _ text: String) {
        key(name)
        out.append(contentsOf: text.utf8)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}

extension JSONPrinter {
    /// Prints a JSON number.
    public mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64) {
        bare(name, String(value))
    }
    /// Prints a JSON number.
    public mutating func int(_ number: UInt64, _ name: StaticString, _ value: inout Int64) {
        bare(name, String(value))
    }
    /// Prints `true` or `false`.
    public mutating func flag(_ number: UInt64, _ name: StaticString, _ value: inout Bool) {
        bare(name, value ? "true" : "false")
    }
    /// Prints the text unless empty.
    public mutating func text(_ number: UInt64, _ name: StaticString, _ value: inout String) {
        if !value.isEmpty { string(name, value) }
    }
    /// Prints a list of texts.
    public mutating func texts(_ number: UInt64, _ name: StaticString, _ value: inout [String]) {
        key(name)
        out.append(UInt8(ascii: "["))
        for (index, text) in value.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out.append(UInt8(ascii: "\""))
            for byte in text.utf8 { escape(byte) }
            out.append(UInt8(ascii: "\""))
        }
        out.append(UInt8(ascii: "]"))
    }
    /// Prints two digits for each byte unless there are none.
    public mutating func bytes(_ number: UInt64, _ name: StaticString, _ value: inout [UInt8]) {
        if !value.isEmpty { string(name, Self.hexadecimal(value)) }
    }
    /// Prints UUID text unless the id names nothing.
    public mutating func identifier(_ number: UInt64, _ name: StaticString, _ value: inout Identifier) {
        if value != .none { string(name, value.text) }
    }
    /// Prints a decimal in quotes.
    public mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price) {
        string(name, value.text)
    }
    /// Prints a decimal in quotes if present.
    public mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price?) {
        if let value { string(name, value.text) }
    }
    /// Prints a decimal in quotes.
    public mutating func quantity(_ number: UInt64, _ name: StaticString, _ value: inout Quantity) {
        string(name, value.text)
    }
    /// Prints the code's name if present.
    public mutating func code(_ number: UInt64, _ name: StaticString, _ value: inout RejectionCode?) {
        if let value { string(name, value.name) }
    }
    /// Prints a decimal in quotes.
    public mutating func money(_ number: UInt64, _ name: StaticString, _ value: inout Money) {
        string(name, value.text)
    }
    /// Prints a decimal in quotes if present.
    public mutating func wide(_ number: UInt64, _ name: StaticString, _ value: inout Int128?) {
        if let value { string(name, Decimals.text(value)) }
    }
    /// Prints `YYYY-MM-DD` in quotes.
    public mutating func date(_ number: UInt64, _ name: StaticString, _ value: inout BusinessDate) {
        string(name, value.text)
    }
    /// Prints the date if present.
    public mutating func date(_ number: UInt64, _ name: StaticString, _ value: inout BusinessDate?) {
        if let value { string(name, value.text) }
    }
    /// Prints a JSON number if present.
    public mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64?) {
        if let value { bare(name, String(value)) }
    }
    /// Prints a list of dates.
    public mutating func dates(_ number: UInt64, _ name: StaticString, _ value: inout [BusinessDate]) {
        bare(name, "[" + value.map { "\"" + $0.text + "\"" }.joined(separator: ",") + "]")
    }
    /// Prints RFC 3339 in UTC if present.
    public mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp?) {
        if let value { string(name, value.text) }
    }
    /// Prints RFC 3339 in UTC.
    public mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp) {
        string(name, value.text)
    }
    /// Prints the name in the published schema.
    public mutating func choice<C: WireChoice>(_ number: UInt64, _ name: StaticString, _ value: inout C) {
        string(name, value.name)
    }
    /// Prints the case's name if present.
    public mutating func choice<C: WireChoice>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout C?
    ) {
        if let value { string(name, value.name) }
    }
    /// Prints a list of the cases' names unless there are none.
    public mutating func choices<C: WireChoice>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [C]
    ) {
        if !value.isEmpty { bare(name, "[" + value.map { "\"\($0.name)\"" }.joined(separator: ",") + "]") }
    }
    /// Prints an object.
    public mutating func message<M: WireFields>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout M
    ) throws(WireError) {
        key(name)
        try object(value)
    }
    /// Prints an object if present.
    public mutating func message<M: WireFields>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout M?
    ) throws(WireError) {
        guard let value else { return }
        key(name)
        try object(value)
    }
    /// Prints a list of objects.
    public mutating func list<M: WireFields>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [M]
    ) throws(WireError) {
        key(name)
        out.append(UInt8(ascii: "["))
        for (index, element) in value.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            try object(element)
        }
        out.append(UInt8(ascii: "]"))
    }
}
