internal import BifrostKernel
internal import HTTPTypes
internal import Hummingbird
internal import Sagas

/// What the log says about people: commitments and erasures, never a name.
extension DoorRoutes {
    func addPeople(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("person-links") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var link = PersonLinked()
            let account = try fields.optionalText("account")
            link.actor = try fields.label("actor") ?? ""
            guard let role = try fields.label("role") else {
                throw GatewayRejection(.fieldMissing, "Add `role` to the body.")
            }
            link.person.role = role
            link.person.commitment = try fields.commitment("commitment")
            try fields.end()
            guard account != nil || !link.actor.isEmpty else {
                throw GatewayRejection(
                    .fieldsDisagree,
                    "Give `account` or `actor`, or both: to what the person is linked."
                )
            }
            if let account { link.account = try await self.account(account) }
            return try await pose(.linkPerson(link), id, created: true)
        }
        routes.post("person-erasures") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            guard let person = Identifier(try fields.text("person")), person != .none else {
                throw GatewayRejection(.fieldMalformed, "`person` is a UUID, as it was given.")
            }
            try fields.end()
            var fact = PersonErased()
            fact.person = person
            return try await pose(.erasePerson(fact), id, created: true)
        }
    }
}

extension RequestFields {
    /// 32 bytes as 64 hexadecimal digits.
    fileprivate mutating func commitment(_ name: String) throws(GatewayRejection) -> [UInt8] {
        let digits = try text(name).compactMap(\.hexDigitValue)
        guard digits.count == 2 * PersonCommitment.byteCount else {
            throw GatewayRejection(
                .fieldMalformed,
                "`\(name)` is \(PersonCommitment.byteCount) bytes as hexadecimal digits."
            )
        }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
