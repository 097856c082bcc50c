import BifrostKernel
import Testing

@testable import HTTPAPI

@Suite("Explanations of codes")
struct ExplanationTests {
    @Test("every rule's code says what it means and what to do", arguments: RejectionCode.allCases)
    func explains(code: RejectionCode) throws {
        let explanation = try #require(CodeExplanation(code.name))
        #expect(!explanation.meaning.isEmpty)
        #expect(!explanation.advice.isEmpty)
        #expect(!explanation.advice.hasPrefix("Correct the command"), "general advice is none")
    }

    @Test("every code of the door has its text, and an unknown code has none")
    func explainsDoor() {
        for code in GatewayCode.allCases { #expect(CodeExplanation(code.rawValue) != nil) }
        #expect(CodeExplanation("NO_SUCH_CODE") == nil)
        #expect(Set(CodeExplanation.names).count >= RejectionCode.allCases.count)
    }
}
