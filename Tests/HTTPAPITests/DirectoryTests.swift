import BifrostKernel
import Engine
import EventStore
import Testing

@testable import HTTPAPI

@Suite("The names of accounts")
struct DirectoryTests {
    @Test("are read on from where they are known, and only ever forward")
    func begun() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let main = try #require(AccountAlias("main"))
            let directory = Directory(fixture.log, ShardNumber(1), FixedTime())
            let account = try #require(try directory.account(main))

            // Nothing before the end is looked at again: what is not told is not known.
            let end = fixture.trading.committed
            let told = Directory(fixture.log, ShardNumber(1), FixedTime())
            told.begin([("known", account)], through: end)
            #expect(told.known(try #require(AccountAlias("known"))) == account)
            #expect(try told.account(main) == nil)

            // What is opened since is found, and an older list takes nothing back.
            try await caller.post("/v1/accounts", #"{"alias":"late","currency":"USD"}"#, 201)
            let late = try #require(AccountAlias("late"))
            #expect(try told.account(late) != nil)
            told.begin([("older", account)], through: end)
            #expect(told.known(try #require(AccountAlias("older"))) == nil)
            #expect(try told.allAccounts().map(\.alias.text) == ["known", "late"])
        }
    }
}
