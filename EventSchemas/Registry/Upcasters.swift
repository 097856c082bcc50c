public import BifrostKernel

/// Lifts payloads of older schema versions to the present one, a version at a time.
///
/// An upcaster is a pure function from the canonical bytes of one version to those of the next. The stored
/// bytes stay as they are; only what is read is lifted.
public enum Upcasters {
    /// An upcaster's place: the type, and the version that it lifts from.
    public struct Step: Hashable, Sendable {
        /// The event type.
        public let type: UInt32
        /// The version that it lifts from.
        public let version: UInt32
        /// Puts the parts together.
        public init(type: UInt32, version: UInt32) {
            self.type = type
            self.version = version
        }
    }

    /// The lift of one step.
    public typealias Lift = @Sendable ([UInt8]) throws(WireError) -> [UInt8]

    /// The steps of this build.
    ///
    /// Every event is of version 1 so far.
    public static let steps: [Step: Lift] = [:]

    /// The version that `steps` lift a type to: 1 for a type without any.
    public static func current(of type: UInt32, by steps: [Step: Lift] = Upcasters.steps) -> UInt32 {
        var version: UInt32 = 1
        while steps[Step(type: type, version: version)] != nil { version += 1 }
        return version
    }

    /// The bytes of `payload` in the present version of its type.
    public static func lift(
        type: UInt32,
        version: UInt32,
        _ payload: [UInt8],
        by steps: [Step: Lift] = Upcasters.steps
    ) throws(WireError) -> [UInt8] {
        guard version >= 1 else { throw .unknownType(type: type, version: version) }
        var bytes = payload
        var reached = version
        while let step = steps[Step(type: type, version: reached)] {
            bytes = try step(bytes)
            reached += 1
        }
        guard reached == current(of: type, by: steps) else {
            throw .unknownType(type: type, version: version)
        }
        return bytes
    }
}
