import BifrostKernel
import EventRegistry
import Sagas
import Testing

/// An event whose bytes are frozen.
struct Sample: Sendable, CustomTestStringConvertible {
    enum Label: String, CaseIterable, Sendable {
        /// Every field set, at its bounds where it has any.
        case rich
        /// Every field at its default.
        case sparse
    }

    let label: Label
    let event: DomainEvent
    let type: UInt32
    let name: String
    let schemaVersion: UInt32
    /// What the hand-written encoder makes of it.
    let bytes: [UInt8]

    init(_ label: Label, _ event: DomainEvent) {
        var encoding = Encoding()
        EventRegistry.visit(event, &encoding)
        self.label = label
        self.event = event
        type = encoding.type
        name = encoding.name
        schemaVersion = encoding.schemaVersion
        bytes = encoding.bytes
    }

    var testDescription: String { "\(name), \(label.rawValue)" }

    static let all: [Sample] =
        shardSamples + referenceSamples + announcementSamples + revisionSamples + orderSamples + judgeSamples
        + portfolioSamples + sagaSamples + suspenseSamples + currencySamples

    static func pair(rich: DomainEvent, sparse: DomainEvent) -> [Sample] {
        [Sample(.rich, rich), Sample(.sparse, sparse)]
    }
}

/// The payload's bytes and its place in the registry.
struct Encoding: PayloadVisitor {
    var type: UInt32 = 0
    var name = ""
    var schemaVersion: UInt32 = 0
    var bytes: [UInt8] = []

    mutating func visit<P: EventPayload>(_ payload: P) {
        type = P.eventType
        name = String(describing: P.eventName)
        schemaVersion = P.schemaVersion
        bytes = WireEncoder.encode(payload)
    }
}

/// Values at the bounds of their types, and ids that tell themselves apart.
enum Extreme {
    static let price = Price(nanos: Price.nanosMax)
    static let lowPrice = Price(nanos: -Price.nanosMax)
    static let quantity = Quantity(nanos: Quantity.nanosMax)
    static let lowQuantity = Quantity(nanos: -Quantity.nanosMax)
    static let money = Money(nanos: Money.nanosMax)
    static let lowMoney = Money(nanos: -Money.nanosMax)
    static let date = BusinessDate(days: .max)
    static let lowDate = BusinessDate(days: .min)
    static let time = Timestamp(nanos: .max)
    static let lowTime = Timestamp(nanos: .min)
    static let rate = BasisPoints(1_000_000)
    static let position = Int64.max
    /// Quotes, a control character, two, three and four bytes of UTF-8.
    static let text = "a\"\\\u{1}é€𝄞"
    static let bytes = [UInt8](0...255)

    static func id(_ kind: IdentifierKind, _ birth: Int64) -> Identifier {
        Identifier(kind, slot: 65_535, shard: 16_383, birth: birth, index: 65_535)
    }
    static let order = OrderID(id(.order, (1 << 56) - 1))
    static let account = AccountID(id(.account, 1 << 55))
    static let instrument = InstrumentID(id(.instrument, 12))
    static let execution = id(.execution, 0xabcdef)
    static let owner = OwnerID(id(.owner, 3))
    static let log = Identifier(high: .max, low: .max)

    static var symbol: Symbol { Symbol("BRK.B-2026/Class_A:" + String(repeating: "z", count: 13)) ?? .none }
    static var clientName: ClientName? { ClientName(String(repeating: "~", count: ClientName.bytesMax)) }
    static var yen: Currency { Currency("JPY") ?? .usd }

    static var checks: [RuleCheck] {
        [
            RuleCheck(.venueUnpriced, passed: true, limit: .max, value: .min, warned: true),
            RuleCheck(.quantityNotPositive, passed: false, limit: 0, value: -1),
            RuleCheck(),
        ]
    }
}
