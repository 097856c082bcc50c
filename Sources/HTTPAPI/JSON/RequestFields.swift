internal import BifrostKernel
internal import Orders

/// The members of a request's body, taken one by one; what nobody took is an error, so that a misspelt field
/// never passes for an absent one.
struct RequestFields {
    /// The members by name.
    ///
    /// Only looked up, never iterated.
    private var rest: [String: JSON]
    private let place: String

    init(_ json: JSON, at place: String = "the body") throws(GatewayRejection) {
        guard case .object(let members) = json else {
            throw GatewayRejection(.bodyMalformed, "Expected \(place) to be an object, was \(json.kind).")
        }
        rest = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        self.place = place
    }

    /// Nothing may be left.
    func end() throws(GatewayRejection) {
        guard let name = rest.keys.min() else { return }
        let shown = name.unicodeScalars.prefix(64).map { $0.escaped(asASCII: true) }.joined()
        throw GatewayRejection(.fieldUnknown, "Remove `\(shown)` from \(place): it is not known here.")
    }

    /// A member that may be absent; `null` is absent.
    mutating func optional(_ name: String) -> JSON? {
        guard let value = rest.removeValue(forKey: name), value != .null else { return nil }
        return value
    }

    /// Whether a member is there and not `null`, which is taken out.
    mutating func has(_ name: String) -> Bool {
        if rest[name] == JSON.null { rest[name] = nil }
        return rest[name] != nil
    }

    mutating func required(_ name: String) throws(GatewayRejection) -> JSON {
        guard let value = optional(name) else {
            throw GatewayRejection(.fieldMissing, "Add `\(name)` to \(place).")
        }
        return value
    }

    mutating func text(_ name: String) throws(GatewayRejection) -> String {
        try Self.text(try required(name), name)
    }

    mutating func optionalText(_ name: String) throws(GatewayRejection) -> String? {
        guard let value = optional(name) else { return nil }
        return try Self.text(value, name)
    }

    private static func text(_ value: JSON, _ name: String) throws(GatewayRejection) -> String {
        guard let text = value.string else {
            throw GatewayRejection(.fieldMalformed, "Expected `\(name)` to be a string, was \(value.kind).")
        }
        return text
    }

    /// 1–64 printable ASCII characters, as a book or a strategy is called.
    mutating func label(_ name: String) throws(GatewayRejection) -> String? {
        guard let text = try optionalText(name) else { return nil }
        guard ActorName(text) != nil else {
            throw GatewayRejection(.fieldMalformed, "`\(name)` has 1–64 printable ASCII characters.")
        }
        return text
    }

    mutating func symbol(_ name: String) throws(GatewayRejection) -> Symbol {
        guard let symbol = Symbol(try text(name)) else {
            throw GatewayRejection(.symbolMalformed, "`\(name)` has 1–32 of A–Z a–z 0–9 . - / _ :")
        }
        return symbol
    }

    mutating func currency(_ name: String) throws(GatewayRejection) -> Currency {
        guard let currency = Currency(try text(name)) else {
            throw GatewayRejection(.currencyUnknown, "`\(name)` is an ISO 4217 code in capitals, as USD.")
        }
        return currency
    }

    mutating func date(_ name: String) throws(GatewayRejection) -> BusinessDate {
        try Self.date(try text(name), name)
    }

    static func date(_ text: String, _ name: String) throws(GatewayRejection) -> BusinessDate {
        guard let date = BusinessDate(text) else {
            throw GatewayRejection(.dateMalformed, "`\(name)` is a day of the form YYYY-MM-DD.")
        }
        return date
    }

    /// A word of a closed set; `words` pairs each with what it means.
    mutating func choice<T>(_ name: String, _ words: [(String, T)]) throws(GatewayRejection) -> T {
        try Self.choice(try text(name), name, words)
    }

    mutating func optionalChoice<T>(_ name: String, _ words: [(String, T)]) throws(GatewayRejection) -> T? {
        guard let text = try optionalText(name) else { return nil }
        return try Self.choice(text, name, words)
    }

    private static func choice<T>(_ text: String, _ name: String, _ words: [(String, T)])
        throws(GatewayRejection) -> T
    {
        guard let found = words.first(where: { $0.0 == text }) else {
            let known = words.map { "`\($0.0)`" }.joined(separator: ", ")
            throw GatewayRejection(.fieldMalformed, "`\(name)` is one of \(known).")
        }
        return found.1
    }

    mutating func list(_ name: String, countMax: Int) throws(GatewayRejection) -> [JSON] {
        let value = try required(name)
        guard let elements = value.array else {
            throw GatewayRejection(.fieldMalformed, "Expected `\(name)` to be an array, was \(value.kind).")
        }
        guard (1...countMax).contains(elements.count) else {
            throw GatewayRejection(
                .fieldMalformed,
                "`\(name)` has 1–\(countMax) elements, was \(elements.count)."
            )
        }
        return elements
    }
}

/// The codes of one kind of number.
struct NumberCodes {
    let malformed: GatewayCode
    let tooPrecise: GatewayCode
    let outOfRange: GatewayCode

    static let amount = NumberCodes(
        malformed: .amountMalformed,
        tooPrecise: .amountTooPrecise,
        outOfRange: .amountOutOfRange
    )
    static let quantity = NumberCodes(
        malformed: .quantityMalformed,
        tooPrecise: .quantityTooPrecise,
        outOfRange: .quantityOutOfRange
    )
    static let price = NumberCodes(
        malformed: .priceMalformed,
        tooPrecise: .priceTooPrecise,
        outOfRange: .priceOutOfRange
    )

    func rejection(_ error: DecimalError, _ name: String) -> GatewayRejection {
        switch error {
        case .malformed:
            GatewayRejection(
                malformed,
                "`\(name)` is a decimal such as \"187.25\": no exponent, no separators."
            )
        case .tooPrecise:
            GatewayRejection(
                tooPrecise,
                "`\(name)` has at most nine decimals: nothing is rounded on the way in."
            )
        case .outOfRange:
            GatewayRejection(outOfRange, "`\(name)` is beyond what can be held: give a smaller number.")
        }
    }
}

extension RequestFields {
    mutating func money(_ name: String) throws(GatewayRejection) -> Money {
        let text = try decimal(try required(name), name, .amount)
        do throws(DecimalError) { return try Money(text) } catch {
            throw NumberCodes.amount.rejection(error, name)
        }
    }

    mutating func quantity(_ name: String) throws(GatewayRejection) -> Quantity {
        let text = try decimal(try required(name), name, .quantity)
        do throws(DecimalError) {
            return try Quantity(text)
        } catch {
            throw NumberCodes.quantity.rejection(error, name)
        }
    }

    mutating func optionalQuantity(_ name: String) throws(GatewayRejection) -> Quantity? {
        guard let value = optional(name) else { return nil }
        let text = try decimal(value, name, .quantity)
        do throws(DecimalError) {
            return try Quantity(text)
        } catch {
            throw NumberCodes.quantity.rejection(error, name)
        }
    }

    /// A rate in basis points, with six decimals at most.
    mutating func optionalRate(_ name: String) throws(GatewayRejection) -> BasisPoints? {
        guard let value = try optionalQuantity(name) else { return nil }
        guard value.nanos % 1000 == 0, let rate = BasisPoints(micros: value.nanos / 1000) else {
            throw GatewayRejection(
                .fieldMalformed,
                "`\(name)` is 0 to 1000000 basis points with at most six decimals."
            )
        }
        return rate
    }

    mutating func rate(_ name: String) throws(GatewayRejection) -> BasisPoints {
        let value = try required(name)
        rest[name] = value
        return try optionalRate(name) ?? BasisPoints(0)
    }

    /// `true` or `false`; false when absent.
    mutating func flag(_ name: String) throws(GatewayRejection) -> Bool {
        guard let value = optional(name) else { return false }
        guard case .bool(let flag) = value else {
            throw GatewayRejection(
                .fieldMalformed,
                "Expected `\(name)` to be true or false, was \(value.kind)."
            )
        }
        return flag
    }

    mutating func optionalDate(_ name: String) throws(GatewayRejection) -> BusinessDate? {
        guard let text = try optionalText(name) else { return nil }
        return try Self.date(text, name)
    }

    mutating func price(_ name: String) throws(GatewayRejection) -> Price {
        try price(try required(name), name)
    }

    mutating func optionalPrice(_ name: String) throws(GatewayRejection) -> Price? {
        guard let value = optional(name) else { return nil }
        return try price(value, name)
    }

    private func price(_ value: JSON, _ name: String) throws(GatewayRejection) -> Price {
        let text = try decimal(value, name, .price)
        do throws(DecimalError) { return try Price(text) } catch {
            throw NumberCodes.price.rejection(error, name)
        }
    }

    /// A string, or a whole number: other numbers have often been a binary fraction before.
    private func decimal(_ value: JSON, _ name: String, _ codes: NumberCodes) throws(GatewayRejection)
        -> String
    {
        switch value {
        case .string(let text): return text
        case .number(let digits):
            if let whole = Self.whole(digits) { return whole }
            fallthrough
        default:
            throw GatewayRejection(
                codes.malformed,
                "Give `\(name)` as a string such as \"187.25\" or as an integer; was \(value.kind)."
            )
        }
    }

    /// The digits of a whole number, which may have zeros behind a point; `nil` of any other.
    static func whole(_ digits: String) -> String? {
        let parts = digits.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.count == 1 || parts[1].allSatisfy({ $0 == UInt8(ascii: "0") }),
            parts[0].allSatisfy({ $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") })
        else { return nil }
        return String(parts[0])
    }
}
