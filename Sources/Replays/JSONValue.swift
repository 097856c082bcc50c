/// A JSON value whose fields keep the order in which they were given.
public indirect enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case flag(Bool)
    /// A count or a position; amounts are text.
    case number(Int64)
    /// A string.
    case text(String)
    /// Text that is JSON already.
    case raw(String)
    /// An array.
    case list([JSONValue])
    /// An object.
    case object([(String, JSONValue)])

    /// A string, or `null` when absent.
    public static func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }

    /// The value on one line.
    public var line: String {
        var out = ""
        write(to: &out, indent: nil)
        return out
    }

    /// The value with one field a line, for people.
    public var pretty: String {
        var out = ""
        write(to: &out, indent: 0)
        return out
    }

    private func write(to out: inout String, indent: Int?) {
        switch self {
        case .null: out += "null"
        case .flag(let value): out += value ? "true" : "false"
        case .number(let value): out += String(value)
        case .text(let value): Self.quote(value, to: &out)
        case .raw(let value): out += value
        case .list(let values):
            Self.enclose("[", "]", values, to: &out, indent) { $0.write(to: &$1, indent: $2) }
        case .object(let fields):
            Self.enclose("{", "}", fields, to: &out, indent) { field, out, inner in
                Self.quote(field.0, to: &out)
                out += inner == nil ? ":" : ": "
                field.1.write(to: &out, indent: inner)
            }
        }
    }

    private static func enclose<Element>(
        _ open: String,
        _ close: String,
        _ elements: [Element],
        to out: inout String,
        _ indent: Int?,
        _ write: (Element, inout String, Int?) -> Void
    ) {
        out += open
        let inner = indent.map { $0 + 2 }
        for (index, element) in elements.enumerated() {
            if index > 0 { out += "," }
            if let inner { out += "\n" + String(repeating: " ", count: inner) }
            write(element, &out, inner)
        }
        if let indent, !elements.isEmpty { out += "\n" + String(repeating: " ", count: indent) }
        out += close
    }

    /// Quotes, backslashes and control characters are escaped; everything else stands as it is.
    private static func quote(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
