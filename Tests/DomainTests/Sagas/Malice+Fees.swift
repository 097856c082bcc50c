import BifrostKernel
import References
import SeededChoices

/// Extreme values in fees.
extension Malice {
    mutating func tradeFees() -> [Fee] {
        let count = generator.one(of: [1, 2, 3, Fee.countMax, Fee.countMax + 1])
        return (0..<count).map { _ in Fee(generator.one(of: FeeKind.allCases), money(), currency()) }
    }

    /// Gives a schedule more than a share.
    mutating func extend(_ fees: inout FeeScheduleSet) {
        if generator.chance(90) { fees.currency = currency() }
        if generator.chance(50) { fees.perShare = price() }
        if generator.chance(50) { fees.minimum = money() }
        if generator.chance(50) { fees.maximum = money() }
        let kinds = FeeKind.allCases.dropFirst().shuffled(using: &generator)
        fees.fees = kinds.prefix(generator.int(0...4)).map { kind in
            FeeRate(
                kind,
                rate: rate(),
                perShare: optionalPrice(),
                maximum: generator.chance(50) ? money() : nil,
                on: FeeSide.allCases.filter { _ in generator.chance(50) }
            )
        }
        if generator.chance(5) { fees.fees += fees.fees + fees.fees + fees.fees }
    }
}
