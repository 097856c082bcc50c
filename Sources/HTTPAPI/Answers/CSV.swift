internal import HTTPTypes
internal import Hummingbird

/// Whether a list is wanted as JSON, or as a table (RFC 4180).
enum ListFormat: Sendable {
    case json
    case csv
}

extension QueryFields {
    /// `format`, else what the header `Accept` names.
    mutating func format(_ request: Request) throws(GatewayRejection) -> ListFormat {
        if let named = try choice("format", [("json", ListFormat.json), ("csv", .csv)]) { return named }
        let accepted = request.headers[.accept] ?? ""
        return accepted.lowercased().hasPrefix("text/csv") ? .csv : .json
    }
}

extension HTTPField.Name {
    static let bifrostNext = HTTPField.Name("Bifrost-Next")
}

extension Response {
    /// A list: `body` as it is, or `rows` of it with these columns, and what is the next page's `before` in
    /// the header `Bifrost-Next`.
    static func list(_ body: JSON, _ format: ListFormat, _ rows: [JSON], _ columns: [String]) -> Response {
        guard format == .csv else { return json(body) }
        var response = text(CSV.text(rows, columns), type: "text/csv; charset=utf-8; header=present")
        if let name = HTTPField.Name.bifrostNext {
            switch body["next"] {
            case .number(let next)?, .string(let next)?: response.headers[name] = next
            default: break
            }
        }
        return response
    }
}

/// A table of comma-separated values.
enum CSV {
    static func text(_ rows: [JSON], _ columns: [String]) -> String {
        var text = columns.joined(separator: ",") + "\r\n"
        for row in rows {
            text += columns.map { cell(row[$0] ?? .null) }.joined(separator: ",") + "\r\n"
        }
        return text
    }

    /// A text that a spreadsheet would take for a formula gets an apostrophe in front.
    private static func cell(_ value: JSON) -> String {
        var text =
            switch value {
            case .null: ""
            case .string(let text): text
            default: value.text
            }
        if let first = text.first, "=+@\t\r".contains(first) || (first == "-" && !isNumber(text)) {
            text = "'" + text
        }
        guard text.contains(where: { "\",\r\n".contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }

    private static func isNumber(_ text: String) -> Bool {
        text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber || $0 == "." } && text.utf8.count > 1
    }
}
