import BifrostKernel
import LZ4Codec
import PostgresClient

@testable import FuzzTests
@testable import HTTPAPI

/// What comes from a client, from the database, or from a file of prices.
extension FuzzTarget {
    /// The body of a request.
    ///
    /// What is read is written and read again; each member is read as whatever it may be.
    static let json = FuzzTarget("json", seeds: { DecoderFuzzTests.texts.map { Array($0.utf8) } }) { bytes in
        guard let value = try? JSONReader.read(bytes) else { return }
        try promise(
            try JSONReader.read(Array(value.text.utf8)) == value,
            "what is read is written and read again"
        )
        guard case .object(let members) = value else { return }
        for member in members.prefix(membersMax) {
            for read in fieldReaders {
                var fields = try RequestFields(value)
                _ = try? read(&fields, member.name)
                _ = try? fields.end()
            }
        }
    }

    private static let membersMax = 8
    private static let elementsMax = 100

    private static let fieldReaders: [@Sendable (inout RequestFields, String) throws -> Void] = [
        { _ = try $0.text($1) }, { _ = try $0.label($1) }, { _ = try $0.symbol($1) },
        { _ = try $0.currency($1) }, { _ = try $0.date($1) }, { _ = try $0.money($1) },
        { _ = try $0.price($1) }, { _ = try $0.quantity($1) }, { _ = try $0.optionalRate($1) },
        { _ = try $0.flag($1) }, { _ = try $0.calendar($1) }, { _ = try $0.choice($1, [("buy", true)]) },
        { _ = try $0.list($1, countMax: elementsMax) },
    ]

    /// A compressed file.
    static let frames = FuzzTarget("frames", seeds: frameSeeds) { bytes in
        guard let content = try? LZ4Frame.decompress(bytes, decompressedBytesMax: contentBytesMax) else {
            return
        }
        try promise(content.count <= contentBytesMax, "a content keeps within its bound")
        let again = try LZ4Frame.decompress(LZ4Frame.compress(content), decompressedBytesMax: contentBytesMax)
        try promise(again == content, "what is compressed comes back")
    }

    private static let contentBytesMax = 4_000

    @Sendable private static func frameSeeds() -> [[UInt8]] {
        let contents = [[], Array("a short text".utf8), [UInt8](repeating: 7, count: 3_000)]
        return contents.flatMap { [LZ4Frame.compress($0), LZ4Frame.compress($0, effort: .high)] }
    }

    /// A row of a binary copy: six bytes say what its fields are read as.
    static let rows = FuzzTarget("rows", seeds: rowSeeds) { bytes in
        guard bytes.count >= kindsOfRow else { return }
        let kinds = bytes.prefix(kindsOfRow).map { Int($0 % 10) }
        _ = try? DecoderFuzzTests.readTuple(Array(bytes.dropFirst(kindsOfRow)), kinds)
    }

    private static let kindsOfRow = 6

    @Sendable private static func rowSeeds() -> [[UInt8]] {
        let text = Array("text".utf8)
        let row: [UInt8] =
            [0, 4, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 4] + text + [0xff, 0xff, 0xff, 0xff]
            + [0, 0, 0, 1, 1]
        let identifier: [UInt8] = [0, 1, 0, 0, 0, 16] + [UInt8](repeating: 1, count: 16)
        return [[0, 5, 1, 3, 8, 7] + row, [4, 8, 8, 8, 8, 8] + identifier]
    }

    /// A word that names or measures something, or a date: what is read prints as what reads the same.
    static let texts = FuzzTarget("texts", seeds: { wordSeeds.map { Array($0.utf8) } }) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let money = try? Money(text) {
            try promise(try Money(money.text) == money, "money prints exactly")
        }
        if let price = try? Price(text) {
            try promise(try Price(price.text) == price, "a price prints exactly")
        }
        if let quantity = try? Quantity(text) {
            try promise(try Quantity(quantity.text) == quantity, "a quantity prints exactly")
        }
        if let date = BusinessDate(text) { try promise(date.text == text, "a date has one form") }
        if let id = Identifier(text) { try promise(Identifier(id.text) == id, "an id prints exactly") }
        if let currency = Currency(text) { try promise(currency.code == text, "a currency has one form") }
        let names = [
            Symbol(text)?.text, ClientName(text)?.text, ActorName(text)?.text, AccountAlias(text)?.text,
        ]
        try promise(names.allSatisfy { $0 == nil || $0 == text }, "a name stays as it was given")
    }

    private static let wordSeeds = [
        "-000.10", "187.25", "0.000000001", "99999999999999.999999999",
        "170141183460469231731687303715884105727",
        "2012-02-29", "0001-01-01", "9999-12-31", "USD", "BRK.B", "alpha-1", "trader-1",
        "00000000-0000-8000-8000-000000000001",
    ]
}
