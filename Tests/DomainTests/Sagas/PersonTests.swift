import BifrostKernel
import Orders
import Sagas
import Testing

@Suite("People in the log")
struct PersonTests {
    private static func link(_ account: AccountID, _ actor: String) -> PersonLinked {
        var link = PersonLinked()
        link.account = account
        link.actor = actor
        link.person.role = "holder"
        link.person.commitment = [UInt8](repeating: 7, count: PersonCommitment.byteCount)
        return link
    }

    @Test("a link is recorded as it was asked for, and changes nothing that decisions stand on")
    func links() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 10_000)
        let link = Self.link(account, "")
        #expect(try runner.pose(.linkPerson(link)).events == [.person(.linked(link))])
        let named = Self.link(.none, "t-7")
        #expect(try runner.pose(.linkPerson(named)).events == [.person(.linked(named))])
        #expect(try runner.pose(.placeOrder(account, World.limit(.buy, 1, at: 1000))).refusal == nil)
    }

    @Test("a link to an account that is not there is refused")
    func unknown() throws {
        var runner = try World.trading()
        let nobody = AccountID(Identifier(.account, slot: 1, shard: 1, birth: 9_999))
        let answer = try runner.pose(.linkPerson(Self.link(nobody, "")))
        #expect(answer == .refused(Rejection(.unknownAccount)))
    }

    @Test("an erasure names the opaque id alone")
    func erases() throws {
        var runner = try World.trading()
        var fact = PersonErased()
        fact.person = Identifier(high: 1, low: 2)
        #expect(try runner.pose(.erasePerson(fact)).events == [.person(.erased(fact))])
    }

    @Test("contents of commands about people are frozen")
    func contents() {
        var fact = PersonErased()
        fact.person = Identifier(high: 1, low: 2)
        let id: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]
        #expect(Command.erasePerson(fact).content == [0x08, 121, 0x0a, 16] + id)
        var link = PersonLinked()
        link.actor = "a"
        #expect(Command.linkPerson(link).content == [0x08, 120, 0x12, 1, 0x61, 0x1a, 0])
    }
}
