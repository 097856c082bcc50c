internal import ArgumentParser
internal import HTTPAPI

/// Tells what a code means.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what a code of a refusal means and what to do; without one, list all codes."
    )

    @Argument(help: "The code, as BUYING_POWER_EXCEEDED.") var code: String?

    func run() throws {
        guard let code else {
            for name in CodeExplanation.names { print(name) }
            return
        }
        guard let explanation = CodeExplanation(code.uppercased()) else {
            throw BifrostExit.usage.failure("There is no code \(code): bifrost explain lists all codes.")
        }
        print("\(explanation.name): \(explanation.meaning)")
        if !explanation.advice.isEmpty { print(explanation.advice) }
    }
}
