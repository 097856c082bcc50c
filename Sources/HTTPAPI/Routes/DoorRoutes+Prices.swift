internal import BifrostKernel
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Prices

extension DoorRoutes {
    func addPrices(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("prices") { request, _ in
            let key = try commandID(request)
            var fields = try await fields(request)
            let source = try fields.label("source") ?? Self.actorName
            let now = core.time.now()
            var ticks: [PriceTick] = []
            for element in try fields.list("prices", countMax: PriceBook.pricesMax) {
                var price = try RequestFields(element, at: "an element of `prices`")
                let instrument = try await instrument(try price.symbol("symbol"))
                var tick = PriceTick(instrument, at: try price.time("at"))
                tick.bid = try price.optionalPrice("bid")
                tick.ask = try price.optionalPrice("ask")
                tick.last = try price.optionalPrice("last")
                try price.end()
                try check(tick, at: now)
                ticks.append(tick)
            }
            try fields.end()
            let (book, all) = (try prices(), ticks)
            let (segment, isRepeated) = try await pool.run {
                try book.record(key, source: source, all, at: now)
            }
            var response = Response.json(segment.json, status: .created)
            if isRepeated, let name = HTTPField.Name.idempotencyReplayed { response.headers[name] = "true" }
            return response
        }
        routes.get("prices/:symbol") { request, context in
            var query = try QueryFields(request)
            let from = try query.time("from")
            let through = try query.time("to") ?? Timestamp(nanos: .max)
            let limit = Int(try query.number("limit", 1...Int64(Page.countMax)) ?? Int64(Page.countMax))
            let after = try query.text("after").map { try place($0) }
            try query.end()
            let instrument = try await instrument(try Self.symbol(try context.parameter("symbol")))
            // Behind all prices of the moment before; a place that was given is the later one of the two.
            let first = from.map { RecordedPrice.Place(at: $0, segment: 0, ordinal: 0) }
            let begin = [first, after].compactMap { $0 }.max()
            let book = try prices()
            let found = try await pool.run {
                try book.list(
                    instrument,
                    after: begin ?? RecordedPrice.Place(at: Timestamp(nanos: .min), segment: 0, ordinal: 0),
                    through: through,
                    limit: limit
                )
            }
            let last = found.count == limit ? found.last?.place : nil
            return Response.json([
                "prices": .array(found.map(\.json)), "next": .optional(last?.text),
            ])
        }
    }

    func prices() throws(GatewayRejection) -> PriceBook {
        guard let book = core.prices else {
            throw GatewayRejection(.logUnavailable, "This service keeps no intraday prices.")
        }
        return book
    }

    /// The instrument of that symbol today.
    private func instrument(_ symbol: Symbol) async throws -> InstrumentID {
        if let known = directory.known(symbol) { return known }
        let directory = directory
        guard let found = try await pool.run({ try directory.instrument(symbol) }) else {
            throw GatewayRejection(
                .unknownInstrument,
                "There is no instrument `\(symbol.text)` today: register it first, and mind its case."
            )
        }
        return found
    }

    private func check(_ tick: PriceTick, at now: Timestamp) throws(GatewayRejection) {
        guard tick.bid != nil || tick.ask != nil || tick.last != nil else {
            throw GatewayRejection(
                .fieldsDisagree,
                "Give `last`, `bid` or `ask` in each element of `prices`: one without any says nothing."
            )
        }
        if let bid = tick.bid, let ask = tick.ask, bid > ask {
            throw GatewayRejection(
                .fieldsDisagree,
                "`bid` \(bid.text) is above `ask` \(ask.text): a crossed quote is an error of the feed."
            )
        }
        guard [tick.bid, tick.ask, tick.last].allSatisfy({ $0 ?? .zero >= .zero }) else {
            throw GatewayRejection(.priceOutOfRange, "A price is not below zero.")
        }
        let (ahead, isFar) = tick.at.nanos.subtractingReportingOverflow(now.nanos)
        guard !isFar, ahead <= PriceBook.aheadNanosMax else {
            throw GatewayRejection(
                .fieldsDisagree,
                "`at` \(tick.at.text) is ahead of this service's clock, \(now.text), by more than a minute."
            )
        }
    }

    /// The place that `next` of an earlier page named.
    private func place(_ text: String) throws(GatewayRejection) -> RecordedPrice.Place {
        guard let place = RecordedPrice.Place(text) else {
            throw GatewayRejection(.fieldMalformed, "`after` is what `next` of an earlier page was.")
        }
        return place
    }
}

extension PriceSegment {
    fileprivate var json: JSON {
        [
            "segment": .count(number), "source": .string(source), "recordedAt": .string(recordedAt.text),
            "prices": .count(Int64(count)), "hash": .string(hash.text),
        ]
    }
}

extension RecordedPrice {
    fileprivate var json: JSON {
        [
            "at": .string(tick.at.text), "bid": .optional(tick.bid?.text), "ask": .optional(tick.ask?.text),
            "last": .optional(tick.last?.text), "segment": .count(place.segment),
        ]
    }
}

extension RecordedPrice.Place {
    /// As a cursor: three whole numbers.
    fileprivate var text: String { "\(at.nanos).\(segment).\(ordinal)" }

    fileprivate init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let nanos = Int64(parts[0]), let segment = Int64(parts[1]),
            let ordinal = Int32(parts[2]), segment > 0, ordinal >= 0
        else { return nil }
        self.init(at: Timestamp(nanos: nanos), segment: segment, ordinal: ordinal)
    }
}
