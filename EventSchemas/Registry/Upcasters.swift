public import BifrostKernel

/// Lifts payloads of older schema versions to the present one, a version at a time.
///
/// An upcaster is a pure function from the canonical bytes of one version to those of the next. The stored bytes stay
/// as they are; only what is read is lifted.
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

    /// The steps of this build. Every event is of version 1 so far.
    public static let steps: [Step: Lift] = [:]

    /// The bytes of `payload` in the present version of its type.
    public static func lift(
        type: UInt32, version: UInt32, _ payload: [UInt8], by steps: [Step: Lift] = Upcasters.steps,
        current: UInt32 = 1
    ) throws(WireError) -> [UInt8] {
        guard version >= 1, version <= current else { throw .unknownType(type: type, version: version) }
        var bytes = payload
        var reached = version
        while reached < current {
            guard let step = steps[Step(type: type, version: reached)] else {
                throw .unknownType(type: type, version: reached)
            }
            bytes = try step(bytes)
            reached += 1
        }
        return bytes
    }
}
