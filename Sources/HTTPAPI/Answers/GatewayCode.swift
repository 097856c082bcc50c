/// Why the door turned a request away before it became a command.
///
/// The names are a public contract beside those of the rules: printed, documented and never reused.
public enum GatewayCode: String, Error, Sendable, CaseIterable {
    // The request itself
    case routeUnknown = "ROUTE_UNKNOWN"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case originForeign = "ORIGIN_FOREIGN"
    case bodyTooLarge = "BODY_TOO_LARGE"
    case bodyMalformed = "BODY_MALFORMED"
    case fieldUnknown = "FIELD_UNKNOWN"
    case fieldMissing = "FIELD_MISSING"
    case fieldMalformed = "FIELD_MALFORMED"
    case fieldsDisagree = "FIELDS_DISAGREE"
    // Command ids
    case idempotencyKeyMissing = "IDEMPOTENCY_KEY_MISSING"
    case idempotencyKeyMalformed = "IDEMPOTENCY_KEY_MALFORMED"
    case idempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED"
    case commandIDReserved = "COMMAND_ID_RESERVED"
    // Names
    case aliasMalformed = "ALIAS_MALFORMED"
    case symbolMalformed = "SYMBOL_MALFORMED"
    case currencyUnknown = "CURRENCY_UNKNOWN"
    case clientOrderIDMalformed = "CLIENT_ORDER_ID_MALFORMED"
    case orderIDMalformed = "ORDER_ID_MALFORMED"
    case rebalanceIDMalformed = "REBALANCE_ID_MALFORMED"
    case dateMalformed = "DATE_MALFORMED"
    // Numbers
    case amountMalformed = "AMOUNT_MALFORMED"
    case amountTooPrecise = "AMOUNT_TOO_PRECISE"
    case amountOutOfRange = "AMOUNT_OUT_OF_RANGE"
    case quantityMalformed = "QUANTITY_MALFORMED"
    case quantityTooPrecise = "QUANTITY_TOO_PRECISE"
    case quantityOutOfRange = "QUANTITY_OUT_OF_RANGE"
    case priceMalformed = "PRICE_MALFORMED"
    case priceTooPrecise = "PRICE_TOO_PRECISE"
    case priceOutOfRange = "PRICE_OUT_OF_RANGE"
    // Things
    case unknownAccount = "UNKNOWN_ACCOUNT"
    case unknownOrder = "UNKNOWN_ORDER"
    case unknownInstrument = "UNKNOWN_INSTRUMENT"
    case positionUnknown = "POSITION_UNKNOWN"
    case positionMalformed = "POSITION_MALFORMED"
    // The service
    case busy = "BUSY"
    case storageLow = "STORAGE_LOW"
    case stopped = "STOPPED"
    case logUnavailable = "LOG_UNAVAILABLE"
    case positionNotReached = "POSITION_NOT_REACHED"
    case readModelUnavailable = "READ_MODEL_UNAVAILABLE"
    case internalError = "INTERNAL_ERROR"

    /// The status that goes with it.
    public var status: Int {
        switch self {
        case .routeUnknown, .unknownAccount, .unknownOrder, .unknownInstrument: 404
        case .methodNotAllowed: 405
        case .originForeign: 403
        case .bodyTooLarge: 413
        case .fieldsDisagree: 422
        case .idempotencyKeyReused, .positionUnknown: 409
        case .busy, .storageLow, .stopped, .logUnavailable, .positionNotReached,
            .readModelUnavailable:
            503
        case .internalError: 500
        default: 400
        }
    }

    /// What it says in a few words; a problem's `title`.
    public var title: String {
        switch self {
        case .routeUnknown: "There is no such route"
        case .methodNotAllowed: "The path has no such method"
        case .originForeign: "The request comes from another site"
        case .bodyTooLarge: "The body is too large"
        case .bodyMalformed: "The body is not the JSON that is expected"
        case .fieldUnknown: "The body has a field that is not known here"
        case .fieldMissing: "The body lacks a field"
        case .fieldMalformed: "A field has a value of another form than expected"
        case .fieldsDisagree: "Two fields cannot both be so"
        case .idempotencyKeyMissing: "The header Idempotency-Key is missing"
        case .idempotencyKeyMalformed: "The header Idempotency-Key is malformed"
        case .idempotencyKeyReused: "The idempotency key stands for another command"
        case .commandIDReserved: "The idempotency key is one of the core's own"
        case .aliasMalformed: "The alias is malformed"
        case .symbolMalformed: "The symbol is malformed"
        case .currencyUnknown: "The currency is not known"
        case .clientOrderIDMalformed: "The client order id is malformed"
        case .orderIDMalformed: "The order id is malformed"
        case .rebalanceIDMalformed: "The rebalance id is malformed"
        case .dateMalformed: "The date is malformed"
        case .amountMalformed, .quantityMalformed, .priceMalformed: "A number is malformed"
        case .amountTooPrecise, .quantityTooPrecise, .priceTooPrecise: "A number has too many decimals"
        case .amountOutOfRange, .quantityOutOfRange, .priceOutOfRange: "A number is out of range"
        case .unknownAccount: "There is no such account"
        case .unknownOrder: "There is no such order"
        case .unknownInstrument: "There is no such instrument"
        case .positionUnknown: "The log has no such position"
        case .positionMalformed: "The position is malformed"
        case .positionNotReached: "The read models are not at that position yet"
        case .readModelUnavailable: "A read model cannot be read"
        case .busy: "The queue is full"
        case .storageLow: "The disk has only its reserve left"
        case .stopped: "The engine is not running"
        case .logUnavailable: "The log cannot be read"
        case .internalError: "Something failed inside"
        }
    }
}

/// A request turned away at the door: the code, and a sentence of what to do about it.
public struct GatewayRejection: Error, Equatable, Sendable {
    /// Why.
    public let code: GatewayCode
    /// What was expected, what was met, what to do.
    public let detail: String
    /// Puts the two together.
    public init(_ code: GatewayCode, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
