internal import BifrostKernel
internal import Threads

/// What the page asks of an account, asked by the door of itself when it opens.
///
/// A session's first look at a table reads what the table is, which takes longer than most answers: all
/// sessions look at once. What cannot be answered now is told to whoever asks for it.
struct FirstLooks: Sendable {
    let client: DoorClient
    let accounts: [AccountID]

    /// Below the account.
    static let questions = ["", "/orders?limit=15", "/refusals?limit=15", "/valuation", "/equity"]

    func take() async {
        guard !accounts.isEmpty else { return }
        await withTaskGroup { group in
            for place in 0..<ReadModelAccess.sessionsMax {
                group.addTask { await askOnThread(accounts[place % accounts.count]) }
            }
        }
    }

    /// The client blocks, so it has a thread of its own.
    private func askOnThread(_ account: AccountID) async {
        await withCheckedContinuation { done in
            let thread = SystemThread.needed {
                try? ask(account)
                done.resume()
            }
            thread.detach()
        }
    }

    private func ask(_ account: AccountID) throws(DoorError) {
        for question in Self.questions {
            _ = try client.send("GET", "/v1/accounts/\(account.id.text)\(question)")
        }
    }
}
