internal import Threads

/// What the page asks of an account, asked by the door of itself when it opens.
///
/// A session's first look at a table reads what the table is, which takes longer than most answers: as many
/// ask at once as there are sessions. What cannot be answered now is told to whoever asks for it.
struct FirstLooks: Sendable {
    let client: DoorClient

    func take() async {
        await withTaskGroup { group in
            for place in 0..<ReadModelAccess.sessionsMax {
                group.addTask { await askOnThread(place) }
            }
        }
    }

    /// The client blocks, so it has a thread of its own.
    private func askOnThread(_ place: Int) async {
        await withCheckedContinuation { done in
            let thread = SystemThread.needed {
                try? ask(place)
                done.resume()
            }
            thread.detach()
        }
    }

    /// Of the account in that place, or of the first.
    private func ask(_ place: Int) throws(DoorError) {
        let list = try client.send("GET", "/v1/accounts").body["accounts"]
        guard case .array(let accounts) = list, let first = accounts.first,
            case .string(let id) = (place < accounts.count ? accounts[place] : first)["account"]
        else { return }
        for question in ["", "/orders?limit=15", "/refusals?limit=15", "/valuation", "/equity"] {
            _ = try client.send("GET", "/v1/accounts/\(id)\(question)")
        }
    }
}
