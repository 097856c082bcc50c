internal import BifrostKernel
internal import Engine
internal import Hummingbird
internal import Sagas

/// A command as a client wrote it: its form is right, and nothing that it names was looked up yet.
struct CommandDraft: Sendable {
    /// The accounts that it names, by alias or by id.
    let accounts: [String]
    /// Whether it is answered with 201 when it was done.
    let created: Bool
    /// Looks up what it names, and the prices of this moment.
    let command: @Sendable () async throws -> Command

    init(
        _ accounts: [String],
        created: Bool = false,
        _ command: @escaping @Sendable () async throws -> Command
    ) {
        self.accounts = accounts
        self.created = created
        self.command = command
    }
}

extension DoorRoutes {
    /// Reads a command out of a body, and poses it.
    func take(
        _ request: Request,
        _ read: (inout RequestFields) throws -> CommandDraft
    ) async throws -> Response {
        let id = try commandID(request)
        var fields = try await fields(request)
        let draft = try read(&fields)
        try fields.end()
        return try await pose(draft, id)
    }

    func pose(_ draft: CommandDraft, _ id: ClientName) async throws -> Response {
        try await pose(try await draft.command(), id, created: draft.created)
    }
}
