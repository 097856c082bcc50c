import BifrostKernel
import RiskLimits
import Testing

/// Questions to the risk book about one instrument, a good buy unless changed.
enum RiskFixture {
    static func limits(orderValueMax: Money = Money(units: 10_000), collar: BasisPoints = BasisPoints(1000))
        -> AccountLimitsSet
    {
        var fact = AccountLimitsSet()
        fact.account = Sample.account
        fact.version = 1
        fact.orderValueMax = orderValueMax
        fact.priceCollar = collar
        return fact
    }

    static let killed: RiskEvent = {
        var fact = KillSwitchPulled()
        fact.account = Sample.account
        return .killSwitchPulled(fact)
    }()

    static func question(_ change: (inout RiskQuestion) -> Void = { _ in }) -> RiskQuestion {
        var question = RiskQuestion()
        question.order = Sample.order
        question.instrument = Sample.instrument
        question.quantity = Quantity(units: 10)
        question.limitPrice = Price(units: 100)
        question.referencePrice = Price(units: 100)
        question.settledCash = Money(units: 5000)
        change(&question)
        return question
    }

    static func sale(_ change: (inout RiskQuestion) -> Void = { _ in }) -> RiskQuestion {
        question { question in
            question.isBuy = false
            question.position = Quantity(units: 50)
            change(&question)
        }
    }

    static func assessed(_ question: RiskQuestion, _ state: RiskState) throws -> RiskAssessed {
        let events = try decided(RiskBook.self, .assess(question), state)
        guard events.count == 1, case .assessed(let fact) = events[0] else {
            preconditionFailure("a question gets one verdict")
        }
        return fact
    }

    static func assessed(_ question: RiskQuestion, given events: [RiskEvent] = [.limitsSet(limits())]) throws
        -> RiskAssessed
    { try assessed(question, folded(RiskBook.self, events)) }
}

extension RiskAssessed {
    /// The rules that refused, the one that is named first.
    var failed: [RejectionCode] { checks.filter { !$0.passed }.compactMap(\.rule) }
    var warned: [RejectionCode] { checks.filter { $0.warned }.compactMap(\.rule) }
}

/// A question after some facts, with the rules that refuse it and those that only warn.
struct RiskRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let given: [RiskEvent]
    let question: RiskQuestion
    let failed: [RejectionCode]
    let warned: [RejectionCode]

    init(
        _ name: String,
        given: [RiskEvent] = [.limitsSet(RiskFixture.limits())],
        question: RiskQuestion,
        failed: [RejectionCode],
        warned: [RejectionCode] = []
    ) {
        testDescription = name
        self.given = given
        self.question = question
        self.failed = failed
        self.warned = warned
    }
}
