import BifrostKernel
import ComplianceRules
import Testing

@Suite("Compliance")
struct ComplianceTests {
    private static func verdict(cleared: Bool) -> ComplianceEvent {
        var fact = ComplianceAssessed()
        fact.order = Sample.order
        fact.cleared = cleared
        fact.restrictionsVersion = 7
        fact.checks = [RuleCheck(.instrumentRestricted, passed: cleared)]
        return .assessed(fact)
    }

    @Test("a restricted instrument is refused and the list's version is named", arguments: [true, false])
    func refusesRestricted(restricted: Bool) {
        expect(
            ComplianceBook.self,
            given: [],
            when: .assess(Sample.order, restricted: restricted, restrictionsVersion: 7),
            then: [Self.verdict(cleared: !restricted)]
        )
    }

    @Test("the book remembers the version that the last verdict saw")
    func remembersVersion() {
        #expect(ComplianceBook.initial.restrictionsVersionSeen == 0)
        #expect(folded(ComplianceBook.self, [Self.verdict(cleared: true)]).restrictionsVersionSeen == 7)
    }
}
