// Daily closes of 20 US stocks, 1990 to 2022, bundled as an LZ4 frame of CSV (see `Resources/SOURCE.md`):
//
//     header   "Date" and the symbols, each once
//     row      YYYY-MM-DD, later than the row before, and a close for each symbol
//
// Fields are separated by commas and never quoted; every line ends in CR LF, the last one too. A close is a
// decimal above zero and a multiple of 0.001. A missing close would be an empty field: there is none, and one
// is an error.

public import BifrostKernel
internal import Crypto
internal import LZ4Codec

/// A market of real prices to try things on, the same for everyone.
public struct DemoMarket: Sendable {
    /// The folder of the resources, beside the program.
    public static let bundleName = "Bifrost_DemoMarket.resources"
    /// The smallest step of a price, 0.001.
    public static let tick = Price(nanos: 1_000_000)

    /// What is traded, in the order of the closes.
    public let symbols: [Symbol]
    /// The trading days, ascending, each with one close for each symbol.
    public let days: [(date: BusinessDate, closes: [Price])]

    /// Reads the closes that are bundled with the program, about a megabyte.
    public static func load() throws(DemoMarketError) -> DemoMarket {
        try load(path: ResourceFile.folderOfProgram() + "/" + bundleName + "/" + fileName)
    }

    static let fileName = "us-20-daily-close-1990-2022.csv.lz4"
    static let contentSHA256 = "5f769c6d7be57f62a4dfd1f553995855462a17c92b21a4af4245439c6115617f"
    static let contentBytesMax = 1 << 21
    static let frameBytesMax = 1 << 20

    static func load(path: String) throws(DemoMarketError) -> DemoMarket {
        try DemoMarket(csv: content(of: try ResourceFile.read(path, bytesMax: frameBytesMax), path: path))
    }

    /// The text that the frame holds, which must be the one that this build was made with.
    static func content(of frame: [UInt8], path: String) throws(DemoMarketError) -> [UInt8] {
        let content: [UInt8]
        do throws(LZ4Error) {
            content = try LZ4Frame.decompress(frame, decompressedBytesMax: contentBytesMax)
        } catch {
            throw .damaged(path: path, reason: error.description)
        }
        let digest = SHA256.hash(data: content).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard digest == contentSHA256 else {
            throw .damaged(path: path, reason: "expected SHA-256 \(contentSHA256), was \(digest)")
        }
        return content
    }

    init(csv bytes: [UInt8]) throws(DemoMarketError) {
        var lines = LineReader(bytes: bytes)
        guard let header = try lines.next() else {
            throw .malformed(line: 1, reason: "expected a header, was none")
        }
        let symbols = try Self.symbols(of: header)
        var days: [(date: BusinessDate, closes: [Price])] = []
        while let fields = try lines.next() {
            let day = try Self.day(fields, symbols, line: lines.number)
            if let last = days.last, day.date <= last.date {
                throw .malformed(
                    line: lines.number,
                    reason: "expected a day after \(last.date.text), was \(day.date.text)"
                )
            }
            days.append(day)
        }
        self.symbols = symbols
        self.days = days
    }

    private static func symbols(of fields: [String]) throws(DemoMarketError) -> [Symbol] {
        guard fields[0] == "Date", fields.count > 1 else {
            throw .malformed(line: 1, reason: "expected Date and symbols, was \(fields[0])")
        }
        var symbols: [Symbol] = []
        for field in fields.dropFirst() {
            guard let symbol = Symbol(field), !symbols.contains(symbol) else {
                throw .malformed(line: 1, reason: "expected a new symbol, was '\(field)'")
            }
            symbols.append(symbol)
        }
        return symbols
    }

    private static func day(
        _ fields: [String],
        _ symbols: [Symbol],
        line: Int
    ) throws(DemoMarketError) -> (date: BusinessDate, closes: [Price]) {
        guard let date = BusinessDate(fields[0]) else {
            throw .malformed(line: line, reason: "expected a date, was '\(fields[0])'")
        }
        guard fields.count == symbols.count + 1 else {
            throw .malformed(
                line: line,
                reason: "expected \(symbols.count) closes, was \(fields.count - 1)"
            )
        }
        var closes: [Price] = []
        closes.reserveCapacity(symbols.count)
        for (symbol, field) in zip(symbols, fields.dropFirst()) {
            guard let price = try? Price(field), price > .zero, price.nanos % tick.nanos == 0 else {
                let found = field.isEmpty ? "missing" : "'\(field)'"
                throw .malformed(
                    line: line,
                    reason: "expected a close of \(symbol.text) in steps of \(tick.text), was \(found)"
                )
            }
            closes.append(price)
        }
        return (date, closes)
    }
}

/// Cuts bytes into lines and fields.
private struct LineReader {
    let bytes: [UInt8]
    /// The line that was read last, from 1.
    private(set) var number = 0
    private var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The fields of the next line, at least one; `nil` at the end.
    mutating func next() throws(DemoMarketError) -> [String]? {
        guard index < bytes.count else { return nil }
        number += 1
        var fields: [String] = []
        var start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: ","):
                fields.append(String(decoding: bytes[start..<index], as: UTF8.self))
                start = index + 1
            case UInt8(ascii: "\r") where index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n"):
                fields.append(String(decoding: bytes[start..<index], as: UTF8.self))
                index += 2
                return fields
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "\""):
                throw .malformed(
                    line: number,
                    reason: "expected CR LF at the end and no quotes, was another line"
                )
            default: break
            }
            index += 1
        }
        throw .malformed(line: number, reason: "expected CR LF at the end, was the end of the file")
    }
}
