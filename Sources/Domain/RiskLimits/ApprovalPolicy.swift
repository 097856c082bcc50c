internal import BifrostKernel

/// How many persons have to approve new limits; the name stands in the event with their ids.
enum ApprovalPolicy: String {
    /// One person, who may be the one that asks.
    case onePerson = "one-person"
    /// Two different persons.
    case twoPersons = "two-persons"

    /// Most persons named in one event.
    static let approversMax = 8

    private var persons: Int { self == .onePerson ? 1 : 2 }

    /// Refuses limits that lack the approvals of the policy that they name; those that name none need none.
    static func check(_ limits: AccountLimitsSet) throws(Rejection) {
        let unit = Int128(Decimals.nanosPerUnit)
        guard limits.approvers.count <= approversMax else {
            throw Rejection(
                .tooManyItems,
                limit: Int128(approversMax) * unit,
                value: Int128(limits.approvers.count) * unit
            )
        }
        guard !limits.approvalPolicy.isEmpty else { return }
        guard let policy = ApprovalPolicy(rawValue: limits.approvalPolicy) else {
            throw Rejection(.approvalMissing)
        }
        let count = Set(limits.approvers.filter { !$0.isEmpty }).count
        guard count >= policy.persons else {
            throw Rejection(
                .approvalMissing,
                limit: Int128(policy.persons) * unit,
                value: Int128(count) * unit
            )
        }
    }
}
