internal import ArgumentParser
internal import HTTPAPI

/// What the door answered, for a person.
enum DoorAnswer {
    /// Says what came of a command, or throws why it was refused.
    static func tell(_ answer: DoorClient.Answer, _ done: String) throws {
        try check(answer)
        let position = answer.body["position"]?.text ?? "?"
        let replayed =
            answer.header("idempotency-replayed") == nil ? "" : " (decided before under the same id)"
        if answer.body["result"]?.string == "no-effect" {
            print("Nothing to do: it is so already, noted at position \(position)\(replayed)")
        } else {
            let subject = answer.body["subject"]?.string ?? "?"
            print("\(done) at position \(position): \(subject)\(replayed)")
        }
    }

    /// Throws unless the answer is a good one.
    static func check(_ answer: DoorClient.Answer) throws {
        guard answer.status >= 300 else { return }
        let body = answer.body
        let code = body["code"]?.string ?? "HTTP_\(answer.status)"
        var text = code
        if let judge = body["by"]?.string { text = "refused by \(judge): \(code)" }
        var numbers: [String] = []
        if let limit = body["limit"]?.string { numbers.append("limit \(limit)") }
        if let value = body["value"]?.string { numbers.append("was \(value)") }
        if !numbers.isEmpty { text += " (" + numbers.joined(separator: ", ") + ")" }
        if let detail = body["detail"]?.string { text += ". \(detail)" }
        throw (answer.status == 400 ? BifrostExit.usage : BifrostExit.failed).failure(text)
    }
}

/// The options of every command that changes something.
struct WriteOptions: ParsableArguments {
    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "The command's id: the same one again never acts twice (default: a random one).")
    var id: String?

    /// Sends the command, and says what came of it.
    func send(_ method: String, _ path: [String], _ body: JSON? = nil, done: String) async throws {
        let id = id ?? "cli-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        let target = "/v1/" + path.map(Self.encoded).joined(separator: "/")
        guard id.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
            throw ValidationError("--id has 1–128 printable ASCII characters.")
        }
        let answer = try await Session.run(placeOptions.place) { client in
            do throws(DoorError) {
                return try client.send(method, target, idempotencyKey: id, body: body)
            } catch {
                throw BifrostExit.failed.failure("\(error.description) The command's id is \(id).")
            }
        }
        try DoorAnswer.tell(answer, done)
    }

    /// Sends several commands one after another through one door, each under the id and its number, until one
    /// is refused.
    func sendAll(_ method: String, _ path: [String], _ bodies: [(done: String, body: JSON)]) async throws {
        let id = id ?? "cli-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        let target = "/v1/" + path.map(Self.encoded).joined(separator: "/")
        try await Session.run(placeOptions.place) { client in
            for (index, (done, body)) in bodies.enumerated() {
                let key = "\(id)-\(index + 1)"
                let answer: DoorClient.Answer
                do throws(DoorError) {
                    answer = try client.send(method, target, idempotencyKey: key, body: body)
                } catch {
                    throw BifrostExit.failed.failure("\(error.description) The command's id is \(key).")
                }
                try DoorAnswer.tell(answer, done)
            }
        }
    }

    /// One segment of a path.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

/// The options of every command that only asks the door.
struct AskOptions: ParsableArguments {
    @OptionGroup var placeOptions: PlaceOptions

    @Flag(help: "Print the answer as JSON.")
    var json = false

    /// Asks, and returns the answer unless it was printed as it is.
    func ask(_ path: [String], _ query: String = "") async throws -> JSON? {
        let target = "/v1/" + path.map(WriteOptions.encoded).joined(separator: "/") + query
        let answer = try await Session.run(placeOptions.place) { client in
            do throws(DoorError) {
                return try client.send("GET", target)
            } catch {
                throw BifrostExit.failed.failure(error.description)
            }
        }
        try DoorAnswer.check(answer)
        guard json else { return answer.body }
        print(answer.body.text)
        return nil
    }
}
