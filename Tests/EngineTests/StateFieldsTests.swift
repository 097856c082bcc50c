import BifrostKernel
import Portfolios
import References
import Sagas
import Testing

@testable import Engine

/// Goes over the fields of a type and of all types inside it, and counts at each whether every stored
/// property was named.
private struct FieldCounter: FieldVisitor {
    /// Types that name fewer: what is left out is made again from what is named.
    static let leftOut: [String: Int] = [
        // Tables with parts of their own.
        "ShardState": 5,
        // From the fees by venue.
        "ReferenceBook": 1,
        // What is spent is not written.
        "VenueWaits": 1, "Line": 1,
        // The sums of what comes in.
        "Day": 1,
    ]
    /// Types whose fields are those of what they hold: a row of a ledger with its key, and a command.
    static let flat: Set = ["LedgerRow", "PlaceOrder"]

    private(set) var faults: [String] = []
    private(set) var checked: [String] = []
    private var seen: Set<ObjectIdentifier> = []
    private var count = 0

    mutating func check<M: WireFields>(_ type: M.Type) {
        guard seen.insert(ObjectIdentifier(type)).inserted else { return }
        let outer = count
        defer { count = outer }
        count = 0
        var value = M()
        do throws(WireError) {
            try value.fields(&self)
        } catch {
            faults.append("\(type) does not name its fields: \(error)")
        }
        let mirror = Mirror(reflecting: value)
        // Events have golden bytes, and a list or a number is one field.
        let name = "\(type)"
        guard mirror.displayStyle == .struct, !(type is any EventPayload.Type), count != 1,
            !Self.flat.contains(name)
        else { return }
        checked.append(name)
        let expected = mirror.children.count - (Self.leftOut[name] ?? 0)
        if count != expected { faults.append("\(name) has \(expected) properties and names \(count)") }
    }

    mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64) { count += 1 }
    mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64?) { count += 1 }
    mutating func int(_ number: UInt64, _ name: StaticString, _ value: inout Int64) { count += 1 }
    mutating func flag(_ number: UInt64, _ name: StaticString, _ value: inout Bool) { count += 1 }
    mutating func text(_ number: UInt64, _ name: StaticString, _ value: inout String) { count += 1 }
    mutating func texts(_ number: UInt64, _ name: StaticString, _ value: inout [String]) { count += 1 }
    mutating func bytes(_ number: UInt64, _ name: StaticString, _ value: inout [UInt8]) { count += 1 }
    mutating func identifier(_ number: UInt64, _ name: StaticString, _ value: inout Identifier) { count += 1 }
    mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price) { count += 1 }
    mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price?) { count += 1 }
    mutating func quantity(_ number: UInt64, _ name: StaticString, _ value: inout Quantity) { count += 1 }
    mutating func code(_ number: UInt64, _ name: StaticString, _ value: inout RejectionCode?) { count += 1 }
    mutating func money(_ number: UInt64, _ name: StaticString, _ value: inout Money) { count += 1 }
    mutating func wide(_ number: UInt64, _ name: StaticString, _ value: inout Int128?) { count += 1 }
    mutating func date(_ number: UInt64, _ name: StaticString, _ value: inout BusinessDate) { count += 1 }
    mutating func date(_ number: UInt64, _ name: StaticString, _ value: inout BusinessDate?) { count += 1 }
    mutating func dates(_ number: UInt64, _ name: StaticString, _ value: inout [BusinessDate]) { count += 1 }
    mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp) { count += 1 }
    mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp?) { count += 1 }
    mutating func choice<C: WireChoice>(_ number: UInt64, _ name: StaticString, _ value: inout C) {
        count += 1
    }
    mutating func message<M: WireFields>(_ number: UInt64, _ name: StaticString, _ value: inout M) {
        count += 1
        check(M.self)
    }
    mutating func message<M: WireFields>(_ number: UInt64, _ name: StaticString, _ value: inout M?) {
        count += 1
        check(M.self)
    }
    mutating func list<M: WireFields>(_ number: UInt64, _ name: StaticString, _ value: inout [M]) {
        count += 1
        check(M.self)
    }
}

@Suite("what a snapshot keeps of a state")
struct StateFieldsTests {
    @Test("every stored property of every type of the state is named")
    func everything() {
        var counter = FieldCounter()
        counter.check(MemoryPart.self)
        // Orders stand in their part as bytes.
        counter.check(OrderEntry.self)
        #expect(counter.faults == [])
        for name in ["ShardState", "OrderState", "PortfolioState", "ReferenceBook", "RiskState", "RareFacts"]
        {
            #expect(counter.checked.contains(name), "\(name) was not reached")
        }
    }
}
