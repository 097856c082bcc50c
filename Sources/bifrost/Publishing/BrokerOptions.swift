internal import AMQPClient
internal import ArgumentParser
internal import Logging
internal import Publishers

/// The broker that the log is published to.
struct BrokerOptions: ParsableArguments {
    @Option(
        name: .customLong("amqp"),
        help:
            "Publish the log to this RabbitMQ: amqp://user:password@host:port/vhost (default: $BIFROST_AMQP_URL)."
    )
    var url: String?

    @Option(help: "The durable topic exchange to publish to.")
    var exchange = PublisherOptions.exchangeStandard

    func validate() throws {
        // A name may not look like one that RabbitMQ keeps for itself.
        guard (1...255).contains(exchange.utf8.count), !exchange.hasPrefix("amq.") else {
            throw ValidationError("--exchange is a name of 1 … 255 bytes that does not begin with 'amq.'.")
        }
        _ = try publisher
    }

    /// How to publish, `nil` where no broker is named.
    var publisher: PublisherOptions? {
        get throws {
            guard let url = url ?? PlaceOptions.environment("BIFROST_AMQP_URL") else { return nil }
            do throws(AMQPError) {
                var options = PublisherOptions(try AMQPAddress(url))
                options.exchange = exchange
                options.onTrouble = { ServiceLog.logger.warning("\($0)") }
                return options
            } catch {
                throw ValidationError("--amqp is \(error).")
            }
        }
    }
}
