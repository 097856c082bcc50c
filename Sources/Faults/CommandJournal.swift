internal import HTTPAPI

/// What came of one attempt to have a command decided.
package enum Reply: Sendable {
    /// It was decided, now or before.
    case outcome(Outcome, isRepeated: Bool)
    /// It was turned away with the word that nothing was done.
    case nothingDone(String)
    /// What happened is unknown: no answer, or one that says so.
    case unknown(String)
    /// An answer that may not be given.
    case wrong(String)

    init(to command: LoadCommand, by client: DoorClient) {
        do throws(DoorError) {
            let answer = try client.send(
                command.method,
                command.path,
                idempotencyKey: command.id,
                body: command.body
            )
            self.init(answer)
        } catch {
            self = .unknown(error.description)
        }
    }

    init(_ answer: DoorClient.Answer) {
        switch (answer.status, answer.body["code"]?.string) {
        case (200, _), (201, _), (422, _):
            guard let outcome = Outcome(answer) else {
                self = .wrong("an outcome without its position: \(answer.body.text)")
                return
            }
            self = .outcome(outcome, isRepeated: answer.header("idempotency-replayed") == "true")
        case (503, "BUSY"), (503, "STORAGE_LOW"): self = .nothingDone(answer.body["code"]?.string ?? "")
        case (500, _), (503, _): self = .unknown(answer.body["code"]?.string ?? "\(answer.status)")
        default: self = .wrong("\(answer.status) \(answer.body.text)")
        }
    }
}

/// An acknowledgement: what a client was told of a command that is in the log.
package struct Outcome: Equatable, Sendable {
    package let status: Int
    /// The whole answer, which a repeat must give again.
    package let body: String
    /// The position of the command's last event.
    package let position: Int64
    /// The thing that it made.
    package let subject: String

    init?(_ answer: DoorClient.Answer) {
        guard case .number(let digits)? = answer.body["position"], let position = Int64(digits) else {
            return nil
        }
        status = answer.status
        body = answer.body.text
        self.position = position
        subject = answer.body["subject"]?.string ?? ""
    }

    var isAccepted: Bool { status == 201 || status == 200 }
}

/// A command with everything that was ever answered to it.
package struct JournalEntry: Sendable {
    package let command: LoadCommand
    /// The first outcome that was told.
    package private(set) var outcome: Outcome?
    /// Whether an attempt ended without a word of what happened.
    package private(set) var isUnknown = false
    /// The last word of "nothing was done".
    package private(set) var refusal: String?
    /// What was answered and may not have been.
    package private(set) var wrong: [String] = []

    init(_ command: LoadCommand) { self.command = command }

    /// Whether it must not be in the log: nobody ever said or left open that it was done.
    var isUndone: Bool { outcome == nil && !isUnknown && refusal != nil }

    mutating func note(_ reply: Reply) {
        switch reply {
        case .outcome(let told, let isRepeated):
            if let outcome, outcome != told {
                wrong.append("was told \(outcome.body), later \(told.body)")
            }
            if outcome != nil, !isRepeated { wrong.append("was decided twice: \(told.body)") }
            outcome = outcome ?? told
        case .nothingDone(let code): refusal = code
        case .unknown: isUnknown = true
        case .wrong(let text): wrong.append(text)
        }
    }
}
