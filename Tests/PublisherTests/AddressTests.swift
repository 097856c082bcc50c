import AMQPClient
import Testing

@Suite("addresses of brokers")
struct AddressTests {
    @Test(
        "what is left out is standard, and %2F is a slash",
        arguments: [
            ("amqp://h", "amqp://guest@h:5672, vhost /"),
            ("amqp://h/", "amqp://guest@h:5672, vhost /"),
            ("amqp://u:p@h:1/v", "amqp://u@h:1, vhost v"),
            ("amqp://u@h/%2F", "amqp://u@h:5672, vhost /"),
            ("amqp://u:a@b:c@[::1]:99/x%20y", "amqp://u@[::1]:99, vhost x y"),
            ("amqp://%75:p%40@127.0.0.1", "amqp://u@127.0.0.1:5672, vhost /"),
        ]
    )
    func reads(url: String, description: String) throws {
        #expect(try AMQPAddress(url).description == description)
    }

    @Test(
        "what is none is refused",
        arguments: [
            "", "localhost", "http://h", "amqps://h", "amqp://", "amqp://u:p@", "amqp://h:0",
            "amqp://h:65536",
            "amqp://h:x", "amqp://h/a/b", "amqp://h/v?x=1", "amqp://u%2:p@h", "amqp://u%ZZ@h",
            "amqp://u%00@h",
            "amqp://[::1", "amqp://[::1]5", "amqp://u%FF@h", "amqp://u%+1@h",
        ]
    )
    func refuses(url: String) {
        #expect(throws: AMQPError.self) { try AMQPAddress(url) }
    }

    @Test("no description and no error holds a password")
    func secret() throws {
        let address = try AMQPAddress("amqp://u:hunter%32@127.0.0.1:1/v")
        #expect(!"\(address)".contains("hunter"))
        do {
            _ = try AMQPConnection(address, name: "test")
            Issue.record("nobody listens on port 1")
        } catch {
            #expect(!"\(error)".contains("hunter"))
            #expect("\(error)".contains("127.0.0.1:1, vhost v"))
        }
        do {
            _ = try AMQPAddress("amqp://u:hunter2%@h")
        } catch {
            #expect(!"\(error)".contains("hunter"))
        }
    }
}
